"""What an embedder promises, and the fingerprint that names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from searchapp.model import Vector, Vectors
from searchapp.tokens import Tokenizer

ELASTICSEARCH = "elasticsearch"
"""The provider whose vectors are made by the store itself: an inference endpoint of the cluster."""

FORMAT = 1
"""Version of the fingerprint's own layout; raised when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that decides which vector a text gets. It stands in the index, beside the vectors.

    ``digest`` identifies the weights (SHA-256, hub revision or Ollama digest). ``dtype`` is recorded and not compared:
    bfloat16 and float32 vectors of one model agree at cosine 0.9999, so machines of both kinds may share an index
    (docs/decisions/0003).
    """

    provider: str
    model: str
    digest: str
    dims: int
    max_tokens: int
    query_prompt: str = ""
    document_prompt: str = ""
    dtype: str = "float32"
    format: int = FORMAT

    @property
    def made_by_store(self) -> bool:
        """Whether the store makes the vectors of what it is given as text."""
        return self.provider == ELASTICSEARCH

    def matches(self, other: Fingerprint) -> bool:
        """Whether vectors under both fingerprints may stand in one index."""
        return dataclasses.replace(self, dtype=other.dtype) == other

    def with_prompts_of(self, other: Fingerprint) -> Fingerprint:
        """The same model with the prompts of another fingerprint."""
        return dataclasses.replace(self, query_prompt=other.query_prompt, document_prompt=other.document_prompt)

    def as_dict(self) -> dict[str, str | int]:
        """The fields as JSON values, for an index's metadata."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, str | int]) -> Fingerprint:
        """The reverse of ``as_dict``; unknown fields (of a later version) are left out."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.provider}:{self.model} ({self.dims} dimensions, {self.digest[:12]})"


class Embedder(Protocol):
    """Turns chunks and queries into vectors of one space. Loading happens on first use, not on construction."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What decides the vectors; ``fingerprint.dims`` and ``.max_tokens`` are probed from the model itself."""
        ...

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""
        ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """``(n, dims) float32``, L2-normalised, in the order of ``texts``; the document prompt is put in front.

        Raises ModelUnavailableError or ServiceUnavailableError. A text longer than ``max_tokens`` is an error of the
        caller; providers refuse it where they can tell.
        """
        ...

    def embed_query(self, text: str) -> Vector:
        """``(dims,) float32``, L2-normalised; the query prompt is put in front. A long query is shortened to fit."""
        ...


def batches_by_length(texts: Sequence[str], size: int, tokens: Sequence[int] | None = None) -> Iterator[list[int]]:
    """Yield indices into ``texts`` in batches of ``size``, longest first, so that a batch wastes little on padding.

    Padding is counted in tokens: with ``tokens``, each text's count of them, a model computes a fifth less than in the
    order of characters (docs/performance.md).
    """
    lengths = [len(text) for text in texts] if tokens is None else tokens
    order = sorted(range(len(texts)), key=lengths.__getitem__, reverse=True)
    for first in range(0, len(order), size):
        yield order[first : first + size]


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
