"""When an entry of the registry may take the place of another, so that processes stay off each other's documents."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeGuard

from searchapp.model import DocumentCollection, DocumentEntry, DocumentState
from searchapp.stores.base import DocumentWrite
from searchapp.stores.filing import Filer
from searchapp.stores.registry import CollectionsChange, Memo, MemoChange, Replacement


def entry_to_claim(
    stored: DocumentEntry | None,
    wanted: Replacement,
    now: dt.datetime,
    gone: Collection[str],
    file: Filer,
) -> DocumentEntry | None:
    """The entry that ``Registry.claim`` writes over ``stored``; None where the document is not to be had."""
    read, entry = wanted
    entry = file(entry, stored)
    if is_held(stored, entry.owner):
        return replace(entry, started=stored.started, queued=latest(stored.queued, entry.queued))
    if not stands(stored, read):
        return None
    if stored is None or stored.state is not DocumentState.RUNNING or stored.owner in gone:
        return entry
    return entry if stored.lease is None or stored.lease <= now else None


def final_entry(stored: DocumentEntry, final: DocumentEntry | None, file: Filer) -> DocumentEntry | None:
    """What takes the place of a held entry: ``final``, or a queued one where it was asked for again since its claim."""
    final = None if final is None else file(final, stored)
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


def held_writes(
    writes: Sequence[DocumentWrite], stored: Mapping[str, DocumentEntry], owner: str, file: Filer
) -> Sequence[DocumentWrite]:
    """Those of the documents that ``owner`` holds, with the entries that ``settle`` writes; without an owner all."""
    writes = [replace(write, entry=replace(write.entry, unembedded=write.unembedded)) for write in writes]
    if not owner:
        return [replace(write, entry=file(write.entry, stored.get(write.entry.id))) for write in writes]
    held: list[DocumentWrite] = []
    for write in writes:
        entry = stored.get(write.entry.id)
        if is_held(entry, owner):
            held.append(replace(write, entry=final_entry(entry, write.entry, file) or write.entry))
        elif entry is not None and is_written(entry, write.entry):
            held.append(replace(write, entry=entry))
    return held


def stands(stored: DocumentEntry | None, read: DocumentEntry | None) -> bool:
    """Whether an entry is still what was read of it; its lease, what was given by hand and vectors that came apart."""
    if stored is None or read is None:
        return stored is read
    return _plain(stored) == _plain(read)


def _plain(entry: DocumentEntry) -> DocumentEntry:
    filing = entry.filed
    return replace(
        entry,
        lease=None,
        unembedded=0,
        tags=filing.stated_tags,
        collections=filing.stated_collections,
        groups=filing.readers,
        filing="",
    )


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


def latest(*moments: dt.datetime | None) -> dt.datetime | None:
    """The last of the moments, those that are None left out."""
    return max((moment for moment in moments if moment is not None), default=None)


class LockedRegistry(ABC):
    """The conditional writes of a registry, for one that can keep every other writer out while it reads and writes."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """Keeps every other writer out; may be nested."""

    @abstractmethod
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""

    @abstractmethod
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""

    @abstractmethod
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""

    @abstractmethod
    def collections(self) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""

    @abstractmethod
    def put_collections(self, collections: tuple[DocumentCollection, ...]) -> None:
        """Write all of them in the place of those that are there."""

    def change_collections(self, change: CollectionsChange) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""
        with self.writing():
            changed = change(self.collections())
            self.put_collections(changed)
        return changed

    @abstractmethod
    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""

    @abstractmethod
    def put_memo(self, memo: Memo, text: str) -> None:
        """Write a memo's text in the place of the one that is there."""

    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """See ``Registry``."""
        with self.writing():
            changed = change(self.memo(memo))
            self.put_memo(memo, changed)
        return changed

    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Registry``."""
        return self.known_entries([document_id]).get(document_id)

    def exchange(self, replacements: Sequence[Replacement]) -> Collection[str]:
        """See ``Registry``."""
        with self.writing():
            known = self.known_entries([entry.id for _, entry in replacements])
            done = [entry.id for _, entry in replacements if is_written(known.get(entry.id), entry)]
            standing = [
                entry for read, entry in replacements if entry.id not in done and stands(known.get(entry.id), read)
            ]
            file = Filer(self.collections)
            self.put_entries([file(entry, known.get(entry.id)) for entry in standing])
        return [*done, *(entry.id for entry in standing)]

    def claim(self, wanted: Sequence[Replacement], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """See ``Registry``."""
        with self.writing():
            known = self.known_entries([entry.id for _, entry in wanted])
            file = Filer(self.collections)
            decided = (entry_to_claim(known.get(one[1].id), one, now, gone, file) for one in wanted)
            free = [entry for entry in decided if entry is not None]
            self.put_entries(free)
        return [entry.id for entry in free]

    def renew(self, entries: Sequence[DocumentEntry]) -> Collection[str]:
        """See ``Registry``."""
        with self.writing():
            known = self.known_entries([entry.id for entry in entries])
            held = [
                replace(stored, lease=latest(stored.lease, entry.lease), queued=latest(stored.queued, entry.queued))
                for entry in entries
                if is_held(stored := known.get(entry.id), entry.owner)
            ]
            self.put_entries(held)
        return [entry.id for entry in held]

    def settle(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> Collection[str]:
        """See ``Registry``."""
        with self.writing():
            known = self.known_entries(finals)
            file = Filer(self.collections)
            held = {
                id_: final_entry(stored, finals[id_], file) for id_, stored in known.items() if is_held(stored, owner)
            }
            self.put_entries([entry for entry in held.values() if entry is not None])
            self.forget([id_ for id_, entry in held.items() if entry is None])
        done = [id_ for id_, final in finals.items() if final is not None and is_written(known.get(id_), final)]
        return [*held, *done]
