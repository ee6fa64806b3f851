"""A document's life: which state follows which, and what the registry says of it then.

``queued`` → ``running`` (a process holds its lease, see ``leases``) → ``indexed``, ``unchanged``, ``failed``, or
``quarantined`` after too many failures or crashes, or where the same bytes would only fail again. Resetting its
failures queues it as if nothing had been tried.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import Chunk, Document, DocumentEntry, DocumentState, SourceType
from searchapp.sources import BadTarget, SourceRef, likely_type
from searchapp.stores import Registry, Replacement, every

FAILURES_ALLOWED = 3
"""A document that fails so often is quarantined."""

CRASHES_ALLOWED = 10
"""So many tries may end with their process before the document counts as the cause of it."""

MOMENT = dt.timedelta(milliseconds=1)
"""The shortest time that stores tell apart."""

Source: TypeAlias = SourceRef | BadTarget


def now() -> dt.datetime:
    """The time to the millisecond, which is what the stores keep."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


# --- entries: what is written of a document in each state


def enter(source: Source, known: DocumentEntry | None, state: DocumentState, groups: tuple[str, ...]) -> DocumentEntry:
    """The entry of a document that enters ``state``: what is known of its searchable version stays."""
    if known is not None:
        return dataclasses.replace(known.for_groups(groups), state=state, error="", updated=now())
    title = source.source.rstrip("/").rpartition("/")[2] or source.source
    return DocumentEntry(
        source.id, source.source, title, likely_type(source.source), state, updated=now(), groups=groups
    )


def enqueue(source: SourceRef, known: DocumentEntry | None, groups: tuple[str, ...], depth: int = 0) -> DocumentEntry:
    """The entry of a document that was asked for, and waits; ``depth`` is for a site."""
    moment = now()
    entry = enter(source, known, DocumentState.QUEUED, groups)
    depth = max(depth, wanted_depth(known)) if source.is_url else 0
    # Other readers are named at once, but its chunks still name those of before: it must not count as current.
    attempts = max(1, known.attempts) if known is not None and known.readers != groups else entry.attempts
    return dataclasses.replace(entry, queued=moment, updated=moment, depth=depth, attempts=attempts)


def mark_unchanged(known: DocumentEntry) -> DocumentEntry:
    """The entry of a document that was asked for and found to be what is indexed already."""
    return _end(known, DocumentState.UNCHANGED, error="", depth=0)


def mark_indexed(
    document: Document,
    chunks: tuple[Chunk, ...],
    seconds: float,
    tried: DocumentEntry | None,
    groups: tuple[str, ...] = (),
) -> DocumentEntry:
    """The entry of a document that is about to be searchable; ``tried`` is the entry as it was acquired."""
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
        tags=document.tags,
        collections=document.collections,
        fields=document.fields,
        stated=document.stated,
        own=document.own,
    )


def mark_failed(
    entry: DocumentEntry, sentence: Message, content_hash: str, missing_capability: str = "", *, is_final: bool = False
) -> DocumentEntry:
    """The entry after a failure with these bytes: failed, or quarantined after too many; new bytes begin from zero.

    ``missing_capability`` is ``SourceError.lacking``: what might let another try read the document. A failure that
    ``is_final`` counts as often as there are tries.
    """
    before = entry.failures if entry.failed_hash == content_hash else 0
    failures = max(before + 1, FAILURES_ALLOWED) if is_final else before + 1
    return _end(
        entry,
        DocumentState.QUARANTINED if before + 1 >= FAILURES_ALLOWED else DocumentState.FAILED,
        error=sentence.encoded(),
        attempts=failures,
        failures=failures,
        failed_hash=content_hash,
        lacking=missing_capability,
    )


MISTYPED = frozenset({
    "path_missing", "address_invalid", "address_without_host", "address_with_password", "scheme_unsupported",
})  # fmt: skip
"""Why a target can be no document, whatever is tried again."""


def is_mistyped(error: SourceError) -> bool:
    """Whether a person named what is not there, so that the registry need not remember it."""
    return error.reason in MISTYPED


def mark_hopeless(entry: DocumentEntry) -> DocumentEntry:
    """The quarantined entry of a document that failed, and would again."""
    return _end(entry, DocumentState.QUARANTINED)


def mark_crashed(entry: DocumentEntry) -> DocumentEntry:
    """The quarantined entry of a document whose tries all ended with their process."""
    sentence = Message("document_ends_processes", times=CRASHES_ALLOWED)
    return _end(entry, DocumentState.QUARANTINED, error=sentence.encoded())


def mark_renamed(old: DocumentEntry, to: SourceRef, groups: tuple[str, ...]) -> DocumentEntry:
    """The entry of a document whose file was renamed: a title that was the file's name follows it."""
    has_file_name = old.title == Path(old.source).stem
    return dataclasses.replace(
        old.for_groups(groups),
        id=to.id,
        source=to.source,
        title=Path(to.source).stem if has_file_name else old.title,
        state=DocumentState.INDEXED,
        updated=now(),
    )


def without_failures(entry: DocumentEntry) -> DocumentEntry:
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


def _end(entry: DocumentEntry, state: DocumentState, **changes: Any) -> DocumentEntry:
    """The entry of a document that nobody works on any more: without a lease."""
    return dataclasses.replace(entry, state=state, owner="", lease=None, updated=now(), **changes)


# --- questions about an entry


def is_current(known: DocumentEntry, content_hash: str, groups: tuple[str, ...], stated: str) -> bool:
    """Whether the store holds these bytes for these readers, completely: no try was begun since they were indexed.

    ``stated`` is the hash of what is stated beside them, which must be the same too. Of Markdown that an earlier
    searchapp indexed, the front matter is not known as a whole.
    """
    held = (known.content_hash, known.readers, known.stated)
    is_known = bool(known.own) or known.type != SourceType.MARKDOWN
    return not known.attempts and held == (content_hash, groups, stated) and is_known


def is_quarantined(known: DocumentEntry | None, content_hash: str = "") -> bool:
    """Whether the document is in quarantine, with these bytes if any are given."""
    return known is not None and known.state is DocumentState.QUARANTINED and content_hash in ("", known.failed_hash)


def is_hopeless(known: DocumentEntry, content_hash: str) -> bool:
    """Whether the document failed with these bytes in a way in which it would fail again."""
    is_over = known.failures >= FAILURES_ALLOWED and known.failed_hash == content_hash
    return known.state is DocumentState.FAILED and is_over


def crashed_too_often(known: DocumentEntry) -> bool:
    """Whether the document's process ended too often while it was worked on."""
    return known.attempts - known.failures >= CRASHES_ALLOWED


def wanted_depth(entry: DocumentEntry | None) -> int:
    """How many links deep the site of a waiting address is to be read."""
    waits = entry is not None and entry.state in (DocumentState.QUEUED, DocumentState.RUNNING)
    return entry.depth if entry is not None and waits else 0


def readers(source: Source, known: DocumentEntry | None, groups: Sequence[str] | None) -> tuple[str, ...]:
    """The groups that may read a document from now on: its space, else the ``groups`` named, else those of before."""
    if source.space is not None:
        return source.space
    if groups is None:
        return known.readers if known else ()
    return tuple(sorted(set(groups)))


# --- changes in the registry


def queue_sources(
    registry: Registry, sources: Sequence[Source], groups: Sequence[str] | None, depth: int
) -> list[DocumentEntry]:
    """Register sources as queued, and those that cannot be read as failed; returns the entries as they stand then.

    What was mistyped is told as failed, and not registered.
    """
    standing: list[DocumentEntry] = []
    left = list(sources)
    while left:  # what somebody else changes or deletes in between is looked at again
        stored = registry.known_entries([source.id for source in left])
        wanted: list[Replacement] = []
        for source in left:
            known = stored.get(source.id)
            allowed = readers(source, known, groups)
            if known is not None and _is_requested_again(registry, known, allowed, depth):
                standing.append(known)
            elif known is None and isinstance(source, BadTarget) and is_mistyped(source.error):
                tried = enter(source, None, DocumentState.FAILED, allowed)
                standing.append(mark_failed(tried, source.error.sentence.whole, ""))
            elif isinstance(source, BadTarget):
                tried = enter(source, known, DocumentState.FAILED, allowed)
                wanted.append((known, mark_failed(tried, source.error.sentence.whole, "")))
            else:
                wanted.append((known, enqueue(source, known, allowed, depth)))
        written = set(registry.exchange(wanted))
        standing += [entry for _, entry in wanted if entry.id in written]
        left = [source for source in left if source.id not in {entry.id for entry in standing}]
    return standing


def _is_requested_again(registry: Registry, known: DocumentEntry, groups: tuple[str, ...], depth: int) -> bool:
    """Whether a process that works on the document, for the same readers and as deep, queues it when it is done."""
    same = known.state is DocumentState.RUNNING and known.readers == groups and known.depth >= depth
    return same and request_again(registry, known.id)


def request_again(registry: Registry, document_id: str) -> bool:
    """Have the process that works on a document queue it again when it is done; False when nobody works on it."""
    stored = registry.entry(document_id)
    if stored is None or stored.state is not DocumentState.RUNNING:
        return False
    moment = now()
    if stored.started is not None:  # perhaps by the clock of another machine
        moment = max(moment, stored.started + MOMENT)
    return bool(registry.renew([dataclasses.replace(stored, queued=moment)]))


def reset_failures(registry: Registry, document_ids: Collection[str] | None) -> list[str]:
    """Queue these documents, or all that failed, as if nothing had been tried; returns their ids.

    One that is worked on now is left to the process that does.
    """
    if document_ids is None:
        known = tuple(every(registry, (DocumentState.FAILED, DocumentState.QUARANTINED)))
    else:
        known = tuple(registry.known_entries(document_ids).values())
    free = [entry for entry in known if entry.state is not DocumentState.RUNNING]
    there = {entry.id for entry in known} - {entry.id for entry in free}
    there |= set(registry.exchange([(entry, without_failures(entry)) for entry in free]))
    return [entry.id for entry in known if entry.id in there]
