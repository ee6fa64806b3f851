"""The text indices of the passages, and what brings a table of an earlier version to them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from searchapp.stores.lancedb import schema
from searchapp.text.words import STOP_WORDS

AT_ONCE = 5000
"""Passages that are read and written again in one go when a table gets its Chinese words."""

_LAST = "han_characters_idx"

_OF_WORDS = "content_words_idx"
"""The index of ``content`` that leaves out ``_LEFT_OUT``; an earlier one has another name."""

_LEFT_OUT = sorted((STOP_WORDS - {"i"}) | {"doe", "whi"})
"""LanceDB's own list with ICU is that of many languages together: "vitamin D", "II" and "care" would not be found by
these. Words are left out after they were stemmed, therefore the stems of "does" and "why"; "I" is a numeral, too."""


def index_text(chunks: Any) -> None:
    """Index a new table."""
    index_words(chunks)
    _index_han(chunks)


def index_words(chunks: Any) -> None:
    """ICU cuts Japanese and Korean into words and English at word ends; positions allow exact phrases."""
    from lancedb.index import FTS

    config = FTS(
        base_tokenizer="icu",
        language="English",
        stem=True,
        remove_stop_words=True,
        custom_stop_words=_LEFT_OUT,
        ascii_folding=True,
        with_position=True,
        max_token_length=None,
    )
    earlier = [index.name for index in chunks.list_indices() if index.columns == ["content"]]
    chunks.create_index("content", config=config, name=_OF_WORDS)
    for name in earlier:
        chunks.drop_index(name)


def _index_han(chunks: Any) -> None:
    """The words are made by ``searchapp.text.han``. ``_LAST`` is built last, and tells that all is there."""
    from lancedb.index import FTS

    config = FTS(
        base_tokenizer="whitespace",
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
        with_position=False,
        max_token_length=None,
    )
    for field in schema.HAN:
        chunks.create_index(field.name, config=config, name=f"{field.name}_idx")


def has_words(chunks: Any) -> bool:
    """Whether the passages' words are indexed as they are now; a search finds them either way."""
    return _is_indexed(chunks, _OF_WORDS)


def has_han(chunks: Any) -> bool:
    """Whether every passage has its Chinese words in, and they are indexed."""
    return _is_indexed(chunks, _LAST)


def _is_indexed(chunks: Any, name: str) -> bool:
    return any(index.name == name for index in chunks.list_indices())


def add_han(chunks: Any) -> None:
    """Bring the Chinese words into a table of before they were there; begun anew where it was cut short."""
    missing = [field for field in schema.HAN if field.name not in chunks.schema.names]
    if missing:
        chunks.add_columns(missing)
    columns = ["id", "title", "headings", "text", "source"]
    names = ["id", *(field.name for field in schema.HAN)]
    total = chunks.count_rows()
    for first in range(0, total, AT_ONCE):
        rows = chunks.search().select(columns).offset(first).limit(AT_ONCE).to_list()
        made = [
            {"id": row["id"], **schema.searched_columns(row["title"], row["headings"], row["text"], row["source"])}
            for row in rows
        ]
        chinese = [{name: row[name] for name in names} for row in made if row["han"]]
        if chinese:
            fields = pa.schema([(name, pa.string()) for name in names])
            chunks.merge_insert("id").when_matched_update_all().execute(pa.Table.from_pylist(chinese, schema=fields))
    _index_han(chunks)
