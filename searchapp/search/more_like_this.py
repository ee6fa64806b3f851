"""What stands for a chunk, or for a document as a whole, when others like it are looked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchapp.access import may_read
from searchapp.errors import NotFoundError
from searchapp.model import Chunk, DocumentEntry, Vector, placed
from searchapp.stores import Store

LIKENED = 40
"""Chunks from the beginning of a document that stand for the whole."""


def likened(store: Store, like_id: str, groups: tuple[str, ...] | None) -> tuple[DocumentEntry, tuple[Chunk, ...]]:
    """The document that an id names, or whose chunk it names, and the chunks that others are compared with.

    Raises NotFoundError where there is none that ``groups`` may read, and the store's errors.
    """
    document_id, position = placed(like_id)
    entry = store.entry(document_id or like_id)
    if entry is not None and may_read(groups, entry.groups):
        chunks = store.chunks(entry.id, position, 1) if document_id else store.chunks(entry.id, 0, LIKENED)
        if chunks and (not document_id or chunks[0].id == like_id):
            return entry, chunks
    raise NotFoundError("passage_id_unknown", passage=like_id[:80])


def mean_vector(store: Store, chunks: Sequence[Chunk]) -> Vector | None:
    """The direction in which the chunks point together: ``(dims,) float32``; None where no vector is known."""
    known = store.vectors([chunk.hash for chunk in chunks])
    if not known:
        return None
    mean = np.mean([known[hash_] for hash_ in sorted(known)], axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length, dtype=np.float32) if length else None
