"""One model shared by many threads: batches form, repeated queries cost nothing, and documents wait their turn."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from searchapp.embedding import shared
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.embedding.shared import SharedEmbedder
from searchapp.errors import ModelUnavailableError, OverloadedError
from searchapp.settings import load_settings
from tests.embedding.gated import LIMIT, GatedEmbedder
from tests.waiting import eventually


@pytest.fixture
def model() -> GatedEmbedder:
    return GatedEmbedder()


@pytest.fixture
def embedder(model: GatedEmbedder) -> SharedEmbedder:
    return model.shared


def test_queries_that_come_while_the_model_is_busy_go_together(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(embedder.embed_query, "first")
        assert model.entered.acquire(timeout=LIMIT)
        others = {text: pool.submit(embedder.embed_query, text) for text in "abcde"}
        eventually(lambda: len(embedder._waiting) == 5)
        model.gate.set()
        expected = HashedEmbedder("64", load_settings())
        assert np.allclose(first.result(LIMIT), expected.embed_query("first"))
        for text, future in others.items():
            assert np.allclose(future.result(LIMIT), expected.embed_query(text))
    assert sorted(len(texts) for _, texts in model.calls) == [1, 1, 4]


def test_a_long_query_does_not_make_short_ones_as_costly(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    """A batch is padded to its longest text."""
    long = "word " * 700
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(embedder.embed_query, "first")
        assert model.entered.acquire(timeout=LIMIT)
        others = []
        for number, text in enumerate(("a", long, "b", f"{long}!", "c"), 1):
            others.append(pool.submit(embedder.embed_query, text))
            eventually(lambda number=number: len(embedder._waiting) == number)
        model.gate.set()
        for one in (first, *others):
            one.result(LIMIT)
    assert [texts for _, texts in model.calls] == [["first"], ["a", "b", "c"], [long, f"{long}!"]]


def test_one_query_of_many_callers_is_embedded_once_and_kept(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(embedder.embed_query, "same") for _ in range(8)]
        assert model.entered.acquire(timeout=LIMIT)
        model.gate.set()
        vectors = [future.result(LIMIT) for future in futures]
    assert len(model.calls) == 1
    assert all(vector is vectors[0] for vector in vectors)
    assert embedder.embed_query("same") is vectors[0]
    with pytest.raises(ValueError, match="read-only"):
        vectors[0][0] = 1.0


def test_the_cache_forgets_what_was_asked_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "CACHED_QUERIES", 2)
    model = GatedEmbedder()
    embedder = model.shared
    model.gate.set()
    for text in ("a", "b", "a", "c", "a", "b"):
        embedder.embed_query(text)
    assert [texts[0] for _, texts in model.calls] == ["a", "b", "c", "b"]


def test_a_query_goes_before_the_next_batch_of_documents(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    with ThreadPoolExecutor(2) as pool:
        ingestion = pool.submit(embedder.embed_documents, [f"document {n}" for n in range(12)])
        assert model.entered.acquire(timeout=LIMIT)
        query = pool.submit(embedder.embed_query, "query")
        eventually(lambda: len(embedder._waiting) == 1)
        model.gate.set()
        query.result(LIMIT)
        vectors = ingestion.result(LIMIT)
    assert [kind for kind, _ in model.calls] == ["documents", "queries", "documents", "documents"]
    assert np.allclose(
        vectors, HashedEmbedder("64", load_settings()).embed_documents([f"document {n}" for n in range(12)])
    )


def test_an_ingestion_is_not_starved_by_queries(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    over = threading.Event()

    def search(name: int) -> None:
        count = 0
        while not over.is_set():
            embedder.embed_query(f"{name} {count}")
            count += 1

    model.gate.set()
    with ThreadPoolExecutor(5) as pool:
        searches = [pool.submit(search, name) for name in range(4)]
        try:
            assert len(embedder.embed_documents(["a", "b", "c", "d", "e"])) == 5
        finally:
            over.set()
        for one in searches:
            one.result(LIMIT)


def test_a_failure_reaches_every_caller_and_is_not_kept(model: GatedEmbedder, embedder: SharedEmbedder) -> None:
    model.error = ModelUnavailableError("weights_missing", name="tiny")
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(embedder.embed_query, text) for text in "abcd"]
        assert model.entered.acquire(timeout=LIMIT)
        model.gate.set()
        for future in futures:
            with pytest.raises(ModelUnavailableError):
                future.result(LIMIT)
    model.error = None
    assert embedder.embed_query("a").shape == (64,)


def test_too_many_waiting_queries_are_told_to_come_back(
    model: GatedEmbedder, embedder: SharedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "MOST_CALLERS", 3)
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(embedder.embed_query, "first")]
        assert model.entered.acquire(timeout=LIMIT)
        futures += [pool.submit(embedder.embed_query, text) for text in "ab"]
        eventually(lambda: len(embedder._waiting) == 2)
        with pytest.raises(OverloadedError) as caught:
            embedder.embed_query("c")
        assert caught.value.retry_after == 2
        model.gate.set()
        for future in futures:
            future.result(LIMIT)
