"""What this process works on: documents are claimed before they are read, and their leases kept alive meanwhile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence

from searchapp.errors import SearchAppError
from searchapp.ingest.owner import Owner
from searchapp.model import DocumentEntry, DocumentState
from searchapp.stores import Registry
from searchapp.stores.ownership import is_held

log = logging.getLogger(__name__)

BEATS = 3
"""Renewals within one lease: two may fail before a document is lost to another process."""


class Claims:
    """The documents that one run holds; a context manager that renews their leases, and gives back what is left.

    ``owner`` is closed with them. What is given back stands in the registry as it stood before, or queued if it was
    asked for meanwhile. A document whose writing had begun is not given back: it stays ``running`` without an owner,
    and is done again by whoever comes next.
    """

    def __init__(self, registry: Registry, owner: Owner, lease_seconds: float) -> None:
        self._registry = registry
        self._owner = owner
        self._lease = dt.timedelta(seconds=lease_seconds)
        self._lock = threading.Lock()
        self._held: dict[str, tuple[DocumentEntry, DocumentEntry | None]] = {}
        self._begun: set[str] = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="searchapp-lease", daemon=True)

    def __enter__(self) -> Claims:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._give_back()
        self._owner.close(forgotten=not self._begun)

    def claim(
        self, wanted: Sequence[tuple[DocumentEntry, DocumentEntry | None]], *, is_try: bool = True
    ) -> Collection[str]:
        """Claim documents, each given as a fresh entry and the one that was read; returns the ids that are ours now.

        Not those that changed since then, or were deleted. It counts as a try unless ``is_try`` is False. What is ours
        already may be claimed once more.
        """
        moment = now()
        entries = [
            dataclasses.replace(
                entry,
                state=DocumentState.RUNNING,
                owner=self.owner,
                lease=moment + self._lease,
                started=moment,
                updated=moment,
                attempts=entry.attempts + is_try,
            )
            for entry, _ in wanted
        ]
        gone = self._owner.gone({before.owner for _, before in wanted if before is not None})
        read = [before for _, before in wanted]
        won = set(self._registry.claim(list(zip(read, entries, strict=True)), moment, gone))
        with self._lock:
            for entry, (_, before) in zip(entries, wanted, strict=True):
                if entry.id in won:
                    self._held[entry.id] = (entry, self._held[entry.id][1] if entry.id in self._held else before)
        return won

    @property
    def owner(self) -> str:
        """The name under which this run holds its documents."""
        return self._owner.name

    def free(self, stored: Collection[DocumentEntry]) -> list[str]:
        """The ids of those documents that nobody else works on (any more)."""
        busy = [entry for entry in stored if entry.state is DocumentState.RUNNING and entry.owner != self.owner]
        gone = self._owner.gone({entry.owner for entry in busy})
        moment = now()
        held = {e.id for e in busy if e.owner not in gone and e.lease is not None and e.lease > moment}
        return [entry.id for entry in stored if entry.id not in held]

    def held(self, document_id: str) -> DocumentEntry | None:
        """The entry of a document that is ours, as it was claimed; None when it is not, or no longer."""
        with self._lock:
            claim = self._held.get(document_id)
        return claim[0] if claim else None

    def confirm(self, document_ids: Collection[str]) -> Collection[str]:
        """The ids of those of the documents that are still ours, just before they are written.

        One that was deleted meanwhile is nobody's. A process that was suspended for longer than a lease may have lost
        some to another.
        """
        stored = self._registry.known_entries(document_ids)
        with self._lock:
            for id_ in {id_ for id_ in document_ids if id_ in self._held and not is_held(stored.get(id_), self.owner)}:
                self._lose(id_)
            mine = {id_: self._held[id_][0] for id_ in document_ids if id_ in self._held}
        moment = now()
        doubtful = [entry for entry in mine.values() if entry.lease is None or entry.lease <= moment]
        if doubtful:
            self._renew(doubtful)
        with self._lock:
            ours = {id_ for id_ in mine if id_ in self._held}
            self._begun |= ours
        return ours

    def _lose(self, document_id: str) -> None:
        if claim := self._held.pop(document_id, None):
            log.warning("%s was deleted, or taken over by another process.", claim[0].source)
        self._begun.discard(document_id)

    def settle(self, finals: Mapping[str, DocumentEntry | None]) -> Collection[str]:
        """Give documents their final entries, by id (``Registry.settle``); returns the ids of those that were ours."""
        with self._lock:
            self._begun |= finals.keys() & self._held.keys()
        ours = set(self._registry.settle(finals, self.owner))
        self.done(finals, lost=set(finals) - ours)
        return ours

    def done(self, document_ids: Iterable[str], *, lost: Collection[str] = ()) -> None:
        """These documents have their final entries; those that were ``lost`` are somebody else's affair."""
        with self._lock:
            for document_id in lost:
                self._lose(document_id)
            for document_id in document_ids:
                self._held.pop(document_id, None)
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
            left = [claim for id_, claim in self._held.items() if id_ not in self._begun]
            self._held.clear()
        try:
            before = {entry.id: was and dataclasses.replace(was, updated=now()) for entry, was in left}
            if before:
                self._registry.settle(before, self.owner)
        except SearchAppError as error:  # the leases end by themselves
            log.warning("Documents that were not done could not be given back: %s", error)


def now() -> dt.datetime:
    """The time to the millisecond, which is what the stores keep."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
