"""A model that tells what it is asked for and waits for the test, alone or shared between threads."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.embedding.shared import SharedEmbedder
from searchapp.model import Vector, Vectors
from searchapp.settings import load_settings

LIMIT = 60
"""Seconds for which anything is waited that must come to pass."""

DOCUMENTS, QUERIES = "documents", "queries"


class GatedEmbedder(HashedEmbedder):
    """Notes every call; those of the kinds in ``gated`` wait for ``gate``, and ``entered`` tells that one has begun."""

    exclusive = True

    def __init__(self, gated: Collection[str] = (DOCUMENTS, QUERIES)) -> None:
        super().__init__("64", load_settings())
        self.calls: list[tuple[str, list[str]]] = []
        self.gate, self.entered = threading.Event(), threading.Semaphore(0)
        self.error: Exception | None = None
        self.shared = SharedEmbedder(self, batch_size=4)
        self._gated = gated

    def asked(self, kind: str) -> list[list[str]]:
        """The texts of each call of one kind."""
        return [texts for called, texts in self.calls if called == kind]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        return self._noted(DOCUMENTS, texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._noted(QUERIES, texts)

    def embed_query(self, text: str) -> Vector:
        return self._noted(QUERIES, [text])[0]

    def _noted(self, kind: str, texts: Sequence[str]) -> Vectors:
        self.calls.append((kind, list(texts)))
        if kind in self._gated:
            self.entered.release()
            assert self.gate.wait(LIMIT)
        if self.error:
            raise self.error
        return super().embed_documents(texts)
