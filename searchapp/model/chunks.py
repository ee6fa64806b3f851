"""Chunks and their vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from searchapp.model.json import HIDDEN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"
"""One embedding: ``(dims,) float32``, L2-normalised."""

Vectors: TypeAlias = "NDArray[np.float32]"
"""Several embeddings: ``(n, dims) float32``, each row L2-normalised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stored chunk."""

    id: str
    document_id: str = field(metadata=HIDDEN)
    position: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    start: int
    end: int
    text: str  # Document.text[start:end]
    embedded_text: str = field(metadata=HIDDEN)
    """What the model reads: the document's title and heading path, then the text."""
    tokens: int = field(metadata=HIDDEN)
    """How many ``embedded_text`` has, counted by the embedding model, special ones included."""
    hash: str = field(metadata=HIDDEN)
    """Identifies ``embedded_text``: equal hashes share one vector."""


def placed(chunk_id: str) -> tuple[str, int]:
    """The id of a chunk's document and its position there, read from its own id; ("", 0) where it is no such id."""
    document_id, _, rest = chunk_id.rpartition("-")[0].rpartition("-")
    return (document_id, int(rest)) if document_id and rest.isascii() and rest.isdecimal() else ("", 0)


PARAGRAPH_BREAK = "\n\n"


def whole_text(chunks: Iterable[Chunk]) -> str:
    """The text of the document whose ``chunks`` these are, in reading order, with every character at its old offset.

    Chunks hold every non-blank character of their document. What lies between two of them was white space; two or more
    characters of it become the end of a paragraph.
    """
    parts: list[str] = []
    end = 0
    for chunk in chunks:
        if chunk.start > end:
            parts.append((PARAGRAPH_BREAK + " " * (chunk.start - end))[: chunk.start - end])
            end = chunk.start
        parts.append(chunk.text[end - chunk.start :])
        end = max(end, chunk.end)
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vector: ``(dims,) float32``, L2-normalised; None where that is still to be computed."""

    chunk: Chunk
    vector: Vector | None
