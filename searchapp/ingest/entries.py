"""The registry's lines about documents, as ingestion writes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from searchapp.ingest.claims import now
from searchapp.model import Chunk, Document, DocumentEntry, DocumentState
from searchapp.sources import BadTarget, SourceRef, likely_type

FAILURES_ALLOWED = 3
"""A document that fails so often is quarantined."""

CUT_OFFS_ALLOWED = 10
"""So many tries may end with their process before the document counts as the cause of it."""


def fresh(
    found: SourceRef | BadTarget, known: DocumentEntry | None, state: DocumentState, groups: tuple[str, ...]
) -> DocumentEntry:
    """The entry of a document that is about to be tried: what is known of its searchable version stays."""
    if known is not None:
        return dataclasses.replace(known, state=state, error="", updated=now(), groups=groups)
    title = found.source.rstrip("/").rpartition("/")[2] or found.source
    return DocumentEntry(found.id, found.source, title, likely_type(found.source), state, updated=now(), groups=groups)


def queued(found: SourceRef, known: DocumentEntry | None, groups: tuple[str, ...], depth: int = 0) -> DocumentEntry:
    """The entry of a document that was asked for, and waits; ``depth`` is for a site."""
    moment = now()
    entry = fresh(found, known, DocumentState.QUEUED, groups)
    depth = max(depth, asked_depth(known)) if found.is_url else 0
    return dataclasses.replace(entry, queued=moment, updated=moment, depth=depth)


def asked_depth(entry: DocumentEntry | None) -> int:
    """How many links deep the site of a waiting address is to be read."""
    waits = entry is not None and entry.state in (DocumentState.QUEUED, DocumentState.RUNNING)
    return entry.depth if entry is not None and waits else 0


def unchanged(known: DocumentEntry) -> DocumentEntry:
    """The entry of a document that was asked for and found to be what is indexed already."""
    return dataclasses.replace(
        known, state=DocumentState.UNCHANGED, error="", depth=0, owner="", lease=None, updated=now()
    )


def forgiven(entry: DocumentEntry) -> DocumentEntry:
    """The queued entry of a document that is to be tried as if it had never failed."""
    moment = now()
    return dataclasses.replace(
        entry,
        state=DocumentState.QUEUED,
        attempts=1,  # so that what is indexed of it does not count as current
        failures=0,
        failed_hash="",
        error="",
        queued=moment,
        updated=moment,
    )


def indexed(
    document: Document,
    chunks: tuple[Chunk, ...],
    seconds: float,
    tried: DocumentEntry | None,
    groups: tuple[str, ...] = (),
) -> DocumentEntry:
    """The entry of a document that is about to be searchable; ``tried`` is the entry as it was claimed."""
    return DocumentEntry(
        id=document.id,
        source=document.source,
        title=document.title,
        type=document.type,
        state=DocumentState.INDEXED,
        content_hash=document.content_hash,
        language=document.language,
        modified=document.modified,
        pages=document.pages,
        pages_indexed=None if document.pages is None else document.pages - len(document.pages_without_text),
        chunks=len(chunks),
        note=document.note,
        updated=now(),
        seconds=seconds,
        queued=tried.queued if tried else None,
        started=tried.started if tried else None,
        groups=groups,
        lacking=document.lacking,
    )


def failed(entry: DocumentEntry, sentence: str, content_hash: str, lacking: str = "") -> DocumentEntry:
    """The entry after a failure with these bytes: failed, or quarantined after too many; a new content begins anew.

    ``lacking`` is the error's.
    """
    before = entry.failures if entry.failed_hash == content_hash else 0
    quarantined = before + 1 >= FAILURES_ALLOWED
    return dataclasses.replace(
        entry,
        state=DocumentState.QUARANTINED if quarantined else DocumentState.FAILED,
        error=sentence,
        attempts=before + 1,
        failures=before + 1,
        failed_hash=content_hash,
        lacking=lacking,
        owner="",
        lease=None,
        updated=now(),
    )


def cut_off(entry: DocumentEntry) -> DocumentEntry:
    """The quarantined entry of a document whose tries all ended with their process."""
    return dataclasses.replace(
        entry,
        state=DocumentState.QUARANTINED,
        error=f"The process that worked on it ended {CUT_OFFS_ALLOWED} times before it was done.",
        owner="",
        lease=None,
        updated=now(),
    )


def is_current(known: DocumentEntry, content_hash: str, groups: tuple[str, ...]) -> bool:
    """Whether the store holds these bytes for these readers, completely: no try was begun since they were indexed."""
    if known.attempts or known.content_hash != content_hash or known.groups != groups:
        return False
    # A queued entry names its new groups already, its passages perhaps not yet.
    return known.state in (DocumentState.INDEXED, DocumentState.UNCHANGED) or not groups


def joined(known: DocumentEntry | None, added: Iterable[str]) -> tuple[str, ...]:
    """The groups of a document that somebody adds again: theirs too, and never closed to others."""
    if known is None:
        return tuple(sorted(set(added)))
    return tuple(sorted({*known.groups, *added})) if known.groups else ()


def is_hopeless(known: DocumentEntry | None, content_hash: str) -> bool:
    """Whether the document is in quarantine with these bytes."""
    return known is not None and known.state is DocumentState.QUARANTINED and content_hash in ("", known.failed_hash)


def is_worn(known: DocumentEntry | None) -> bool:
    """Whether the document's process ended too often while it was worked on."""
    return known is not None and known.attempts - known.failures >= CUT_OFFS_ALLOWED


def moved(old: DocumentEntry, to: SourceRef, groups: tuple[str, ...]) -> DocumentEntry:
    """The entry of a document whose file was renamed: a title that was the file's name follows it."""
    named = old.title == Path(old.source).stem
    return dataclasses.replace(
        old,
        id=to.id,
        source=to.source,
        title=Path(to.source).stem if named else old.title,
        state=DocumentState.INDEXED,
        updated=now(),
        groups=groups,
    )
