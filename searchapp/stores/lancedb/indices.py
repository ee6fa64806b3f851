"""The indices of the chunks, of their words and of their vectors, and what brings a table of before up to date.

A small table's vectors are all compared, in a large one those of the partitions nearest to the query: an inverted file
of scalar-quantised vectors. It is trained within seconds, unlike product quantisation or a graph, and with ``REFINE``
times as many ranked again by their whole vectors it finds what comparing all finds (docs/performance.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from searchapp.model import Vector
from searchapp.stores.analysis import gather, han_words, written_beside
from searchapp.text.words import STOP_WORDS, fold, fold_width

HAN_FIELDS = (pa.field("han", pa.string()), pa.field("han_characters", pa.string()))
"""The chunk's Chinese words, and each of their characters, parted by spaces; null: it has none."""

AT_ONCE = 5000
"""Chunks that are read, and perhaps written again, in one go when a table is brought up to date."""

_LAST = "han_characters_all_idx"
"""An earlier one, ``han_characters_idx``, was also built where only some of the chunks had their words."""

_OF_WORDS = "content_all_words_idx"
"""The index of ``content`` with every word and the other spellings; an earlier one has another name."""

_STOP_WORD = re.compile(
    rf"(?<![\w'’])(?:{'|'.join(sorted(STOP_WORDS - {'i'}, key=len, reverse=True))})(?![\w'’])", re.IGNORECASE
)
"""Left out of queries, and not of the index, where phrases need them ("The Who"). "I" is a numeral, too."""

SHORTEST_STEM = 4

_HANGUL = re.compile(r"[\uac00-\ud7af]{3,}")

EXACT_UP_TO = 5_000
"""Chunks whose vectors are all compared: that takes some 10 ms, as a search of the index does."""

RETRAIN_AT = 2
"""How many times as many chunks as it was trained with an index may serve; partitions grow with them."""

PROBES = 40
"""Partitions that are looked through, some 330,000 chunks of a million: of the nearest ten they hold 9.97."""

REFINE = 2

_NAME = "vector_of_{rows}"
_NAMED = re.compile(r"vector_of_(\d+)")


def searched_columns(title: str, headings: Sequence[str], text: str, source: str) -> dict[str, Any]:
    """What BM25 ranks by: title, headings, text and file name gathered, and their Chinese characters."""
    gathered = gather(title, headings, text, source)
    words = han_words(gathered)
    return {
        "content": searched_text("\n".join(filter(None, (gathered, written_beside(gathered))))),
        "han": words or None,
        "han_characters": " ".join(words.replace(" ", "")) or None,
    }


def searched_text(text: str) -> str:
    """The text with full-width forms and apostrophes folded, then the character pairs of its longer Korean words.

    Applied to chunks and queries alike, as the filters of Elasticsearch's analyzer are for that store. Korean words
    carry their particles and ICU cuts only at spaces, so that "서울에서" would hide "서울".
    """
    if text.isascii():
        return text
    folded = fold_width(text).replace("’", "'")
    pairs = [run[at : at + 2] for run in _HANGUL.findall(folded) for at in range(len(run) - 1)]
    return f"{folded}\n{' '.join(pairs)}" if pairs else folded


def without_stop_words(words: str) -> str:
    """The words of a query that rank."""
    return _STOP_WORD.sub(" ", words).strip()


def with_stems(words: str) -> str:
    """The words and what the index may hold of each: LanceDB stems no word that it compares by spelling.

    An English ending that the stemmer takes off has up to three letters.
    """
    folded = [fold(word) for word in fold_width(words).split()]
    shorter = [word[:-cut] for word in folded for cut in (1, 2, 3) if len(word) - cut >= SHORTEST_STEM]
    return " ".join(dict.fromkeys([*folded, *shorter]))


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
        remove_stop_words=False,
        ascii_folding=True,
        with_position=True,
        max_token_length=None,
    )
    earlier = [index.name for index in chunks.list_indices() if index.columns == ["content"]]
    chunks.create_index("content", config=config, name=_OF_WORDS)
    for name in earlier:
        chunks.drop_index(name)


def _index_han(chunks: Any) -> None:
    """The words are made by ``searchapp.stores.analysis``. ``_LAST`` is built last, and tells that all is there."""
    from lancedb.index import FTS

    config = FTS(
        base_tokenizer="whitespace",
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
        with_position=False,
        max_token_length=None,
    )
    for field in HAN_FIELDS:
        earlier = [index.name for index in chunks.list_indices() if index.columns == [field.name]]
        name = f"{field.name}_idx" if field.name == "han" else _LAST
        chunks.create_index(field.name, config=config, name=name)
        for other in earlier:
            if other != name:
                chunks.drop_index(other)


def has_words(chunks: Any) -> bool:
    """Whether the chunks' words are indexed as they are now; a search finds them either way."""
    return _is_indexed(chunks, _OF_WORDS)


def has_han(chunks: Any) -> bool:
    """Whether every chunk has its Chinese words in, and they are indexed."""
    return _is_indexed(chunks, _LAST)


def _is_indexed(chunks: Any, name: str) -> bool:
    return any(index.name == name for index in chunks.list_indices())


def bring_up_to_date(chunks: Any) -> None:
    """Make the searched columns and their indices what they are in a new table; run again where it was cut short."""
    missing = [field for field in HAN_FIELDS if field.name not in chunks.schema.names]
    if missing:
        chunks.add_columns(missing)
    names = ["id", "content", *(field.name for field in HAN_FIELDS)]
    fields = pa.schema([(name, pa.string()) for name in names])
    for rows in _all_rows(chunks):
        made = [
            {"id": row["id"], **searched_columns(row["title"], row["headings"], row["text"], row["source"])}
            for row in rows
        ]
        changed = [new for new, old in zip(made, rows, strict=True) if any(new[name] != old[name] for name in names)]
        if changed:
            table = pa.Table.from_pylist(changed, schema=fields)
            chunks.merge_insert("id").when_matched_update_all().execute(table)
    index_text(chunks)


def _all_rows(chunks: Any) -> Iterator[list[dict[str, Any]]]:
    """What is searched of the rows and what it is made of, ``AT_ONCE`` at a time.

    One scan reads the table as it is now. Pages by offset would miss rows, as those that are written again move.
    """
    searched = ("content", *(field.name for field in HAN_FIELDS))
    asked = chunks.search().select(["id", "title", "headings", "text", "source", *searched])
    rows: list[dict[str, Any]] = []
    for batch in asked.limit(chunks.count_rows() or 1).to_batches(AT_ONCE):
        rows += batch.to_pylist()
        if len(rows) >= AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def nearest(table: Any, vector: Vector, columns: Sequence[str], every: bool = False) -> Any:
    """The query for the rows nearest to ``vector``, with ``columns`` and ``_distance`` (1 - cosine).

    ``every``: look through every partition, as a filter may leave few chunks in the nearest ones.
    """
    asked = table.search(vector, vector_column_name="vector").distance_type("cosine")
    asked = asked.minimum_nprobes(PROBES).maximum_nprobes(0) if every else asked.nprobes(PROBES)
    return asked.refine_factor(REFINE).select([*columns, "_distance"])


def index_vectors(table: Any) -> None:
    """Make the index that a table of this size wants; nothing where it is there already."""
    rows = table.count_rows("vector IS NOT NULL")
    trained = {name: int(found[1]) for one in table.list_indices() if (found := _NAMED.fullmatch(name := one.name))}
    newest = max(trained.values(), default=0)
    if rows > EXACT_UP_TO and rows >= RETRAIN_AT * newest:
        from lancedb.index import IvfSq

        newest = rows
        table.create_index(
            "vector", config=IvfSq(distance_type="cosine", max_iterations=20), name=_NAME.format(rows=rows)
        )
    for name, size in trained.items():
        if size != newest:
            table.drop_index(name)
