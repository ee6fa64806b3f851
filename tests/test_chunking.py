"""Chunks cover every non-blank character of a document and never exceed what the model reads."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchapp.chunking import chunk_document
from searchapp.embedding import build_embedder
from searchapp.embedding.estimate import EstimatingTokenizer
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.model import Chunk, Document, Section, SourceType
from searchapp.settings import load_settings

MINILM = build_embedder(load_settings())
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
