"""Marked words, and nearest sentences, which take what the model has to spare: little, remembered, and never in a
search's way.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.embedding import SharedEmbedder
from searchapp.search import highlights as highlighting
from searchapp.search.highlights import (
    AT_ONCE,
    BATCH,
    MARK_CLOSE,
    MARK_OPEN,
    MOST_OF_A_PAGE,
    MOST_OF_A_PASSAGE,
    NearestSentences,
    highlights,
)
from searchapp.text.words import content_terms
from tests.embedding.gated import DOCUMENTS, LIMIT, QUERIES, GatedEmbedder


def shown(query: str, text: str) -> list[str]:
    return [piece.replace(MARK_OPEN, "<").replace(MARK_CLOSE, ">") for piece in highlights(content_terms(query), text)]


def test_the_sentences_that_match_are_shown_with_their_words_marked() -> None:
    text = "Nothing here. The indices are searched quickly. Another thing. Search them again."
    assert shown("searching an index", text) == ["The indices are <searched> quickly.", "<Search> them again."]


def test_chinese_matches_are_joined() -> None:
    assert shown("混合检索", "系统支持混合检索功能。其他。") == ["系统支持<混合检索>功能。"]


def test_a_passage_without_a_match_shows_its_beginning() -> None:
    assert shown("volcano", "First sentence. Second one.") == ["First sentence."]
    assert shown("volcano", "A heading\nFirst sentence. Second one.") == ["First sentence."]
    assert shown("volcano", 'He said: "It is done." Then he left.') == ['He said: "It is done."']
    assert shown("火山", "标题\n他说：“完成了。”然后离开。") == ["他说：“完成了。”"]
    assert highlights({"x"}, "") == ()


@given(
    st.text(alphabet=st.sampled_from("ab .检索\n"), max_size=60),
    st.text(alphabet=st.sampled_from("ab .检索"), max_size=20),
)
def test_marks_are_paired_and_the_rest_is_the_text(text: str, query: str) -> None:
    for piece in highlights(content_terms(query), text):
        assert piece.count(MARK_OPEN) == piece.count(MARK_CLOSE)
        assert piece.replace(MARK_OPEN, "").replace(MARK_CLOSE, "") in text


PASSAGE = "Rabbits eat grass. Cats sleep all day. Dogs bark at night."


@pytest.fixture
def model() -> GatedEmbedder:
    return GatedEmbedder(gated=[DOCUMENTS])


@pytest.fixture
def embedder(model: GatedEmbedder) -> SharedEmbedder:
    return model.shared


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highlighting, "SECONDS", LIMIT)


def numbered(count: int, name: str = "Fact") -> str:
    return " ".join(f"{name} number {at} stands here." for at in range(count))


def test_the_nearest_sentence_is_marked_and_its_vectors_are_kept(
    model: GatedEmbedder, embedder: SharedEmbedder
) -> None:
    model.gate.set()
    sentences = NearestSentences()
    assert sentences.find("cats sleep", [PASSAGE], embedder) == [f"{MARK_OPEN}Cats sleep all day.{MARK_CLOSE}"]
    assert sentences.find("dogs bark", [PASSAGE], embedder) == [f"{MARK_OPEN}Dogs bark at night.{MARK_CLOSE}"]
    assert len(model.asked(DOCUMENTS)) == 1


def test_what_is_remembered_has_a_bound(
    model: GatedEmbedder, embedder: SharedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highlighting, "REMEMBERED", 4)
    model.gate.set()
    sentences = NearestSentences()
    for at in range(5):
        assert sentences.find("number", [numbered(3, f"Thing {at}")], embedder) != [""]
    assert len(sentences._remembered) == 4


def test_so_much_of_a_passage_and_of_a_page_and_no_more(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    model.gate.set()
    found = NearestSentences().find("fact", [numbered(40, f"Fact {at}") for at in range(15)], embedder)
    assert all(found[: MOST_OF_A_PAGE // MOST_OF_A_PASSAGE])
    assert not any(found[MOST_OF_A_PAGE // MOST_OF_A_PASSAGE :])
    assert sum(map(len, model.asked(DOCUMENTS))) == MOST_OF_A_PAGE
    assert max(map(len, model.asked(DOCUMENTS))) <= BATCH


def test_a_search_goes_before_the_next_few_sentences(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    embedder.embed_query("fact")
    with ThreadPoolExecutor(2) as pool:
        found = pool.submit(NearestSentences().find, "fact", [numbered(12)], embedder)
        assert model.entered.acquire(timeout=LIMIT)  # the first few are embedded now
        search = pool.submit(embedder.embed_query, "urgent")
        while "urgent" not in embedder._waiting:
            threading.Event().wait(0.01)
        model.gate.set()
        search.result(LIMIT)
        assert found.result(LIMIT) != [""]
    assert model.asked(QUERIES) == [["fact"], ["urgent"]]


def test_a_busy_model_leaves_the_sentence_as_it_was(
    model: GatedEmbedder, embedder: SharedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder.embed_query("cats sleep")
    monkeypatch.setattr(highlighting, "SECONDS", 0.05)
    with ThreadPoolExecutor(1) as pool:
        ingestion = pool.submit(embedder.embed_documents, ["a document"])
        assert model.entered.acquire(timeout=LIMIT)
        assert NearestSentences().find("cats sleep", [PASSAGE], embedder) == [""]
        model.gate.set()
        ingestion.result(LIMIT)


def test_one_caller_too_many_does_not_wait(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    sentences = NearestSentences()
    embedder.embed_query("fact")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(sentences.find, "fact", [numbered(2, f"Fact {at}")], embedder) for at in range(AT_ONCE)]
        while sentences._callers._value:  # type: ignore[attr-defined]
            threading.Event().wait(0.01)
        assert sentences.find("fact", [PASSAGE], embedder) == [""]
        model.gate.set()
        assert all(one.result(LIMIT) != [""] for one in waiting)
    assert sentences.find("cats sleep", [PASSAGE], embedder) != [""]


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("map count", "First this. Then vm.max_map_count, set high. And that.", "Then <vm.max_map_count>, set high."),
        ("name", "It calls (user.getUserName) twice.", "It calls (<user.getUserName>) twice."),
        ("10000", "It costs 10,000 euros.", "It costs <10,000> euros."),
        ("mueller", "Herr Müller kommt.", "Herr <Müller> kommt."),
        ("20240306", "Signed 2024-03-06 here.", "Signed <2024-03-06> here."),
    ],
)
def test_words_spelled_otherwise_are_marked(query: str, text: str, marked: str) -> None:
    (piece,) = highlights(content_terms(query), text)
    assert piece.replace("\ue000", "<").replace("\ue001", ">") == marked
