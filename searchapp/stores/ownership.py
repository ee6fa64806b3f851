"""When an entry of the registry may take the place of another, so that processes stay off each other's documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import TypeAlias, TypeGuard

from searchapp.model import DocumentEntry, DocumentState

Replacement: TypeAlias = tuple[DocumentEntry | None, DocumentEntry]
"""An entry as it was read (None: there was none), and the one that is to take its place."""


def claimed(
    stored: DocumentEntry | None,
    wanted: Replacement,
    now: dt.datetime,
    gone: Collection[str],
) -> DocumentEntry | None:
    """The entry that ``Registry.claim`` writes over ``stored``; None where the document is not to be had."""
    read, entry = wanted
    if is_held(stored, entry.owner):
        return replace(entry, started=stored.started, queued=latest(stored.queued, entry.queued))
    if not stands(stored, read):
        return None
    if stored is None or stored.state is not DocumentState.RUNNING or stored.owner in gone:
        return entry
    return entry if stored.lease is None or stored.lease <= now else None


def stands(stored: DocumentEntry | None, read: DocumentEntry | None) -> bool:
    """Whether an entry is still what was read of it, its lease apart."""
    if stored is None or read is None:
        return stored is read
    return replace(stored, lease=None) == replace(read, lease=None)


def is_held(stored: DocumentEntry | None, owner: str) -> TypeGuard[DocumentEntry]:
    """Whether the document is worked on by ``owner``."""
    return stored is not None and stored.state is DocumentState.RUNNING and stored.owner == owner


def is_written(stored: DocumentEntry | None, entry: DocumentEntry) -> bool:
    """Whether ``entry`` was written already: a call is repeated when its answer was lost."""
    return (
        stored is not None
        and stored.state in (entry.state, DocumentState.QUEUED)
        and entry.updated is not None
        and (stored.updated, stored.started) == (entry.updated, entry.started)
    )


def settled(stored: DocumentEntry, final: DocumentEntry | None) -> DocumentEntry | None:
    """What takes the place of a held entry: ``final``, or a queued one where it was asked for again since its claim."""
    if stored.queued is None or stored.started is None or stored.queued <= stored.started:
        return final
    return replace(
        final or stored,
        state=DocumentState.QUEUED,
        queued=stored.queued,
        depth=stored.depth,
        error="",
        owner="",
        lease=None,
    )


def latest(*moments: dt.datetime | None) -> dt.datetime | None:
    """The last of the moments, those that are None left out."""
    return max((moment for moment in moments if moment is not None), default=None)
