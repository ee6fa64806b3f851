"""Passages and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"
"""One embedding: ``(dims,) float32``, L2-normalised."""

Vectors: TypeAlias = "NDArray[np.float32]"
"""Several embeddings: ``(n, dims) float32``, each row L2-normalised."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: what is embedded, found and cited.

    ``text`` equals ``Document.text[start:end]``. ``embedded_text`` is what the model reads: the document's title
    and heading path, then the text. ``tokens`` counts ``embedded_text`` in the embedding model's own tokens,
    special tokens included. ``hash`` identifies ``embedded_text``: equal hashes share one vector.
    """

    id: str
    document_id: str
    position: int
    text: str
    embedded_text: str
    start: int
    end: int
    tokens: int
    hash: str
    headings: tuple[str, ...] = ()
    page: int | None = None


def placed(chunk_id: str) -> tuple[str, int]:
    """The id of a chunk's document and its position there, read from its own id; ("", 0) where it is no such id."""
    document_id, _, rest = chunk_id.rpartition("-")[0].rpartition("-")
    return (document_id, int(rest)) if document_id and rest.isascii() and rest.isdecimal() else ("", 0)


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vector: ``(dims,) float32``, L2-normalised."""

    chunk: Chunk
    vector: Vector
