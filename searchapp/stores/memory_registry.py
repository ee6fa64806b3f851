"""The registry of the store in memory: entries, collections, notes and the pause, under one lock."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from searchapp.model import DocumentCollection, DocumentEntry, DocumentState, Pause
from searchapp.stores.filtering import may_read
from searchapp.stores.ownership import LockedRegistry
from searchapp.stores.registry import (
    MOST_LABELS,
    Backlog,
    Cursor,
    EntryOrder,
    EntryPage,
    Memo,
    Place,
    by_content,
    folder_of,
    page_of,
)


class MemoryRegistry(LockedRegistry):
    """Entries in the dictionary ``known``, by id."""

    def __init__(self) -> None:
        self.known: dict[str, DocumentEntry] = {}
        self._lock = threading.RLock()
        self._pause: Pause | None = None
        self._collections: tuple[DocumentCollection, ...] = ()
        self.memos: dict[Memo, str] = {}

    def writing(self) -> AbstractContextManager[Any]:
        """See ``LockedRegistry``."""
        return self._lock

    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        with self._lock:
            self.known.update({entry.id: entry for entry in entries})

    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {id_: entry for id_ in document_ids if (entry := self.known.get(id_)) is not None}

    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        with self._lock:
            for id_ in document_ids:
                self.known.pop(id_, None)

    def entries(
        self,
        *,
        states: Collection[DocumentState] = (),
        contains: str = "",
        below: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
        collection: str = "",
        tag: str = "",
    ) -> EntryPage:
        """See ``Registry``."""
        part = contains.lower()
        chosen = [
            (_place_of(entry, order), entry)
            for entry in list(self.known.values())
            if (not states or entry.state in states)
            and (part in entry.title.lower() or part in entry.source.lower())
            and entry.source.startswith(below)
            and may_read(groups, entry.groups)
            and (not collection or collection in entry.collections)
            and (not tag or tag in entry.tags)
        ]
        chosen.sort(key=lambda row: _rank(row[0], order))
        if cursor is None:
            rows = chosen[offset : offset + size]
        elif cursor.place is None:
            rows = chosen[::-1][: size + 1] if cursor.backwards else []
        else:
            at = _rank(cursor.place, order)
            before = [row for row in chosen if _rank(row[0], order) < at]
            behind = [row for row in chosen if _rank(row[0], order) > at]
            rows = (before[::-1] if cursor.backwards else behind)[: size + 1]
        return page_of(rows, len(chosen), size, offset, cursor)

    def folder_counts(self, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        entries = list(self.known.values())
        return Counter(folder_of(entry.source) for entry in entries if may_read(groups, entry.groups))

    def state_counts(self) -> Mapping[DocumentState, int]:
        """See ``Registry``."""
        return Counter(entry.state for entry in list(self.known.values()))

    def sources(self, place: str) -> Iterator[DocumentEntry]:
        """See ``Registry``."""
        below = place if place.endswith("/") else f"{place}/"
        entries = sorted(self.known.values(), key=lambda entry: entry.source)
        return (one for one in entries if not place or one.source == place or one.source.startswith(below))

    def same_content(self, content_hashes: Collection[str]) -> Mapping[str, tuple[DocumentEntry, ...]]:
        """See ``Registry``."""
        return by_content(entry for entry in list(self.known.values()) if entry.content_hash in content_hashes)

    def collections(self) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""
        return self._collections

    def put_collections(self, collections: tuple[DocumentCollection, ...]) -> None:
        """See ``LockedRegistry``."""
        self._collections = collections

    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""
        return self.memos.get(memo, "")

    def put_memo(self, memo: Memo, text: str) -> None:
        """See ``LockedRegistry``."""
        self.memos[memo] = text

    def label_counts(self, label: str, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        readable = (entry for entry in list(self.known.values()) if may_read(groups, entry.groups))
        return dict(Counter(value for entry in readable for value in getattr(entry, label)).most_common(MOST_LABELS))

    def unembedded(self, size: int) -> tuple[DocumentEntry, ...]:
        """See ``Registry``."""
        waiting = [entry for entry in list(self.known.values()) if entry.unembedded]
        return tuple(
            sorted(waiting, key=lambda one: _rank(_place_of(one, EntryOrder.NEWEST), EntryOrder.NEWEST))[:size]
        )

    def backlog(self) -> Backlog:
        """See ``Registry``."""
        counts = [entry.unembedded for entry in list(self.known.values()) if entry.unembedded]
        return Backlog(len(counts), sum(counts))

    def pause(self) -> Pause | None:
        """See ``Registry``."""
        return self._pause

    def put_pause(self, pause: Pause | None) -> None:
        """See ``Registry``."""
        self._pause = pause


def _place_of(entry: DocumentEntry, order: EntryOrder) -> Place:
    keys: dict[EntryOrder, int | str | None] = {
        EntryOrder.TITLE: entry.title.lower(),
        EntryOrder.LARGEST: entry.chunks,
        EntryOrder.TYPE: entry.type,
        EntryOrder.STATE: str(entry.state),
        EntryOrder.NEWEST: round(entry.updated.timestamp() * 1000) if entry.updated else None,
    }
    return Place(keys.get(EntryOrder.NEWEST if order is EntryOrder.OLDEST else order), entry.source)


def _rank(place: Place, order: EntryOrder) -> tuple[bool, int | str, str]:
    """What a place is compared by in an order; one without a key stands last."""
    key: int | str = 0 if place.key is None else place.key
    if order in (EntryOrder.NEWEST, EntryOrder.LARGEST) and isinstance(key, int):
        key = -key
    return place.key is None, key, place.source
