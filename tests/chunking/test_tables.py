"""A row is understood wherever its table is cut: caption and header go with every chunk."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.chunking import chunk_document
from searchapp.model import Chunk, Document, SourceType
from searchapp.sources.builder import DocumentBuilder
from tests.chunking.test_chunking import MINILM, SmallEmbedder, uncovered

PARTS = [("Part", "Name", "Stock"), *((f"PN-{number}", f"hook of size {number}", str(number)) for number in range(60))]
PARTS_ZH = [("零件", "名称", "库存"), *((f"编号{number}", f"{number}号挂钩", str(number)) for number in range(60))]


def built(builder: DocumentBuilder, title: str = "Handbook") -> Document:
    parsed = builder.build(SourceType.TEXT, title=title, stem="")
    return Document("d", "/d.md", parsed.title, parsed.type, parsed.text, parsed.sections, "hash")


def with_rows(chunks: list[Chunk], mark: str) -> list[Chunk]:
    return [chunk for chunk in chunks if mark in chunk.text]


@pytest.mark.parametrize(
    ("rows", "mark", "caption"),
    [(PARTS, "PN-", "Table 3: parts"), (PARTS_ZH, "编号", "表三：零件"), (PARTS, "PN-", "")],
)
@pytest.mark.parametrize("prose", ["", "Parts are kept in the shed. They are counted each month."])
def test_caption_and_header_go_with_every_chunk_of_a_table(
    rows: list[tuple[str, ...]], mark: str, caption: str, prose: str
) -> None:
    builder = DocumentBuilder()
    builder.heading(1, "Stock")
    builder.add(prose)
    builder.table(rows, caption=caption)
    builder.add("Ask the warden for more.")
    document = built(builder)
    chunks = chunk_document(document, SmallEmbedder(72))
    found = with_rows(chunks, mark)
    assert len(found) > 5 and uncovered(document.text, chunks) == ""
    for chunk in found:
        assert chunk.headings == ("Stock", *filter(None, [caption]), " | ".join(rows[0]))
        assert " | ".join(rows[0]) in chunk.embedded_text and caption in chunk.embedded_text
        assert chunk.embedded_text.count(rows[0][0] + " |") == 1
        assert chunk is found[-1] or "warden" not in chunk.text
    assert chunks[-1].text == "Ask the warden for more." and chunks[-1].headings == ("Stock",)
    lines = list(chain.from_iterable(chunk.text.splitlines() for chunk in found))
    assert [line for line in lines if line.startswith(mark)] == [" | ".join(row) for row in rows[1:]]


def test_a_small_table_amid_prose_changes_nothing() -> None:
    builder = DocumentBuilder()
    builder.heading(1, "Stock")
    builder.add("Before.")
    builder.table(PARTS[:4])
    builder.add("Behind.")
    with_table = built(builder)
    plain = replace(with_table, sections=(replace(with_table.sections[0], end=len(with_table.text)),))
    assert chunk_document(with_table, MINILM) == chunk_document(plain, MINILM)


def test_a_chunk_holds_no_more_than_one_table_that_is_cut() -> None:
    builder = DocumentBuilder()
    other = [("Tool", "Owner"), *((f"TL-{number}", "the harbour") for number in range(30))]
    builder.table(PARTS[:12])
    builder.add("And the tools.")
    builder.table(other)
    chunks = chunk_document(built(builder), SmallEmbedder(72))
    assert all(chunk.headings == ("Tool | Owner",) for chunk in with_rows(chunks, "TL-"))
    assert all(chunk.headings == ("Part | Name | Stock",) for chunk in with_rows(chunks, "PN-"))


def test_a_row_longer_than_a_chunk_keeps_its_header() -> None:
    builder = DocumentBuilder()
    builder.table([("Part", "Story"), ("PN-1", "rope and hook " * 60), ("PN-2", "short")])
    chunks = chunk_document(built(builder), SmallEmbedder(48))
    assert len(chunks) > 3 and all(chunk.headings == ("Part | Story",) for chunk in chunks)
    assert all("Part | Story" in chunk.embedded_text for chunk in chunks)


def test_a_header_longer_than_its_share_leaves_room_for_rows() -> None:
    header = tuple(f"a rather long name of column {number}" for number in range(80))
    builder = DocumentBuilder()
    builder.table([header, *(tuple(f"{row}.{column}" for column in range(80)) for row in range(10))])
    embedder = SmallEmbedder(256)
    chunks = chunk_document(built(builder), embedder)
    assert all(chunk.tokens <= 256 and chunk.headings == (" | ".join(header),) for chunk in chunks)
    assert len(chunks) < 40


CELLS = st.sampled_from(
    ["rope", "12", "", "铁钩", "3.50 EUR", "a longer text of a cell. It has two sentences.", "x" * 300]
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=20)


@given(
    pieces=st.lists(st.one_of(TABLES, st.sampled_from(["Prose here. " * 9, "短句。", "Head"])), max_size=6),
    window=st.sampled_from([24, 48, 256]),
)
def test_chunks_of_tables_cover_the_document_within_the_budget(pieces: list[object], window: int) -> None:
    builder = DocumentBuilder()
    for piece in pieces:
        if isinstance(piece, list):
            builder.table(piece)
        elif piece == "Head":
            builder.heading(1, "Head")
        else:
            builder.add(str(piece))
    document = built(builder)
    embedder = SmallEmbedder(window)
    chunks = chunk_document(document, embedder)
    assert uncovered(document.text, chunks) == ""
    # Names of a table leave a window of 24 no room for a character that is two tokens.
    assert all(chunk.tokens <= window or len(chunk.text) == 1 for chunk in chunks)
    assert all(chunk.text == document.text[chunk.start : chunk.end] for chunk in chunks)
