"""Which process works on a document: it acquires a lease before it reads, and keeps that alive until it is done.

A process keeps a locked file in the data folder for as long as it lives; the system frees the lock however it ends. So
a process on the same data folder takes over at once what a killed one had in hand. Elsewhere only the end of the lease
says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from searchapp.errors import SearchAppError, StorageError, unwritable
from searchapp.ingest.lifecycle import now
from searchapp.model import DocumentEntry, DocumentState
from searchapp.stores import Registry, Replacement
from searchapp.stores.ownership import is_held

log = logging.getLogger(__name__)

BEATS = 3
"""Renewals within one lease: two may fail before a document is lost to another process."""

STALE_SECONDS = 24 * 3600.0


class LeaseOwner:
    """The name of one run in leases, and whether the processes behind other names still live."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.absolute() / "running"
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock = FileLock(self._file(self.name), thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except OSError as error:
            raise unwritable(self._folder, error) from error
        self._remove_stale()

    def close(self, *, forgotten: bool) -> None:
        """Give the name up: a process that asks learns that this owner has ended; ``forgotten`` when none will ask."""
        file = self._file(self.name)
        self._lock.release()
        if forgotten:
            file.unlink(missing_ok=True)
        else:
            file.touch()

    def find_ended(self, names: Iterable[str]) -> set[str]:
        """Those of the names whose processes have ended; one that this data folder does not know is not among them."""
        return {name for name in names if name and name != self.name and self._has_ended(self._file(name))}

    def lives(self, name: str) -> bool:
        """Whether the process behind a name is known to live: it keeps its file in this data folder."""
        file = self._file(name)
        return name == self.name or (file.is_file() and not self._has_ended(file))

    def _file(self, name: str) -> Path:
        return self._folder / f"{Path(name).name}.lock"

    def _has_ended(self, file: Path) -> bool:
        if not file.is_file():
            return False
        lock = FileLock(file, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        lock.release()
        file.touch()  # some systems remove the file with the lock, and others may still want to ask
        return True

    def _remove_stale(self) -> None:
        for file in self._folder.glob("*.lock"):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < time.time() - STALE_SECONDS and self._has_ended(file):
                    file.unlink()


@contextmanager
def in_use(data_dir: Path) -> Iterator[None]:
    """Keep a name in the data folder, so that a restore knows of a process that rests there, too."""
    try:
        owner = LeaseOwner(data_dir)
    except StorageError:  # a folder that takes no file takes no backup either
        yield
        return
    try:
        yield
    finally:
        owner.close(forgotten=True)


class Leases:
    """The documents that one run holds; a context manager that renews their leases, and gives back what is left.

    ``owner`` is closed with them; without one nothing is held, and all is written as it comes. What is given back
    stands in the registry as it stood before, or queued if it was asked for meanwhile. A document whose writing had
    begun is not given back: it stays ``running`` without an owner, and the next process that comes does it again.
    """

    def __init__(self, registry: Registry, owner: LeaseOwner | None, lease_seconds: float) -> None:
        self._registry = registry
        self._lease_owner = owner
        self._lease = dt.timedelta(seconds=lease_seconds)
        self._lock = threading.Lock()
        self._held: dict[str, tuple[DocumentEntry, DocumentEntry | None]] = {}
        self._begun: set[str] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="searchapp-lease", daemon=True)

    def __enter__(self) -> Leases:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._give_back()
        if self._lease_owner is not None:
            self._lease_owner.close(forgotten=not self._begun)

    @property
    def owner(self) -> str:
        """The name under which this run holds its documents; empty when it holds none."""
        return self._lease_owner.name if self._lease_owner is not None else ""

    def acquire(self, wanted: Sequence[Replacement], *, is_try: bool = True) -> Collection[str]:
        """Acquire documents, each given as the entry that was read and a new one; returns the ids that are ours now.

        Not those that changed since then, or were deleted. It counts as a try unless ``is_try`` is False. What is ours
        already may be acquired once more.
        """
        moment = now()
        claims = [
            (
                before,
                dataclasses.replace(
                    entry,
                    state=DocumentState.RUNNING,
                    owner=self.owner,  # the lease's: existing indices have the field under this name
                    lease=moment + self._lease,
                    started=moment,
                    updated=moment,
                    attempts=entry.attempts + is_try,
                ),
            )
            for before, entry in wanted
        ]
        ended = self._find_ended(before for before, _ in wanted if before is not None)
        won = set(self._registry.claim(claims, moment, ended))
        with self._lock:
            for before, entry in claims:
                if entry.id in won:
                    self._held[entry.id] = (entry, self._held[entry.id][1] if entry.id in self._held else before)
        return won

    def free(self, stored: Collection[DocumentEntry]) -> list[str]:
        """The ids of those documents that nobody else works on (any more)."""
        busy = [entry for entry in stored if entry.state is DocumentState.RUNNING and entry.owner != self.owner]
        ended, moment = self._find_ended(busy), now()
        held = {e.id for e in busy if e.owner not in ended and e.lease is not None and e.lease > moment}
        return [entry.id for entry in stored if entry.id not in held]

    def held(self, document_id: str) -> DocumentEntry | None:
        """The entry of a document that is ours, as it was acquired; None when it is not, or no longer."""
        with self._lock:
            held = self._held.get(document_id)
        return held[0] if held else None

    def confirm(self, document_ids: Collection[str]) -> Collection[str]:
        """The ids of those of the documents that are still ours, just before they are written.

        One that was deleted meanwhile is nobody's. A process that was suspended for longer than a lease may have lost
        some to another.
        """
        if self._lease_owner is None:
            return document_ids
        stored = self._registry.known_entries(document_ids)
        with self._lock:
            for id_ in {id_ for id_ in document_ids if id_ in self._held and not is_held(stored.get(id_), self.owner)}:
                self._lose(id_)
            mine = {id_: self._held[id_][0] for id_ in document_ids if id_ in self._held}
        moment = now()
        self._renew([entry for entry in mine.values() if entry.lease is None or entry.lease <= moment])
        with self._lock:
            ours = {id_ for id_ in mine if id_ in self._held}
            self._begun |= ours
        return ours

    def finalize(self, finals: Mapping[str, DocumentEntry | None]) -> Collection[str]:
        """Give documents their final entries, by id (``Registry.settle``); returns the ids of those that were ours."""
        if self._lease_owner is None:
            self._registry.put_entries([entry for entry in finals.values() if entry is not None])
            return finals.keys()
        with self._lock:
            self._begun |= finals.keys() & self._held.keys()
        ours = set(self._registry.settle(finals, self.owner))
        self.release(finals, lost=set(finals) - ours)
        return ours

    def release(self, document_ids: Iterable[str], *, lost: Collection[str] = ()) -> None:
        """These documents have their final entries; those that were ``lost`` are somebody else's affair."""
        with self._lock:
            for document_id in lost:
                self._lose(document_id)
            for document_id in document_ids:
                self._held.pop(document_id, None)
                self._begun.discard(document_id)

    def _find_ended(self, entries: Iterable[DocumentEntry]) -> set[str]:
        return (
            self._lease_owner.find_ended({entry.owner for entry in entries}) if self._lease_owner is not None else set()
        )

    def _lose(self, document_id: str) -> None:
        if held := self._held.pop(document_id, None):
            log.warning("%s was deleted, or taken over by another process.", held[0].source)
        self._begun.discard(document_id)

    def _beat(self) -> None:
        while not self._ending.wait(self._lease.total_seconds() / BEATS):
            with self._lock:
                entries = [entry for entry, _ in self._held.values()]
            try:
                self._renew(entries)
            except SearchAppError as error:  # the store is away; the next beat tries again
                log.warning("Leases could not be renewed: %s", error)

    def _renew(self, entries: Sequence[DocumentEntry]) -> None:
        if not entries:
            return
        longer = [dataclasses.replace(entry, lease=now() + self._lease) for entry in entries]
        kept = set(self._registry.renew(longer))
        with self._lock:
            for entry in longer:
                if entry.id in kept and entry.id in self._held:
                    self._held[entry.id] = (entry, self._held[entry.id][1])
                elif entry.id in self._held and entry.id not in self._begun:  # else it is just being done
                    self._lose(entry.id)

    def _give_back(self) -> None:
        with self._lock:
            left = [held for id_, held in self._held.items() if id_ not in self._begun]
            self._held.clear()
        try:
            before = {entry.id: was and dataclasses.replace(was, updated=now()) for entry, was in left}
            if before:
                self._registry.settle(before, self.owner)
        except SearchAppError as error:  # the leases end by themselves
            log.warning("Documents that were not done could not be given back: %s", error)
