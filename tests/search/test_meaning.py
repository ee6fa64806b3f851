"""Nearest sentences take what the model has to spare: little, remembered, and never in a search's way."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from searchapp.embedding import SharedEmbedder
from searchapp.search import meaning
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN
from searchapp.search.meaning import AT_ONCE, BATCH, MOST_OF_A_PAGE, MOST_OF_A_PASSAGE, NearestSentences
from tests.embedding.gated import DOCUMENTS, LIMIT, QUERIES, GatedEmbedder

PASSAGE = "Rabbits eat grass. Cats sleep all day. Dogs bark at night."


@pytest.fixture
def model() -> GatedEmbedder:
    return GatedEmbedder(gated=[DOCUMENTS])


@pytest.fixture
def embedder(model: GatedEmbedder) -> SharedEmbedder:
    return model.shared


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "SECONDS", LIMIT)


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
    monkeypatch.setattr(meaning, "REMEMBERED", 4)
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
    monkeypatch.setattr(meaning, "SECONDS", 0.05)
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
