"""Embeddings through a real Ollama."""

from __future__ import annotations

import numpy as np
import pytest

from searchapp.embedding import build_embedder
from searchapp.errors import ModelUnavailableError, ServiceUnavailableError
from searchapp.settings import Settings, load_settings
from tests.services.ollama import Ollama

TEXTS = [
    "How do I restore a snapshot?",
    "混合检索将关键词与语义结合起来",
    "short",
    "a longer passage about gloves " * 12,
]


def in_process_settings() -> Settings:
    """The same model in this process, as exactly as it can be had."""
    return load_settings(embedding_model="sentence-transformers:all-MiniLM-L6-v2", embedding_precision="full")


@pytest.fixture(scope="module")
def through_ollama(ollama: Ollama):
    return build_embedder(load_settings(embedding_model=f"ollama:{ollama.embedding_model}", ollama_url=ollama.url))


def test_the_same_model_gives_the_same_vectors_as_in_process(through_ollama) -> None:
    in_process = build_embedder(in_process_settings())
    cosines = np.sum(through_ollama.embed_documents(TEXTS) * in_process.embed_documents(TEXTS), axis=1)
    assert cosines.min() > 0.9995
    assert through_ollama.fingerprint.dims == in_process.fingerprint.dims == 384


def test_punctuation_that_ollama_cuts_otherwise_stays_near_and_within_the_window(through_ollama) -> None:
    # Ollama makes two tokens of a Chinese full stop, the model's own tokenizer one: a known difference, not a large one.
    text = "混合检索将关键词与语义结合起来。"
    assert build_embedder(in_process_settings()).embed_query(text) @ through_ollama.embed_query(text) > 0.95
    crowded = "。" * (through_ollama.fingerprint.max_tokens // 3)
    assert through_ollama.embed_documents([crowded]).shape == (1, 384)


def test_its_tokenizer_counts_as_the_model_in_process_does(through_ollama) -> None:
    assert through_ollama.tokenizer.counts(TEXTS) == build_embedder(in_process_settings()).tokenizer.counts(TEXTS)


def test_a_long_query_is_shortened_and_a_long_passage_refused(through_ollama) -> None:
    long = "retrieval " * 2000
    assert np.isclose(np.linalg.norm(through_ollama.embed_query(long)), 1.0, atol=1e-5)
    with pytest.raises(ModelUnavailableError, match="longer than it reads"):
        through_ollama.embed_documents([long])


def test_another_model_has_other_dimensions(ollama: Ollama) -> None:
    other = build_embedder(load_settings(embedding_model=f"ollama:{ollama.chat_model}", ollama_url=ollama.url))
    assert other.fingerprint.dims == 576


def test_what_is_missing_is_named(ollama: Ollama) -> None:
    absent = build_embedder(load_settings(embedding_model="ollama:absent", ollama_url=ollama.url))
    with pytest.raises(ModelUnavailableError, match="ollama pull absent"):
        _ = absent.fingerprint
    nobody = build_embedder(load_settings(embedding_model="ollama:m", ollama_url="http://127.0.0.1:9"))
    with pytest.raises(ServiceUnavailableError, match=r"does not answer at http://127\.0\.0\.1:9"):
        _ = nobody.fingerprint
