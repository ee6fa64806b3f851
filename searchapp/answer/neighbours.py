"""A passage with the one before it and the one after it, as they stand in the document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from searchapp.model import Chunk, Hit


def extended(hit: Hit, chunks: Sequence[Chunk], taken: Collection[str]) -> Hit:
    """The hit with the text of its neighbours, without what they repeat of it; offsets follow.

    ``chunks`` are those of its document around it, in reading order. Neighbours in ``taken`` (chunk ids) are passages
    of the answer themselves and stay where they are.
    """
    at = next((place for place, chunk in enumerate(chunks) if chunk.id == hit.chunk_id), None)
    if at is None:
        return hit
    before = _usable(chunks[at - 1], taken) if at else None
    after = _usable(chunks[at + 1], taken) if at + 1 < len(chunks) else None
    text, start, end = hit.text, hit.start, hit.end
    if before and before.start < start:
        text = before.text[: start - before.start] + ("\n" if before.end < start else "") + text
        start = before.start
    if after and after.end > end:
        text += ("\n" if after.start > end else "") + after.text[max(0, end - after.start) :]
        end = after.end
    return replace(hit, text=text, start=start, end=end)


def _usable(chunk: Chunk, taken: Collection[str]) -> Chunk | None:
    is_exact = len(chunk.text) == chunk.end - chunk.start
    return chunk if is_exact and chunk.id not in taken else None
