"""Renamed files: the same bytes under a new path, the old path gone. Their chunks move along, nothing is parsed."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from searchapp.model import Chunk, DocumentEntry, DocumentState
from searchapp.sources import RawSource, SourceRef
from searchapp.stores import Store


@dataclass(frozen=True, slots=True)
class Move:
    """A document's chunks under the id of its new path."""

    old: DocumentEntry
    to: SourceRef
    chunks: tuple[Chunk, ...]


def find_moves(store: Store, new: Sequence[RawSource]) -> dict[str, Move]:
    """Those of the new files that were known under another path, which is gone now; by the new id.

    Each old document moves once, so that of two new copies one is read. A document whose vectors are not all there is
    left to the ordinary way.
    """
    files = [raw for raw in new if not raw.ref.is_url]
    known = store.same_content({raw.content_hash for raw in files})
    moves: dict[str, Move] = {}
    taken: set[str] = set()
    for raw in files:
        for old in known.get(raw.content_hash, ()):
            if old.id in taken or not _is_whole(old) or not is_gone(old.source):
                continue
            chunks = store.chunks(old.id)
            if len(chunks) == old.chunks and store.vectors({chunk.hash for chunk in chunks}).keys() >= {
                chunk.hash for chunk in chunks
            }:
                taken.add(old.id)
                moves[raw.ref.id] = Move(old, raw.ref, tuple(_renamed(chunk, raw.ref.id) for chunk in chunks))
                break
    return moves


def is_gone(source: str) -> bool:
    """Whether there is certainly no such file: a folder that may not be looked into says nothing.

    Where a folder stands now, its files are documents of their own.
    """
    if "://" in source:
        return False
    try:
        return stat.S_ISDIR(os.lstat(source).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _is_whole(old: DocumentEntry) -> bool:
    return old.state in (DocumentState.INDEXED, DocumentState.UNCHANGED) and old.attempts == 0


def _renamed(chunk: Chunk, document_id: str) -> Chunk:
    return dataclasses.replace(chunk, id=chunk.id.replace(chunk.document_id, document_id, 1), document_id=document_id)
