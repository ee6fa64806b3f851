"""Vectors for the store: computed here, or left to the store where its own model makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchapp.embedding.base import Embedder
from searchapp.model import Vector, Vectors


def document_vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """As ``embed_documents``; ``(n, 0)`` where the store makes the vectors of the texts. Raises as it does."""
    if embedder.fingerprint.made_by_store:
        return np.empty((len(texts), 0), dtype=np.float32)
    return embedder.embed_documents(texts)


def query_vector(embedder: Embedder, text: str) -> Vector:
    """As ``embed_query``; ``(0,)`` where the store makes the vector of the query. Raises as it does."""
    if embedder.fingerprint.made_by_store:
        return np.empty(0, dtype=np.float32)
    return embedder.embed_query(text)
