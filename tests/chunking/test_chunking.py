"""Chunks cover every non-blank character of a document and never exceed what the model reads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp.chunking import chunk_document
from searchapp.embedding import SharedEmbedder, build_embedder
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.model import Chunk, Document, Section, SourceType
from searchapp.settings import load_settings
from searchapp.tokens import EstimatingTokenizer

MINILM = build_embedder(load_settings(embedding_model="sentence-transformers:all-MiniLM-L6-v2"))
WORDS = st.sampled_from(
    [
        "the",
        "kubernetes",
        "Straßenbahn",
        "e.g.",
        "3.14",
        "混合检索",
        "。",
        "，",
        "モデル",
        "서울에서",
        "x" * 400,
        "🙂",
        "\t",
    ]
)
PARAGRAPHS = st.lists(st.lists(WORDS, max_size=60).map(" ".join), max_size=6)


class SmallEmbedder:
    """An embedder with a window small enough that every way of cutting is taken."""

    def __init__(self, max_tokens: int) -> None:
        whole = HashedEmbedder("8", load_settings())
        self.fingerprint = replace(whole.fingerprint, max_tokens=max_tokens)
        self.tokenizer = EstimatingTokenizer()


def document(sections: list[tuple[tuple[str, ...], int | None, str]], title: str = "A title") -> Document:
    text, spans = "", []
    for headings, page, body in sections:
        start = len(text)
        text += body
        spans.append(Section(start, len(text), headings, page))
        text += "\n\n"
    return Document("d", "/d.md", title, SourceType.MARKDOWN, text, tuple(spans), "hash")


def uncovered(text: str, chunks: list[Chunk]) -> str:
    covered = {at for chunk in chunks for at in range(chunk.start, chunk.end)}
    return "".join(char for at, char in enumerate(text) if at not in covered and not char.isspace())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sections=st.lists(
        st.tuples(
            st.lists(st.sampled_from(["Intro", "安装", "Very long heading " * 20]), max_size=2).map(tuple),
            st.sampled_from([None, 1, 2]),
            PARAGRAPHS.map("\n\n".join),
        ),
        max_size=5,
    ),
    title=st.sampled_from(["", "A title", "标题" * 60]),
    window=st.sampled_from([24, 40, 256, None]),
    overlap=st.sampled_from([0, 8, 24]),
)
def test_chunks_cover_the_document_within_the_budget(
    sections: list[tuple[tuple[str, ...], int | None, str]], title: str, window: int | None, overlap: int
) -> None:
    embedder = MINILM if window is None else SmallEmbedder(window)
    whole = document(sections, title)
    chunks = chunk_document(whole, embedder, overlap)
    assert uncovered(whole.text, chunks) == ""
    exact = embedder.tokenizer.counts([chunk.embedded_text for chunk in chunks]) if chunks else []
    assert [chunk.tokens for chunk in chunks] == exact
    assert all(count <= embedder.fingerprint.max_tokens for count in exact)
    for number, chunk in enumerate(chunks):
        assert chunk.position == number
        assert chunk.text == whole.text[chunk.start : chunk.end] and chunk.text.strip()
        assert chunk.embedded_text.endswith(chunk.text)
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def test_small_sections_of_one_page_share_a_chunk() -> None:
    chunks = chunk_document(
        document([(("A", "B"), 1, "B\nShort."), (("A", "C"), 1, "C\nAlso short."), (("A",), 2, "Next page.")]), MINILM
    )
    assert [(chunk.text, chunk.headings, chunk.page) for chunk in chunks] == [
        ("B\nShort.\n\nC\nAlso short.", ("A",), 1),
        ("Next page.", ("A",), 2),
    ]


def test_a_long_section_is_cut_between_sentences_with_overlap() -> None:
    sentences = [f"Sentence number {number} says something about retrieval." for number in range(120)]
    chunks = chunk_document(document([(("Guide",), None, " ".join(sentences))]), MINILM, overlap=24)
    assert len(chunks) > 3
    assert all(chunk.text.endswith(".") and chunk.text.startswith("Sentence") for chunk in chunks)
    assert all(later.start < earlier.end for earlier, later in pairwise(chunks))


def test_chinese_is_cut_at_its_own_full_stops() -> None:
    text = "".join(f"第{number}句话讨论检索与向量的关系。" for number in range(120))
    chunks = chunk_document(document([((), None, text)]), MINILM)
    assert len(chunks) > 3
    assert all(chunk.text.endswith("。") for chunk in chunks)


def test_a_paragraph_is_kept_whole_where_that_leaves_the_chunk_full_enough() -> None:
    first, second = ("Alpha beta gamma delta. " * 32).strip(), ("Epsilon zeta eta theta. " * 32).strip()
    chunks = chunk_document(document([((), None, f"{first}\n\n{second}")]), MINILM)
    assert chunks[0].text == first


def test_the_heading_path_is_read_by_the_model_once() -> None:
    chunks = chunk_document(document([(("Handbook", "Gloves"), None, "Gloves\nWear them.")], title="Handbook"), MINILM)
    assert chunks[0].embedded_text == "Handbook\nGloves\nWear them."


@pytest.mark.parametrize("text", ["", " \n\n\t "])
def test_a_blank_document_has_no_chunks(text: str) -> None:
    assert chunk_document(document([((), None, text)]), MINILM) == []


def test_equal_passages_have_equal_hashes_and_different_ids() -> None:
    one = chunk_document(document([((), None, "Same words.")]), MINILM)[0]
    other = chunk_document(replace(document([((), None, "Same words.")]), id="e"), MINILM)[0]
    assert one.hash == other.hash and one.id != other.id


def test_a_heading_without_text_joins_what_follows_it() -> None:
    body = "Sentence about retrieval and vectors. " * 60
    for sections in (
        [((("检索与回答",)), None, "检索与回答"), (("检索与回答", "检索"), None, "检索\n\n" + body)],
        [(("检索与回答",), 1, "检索与回答"), (("检索与回答", "检索"), 1, "检索\n\n" + body)],
        [((), 1, "检索与回答"), ((), 1, body)],  # a title without a heading in the file
        [(("检索与回答",), None, "检索与回答"), (("Other",), None, "Other"), (("Third",), None, "Third\n\n" + body)],
    ):
        chunks = chunk_document(document(sections, title="检索与回答"), MINILM)
        assert chunks[0].text.startswith("检索与回答")
        assert all("Sentence" in chunk.text for chunk in chunks)
        assert chunks[0].headings == sections[-1][0] and chunks[0].page == sections[-1][1]


def test_headings_at_the_end_join_what_stands_before_them() -> None:
    chunks = chunk_document(document([(("A",), 2, "A\nText."), (("B",), 2, "B"), (("B", "C"), 2, "C")]), MINILM)
    assert [chunk.text for chunk in chunks] == ["A\nText.\n\nB\n\nC"]


@pytest.mark.parametrize(
    "pages",
    [
        [((), 1, "A title"), ((), 2, "Wear gloves.")],
        [(("年度报告",), 1, "年度报告"), (("年度报告", "检索"), 2, "检索\n\n检索在第二页。")],
        [((), 1, "Wear gloves."), (("Last",), 2, "Last")],
        [((), 1, "Gloves."), (("Part",), 2, "Part"), (("Part", "One"), 3, "One\n\nBoots.")],
        [((), 1, "Gloves."), (("Part",), 1, "Part"), (("Part", "One"), 2, "One\n\nBoots.")],
    ],
)
def test_what_stands_on_a_page_is_cited_with_its_number(
    pages: list[tuple[tuple[str, ...], int | None, str]],
) -> None:
    chunks = chunk_document(document(pages), MINILM)
    for _, page, text in pages:
        assert [chunk.page for chunk in chunks if text in chunk.text] == [page]


def test_a_document_that_is_only_its_title_is_still_found() -> None:
    chunks = chunk_document(document([(("A title",), None, "A title")]), MINILM)
    assert [chunk.text for chunk in chunks] == ["A title"]


def test_a_heading_is_not_cut_off_from_a_sentence_that_fills_the_window() -> None:
    sentence = "word " * 36 + "end."
    chunks = chunk_document(document([(("Heading here",), None, "Heading here\n\n" + sentence)]), SmallEmbedder(40))
    assert len(chunks) > 1 and "word" in chunks[0].text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    bodies=st.lists(st.tuples(st.integers(1, 3), st.sampled_from([1, 2]), st.integers(0, 60)), min_size=1, max_size=8),
    window=st.sampled_from([40, 256]),
)
def test_no_passage_holds_headings_only_where_there_is_text(bodies: list[tuple[int, int, int]], window: int) -> None:
    sections: list[tuple[tuple[str, ...], int | None, str]] = []
    for number, (depth, page, words) in enumerate(bodies):
        heading = f"Heading {number}"
        text = f"{heading}\n\n" + "body " * words if words else heading
        sections.append(((*("Top",) * (depth - 1), heading), page, text.strip()))
    sections.sort(key=lambda section: section[1] or 0)
    chunks = chunk_document(document(sections), SmallEmbedder(window))
    written = {page for _, page, words in bodies if words}
    assert all("body" in chunk.text for chunk in chunks if chunk.page in written)


def test_a_table_is_cut_between_rows() -> None:
    rows = [f"item {number} | {number * 3} | some words on this item of stock" for number in range(80)]
    chunks = chunk_document(document([(("Stock",), None, "\n".join(rows))]), MINILM, overlap=0)
    assert len(chunks) > 2
    assert [line for chunk in chunks for line in chunk.text.splitlines()] == rows


@pytest.mark.parametrize("place", [0, 7, 19])
def test_an_edited_document_is_cut_as_one_that_was_never_seen(place: int) -> None:
    def made(changed: int | None) -> Document:
        bodies = [f"Paragraph {number} tells of pods and 节点. " * 12 for number in range(20)]
        if changed is not None:
            bodies[changed] += "It has grown by one sentence."
        return document([((f"Part {number // 4}",), None, body) for number, body in enumerate(bodies)])

    shared = SharedEmbedder(MINILM, batch_size=4)
    before = chunk_document(made(None), shared)
    after = chunk_document(made(place), shared)
    assert after == chunk_document(made(place), MINILM) != before
    assert all(made(place).text[one.start : one.end] == one.text for one in after)
