"""What the registry half of a store promises: one entry a document, who works on it now, and lists of them in pages.

A list is read by counting from its beginning, or from a place that is known. Counting costs with every document that
is passed over. A place costs the same however far down it lies, and stays where it is while documents come and go:
what did not change is met once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from searchapp.model import DocumentEntry, DocumentState, Pause

Replacement: TypeAlias = tuple[DocumentEntry | None, DocumentEntry]
"""An entry as it was read (None: there was none), and the one that is to take its place."""

PAGE = 1000
"""Entries of one round trip where all are read."""


class EntryOrder(StrEnum):
    """How lists of documents are sorted; what is equal goes by its source."""

    NEWEST = "newest"
    """The latest change first."""
    OLDEST = "oldest"
    TITLE = "title"
    """By title, upper and lower case alike."""
    SOURCE = "source"
    LARGEST = "largest"
    """The most chunks first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in an ``EntryOrder``: by ``key``, and among equals by its source.

    ``key`` is the last change in milliseconds since 1970, the title in lower case, or the number of chunks; None
    where the document has none (it stands last), and in the order of sources.
    """

    key: int | str | None
    source: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """The documents behind ``place``, or ``backwards`` those before it; without a place the end is meant."""

    place: Place | None
    backwards: bool = False


LAST_PAGE = Cursor(None, backwards=True)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, and how many there are in all; ``next`` and ``previous`` lead on where there is more."""

    entries: tuple[DocumentEntry, ...]
    total: int
    next: Cursor | None = None
    previous: Cursor | None = None


class Registry(Protocol):
    """The entries of all documents; what it raises is what ``Store`` raises.

    A registry that an earlier version wrote is brought up to date by the first write, in place.
    """

    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """Write entries without touching chunks; later ``entry`` and ``entries`` calls see them."""
        ...

    def entry(self, document_id: str) -> DocumentEntry | None:
        """The registry's line about one document."""
        ...

    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """The entries of those of the ids that are known, in one round trip."""
        ...

    def entries(
        self,
        *,
        states: Collection[DocumentState] = (),
        contains: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
    ) -> EntryPage:
        """The registry page by page; only these states, when any are named.

        With ``contains`` only documents whose title or source contains these characters, in upper or lower case; with
        ``groups`` only what these may read (see ``Filters``). A ``cursor`` of a page in this order counts in the place
        of ``offset``; reading on with it costs the same however far down it leads. A page may be shorter than ``size``
        and have a next one.
        """
        ...

    def state_counts(self) -> Mapping[DocumentState, int]:
        """How many documents stand in each state; states that nobody is in are left out."""
        ...

    def sources(self, place: str) -> Iterator[DocumentEntry]:
        """The documents whose source is ``place`` or lies below it, a folder or an address, in the order of sources.

        With an empty ``place`` all documents.
        """
        ...

    def same_content(self, content_hashes: Collection[str]) -> Mapping[str, tuple[DocumentEntry, ...]]:
        """The documents that are searchable with these original bytes, by content hash."""
        ...

    def exchange(self, replacements: Sequence[Replacement]) -> Collection[str]:
        """Write each new entry whose old one still stands as it was read; returns the ids for which that is so.

        So what was deleted meanwhile stays deleted, and nobody's newer word is lost. That a lease was renewed is no
        difference. May be repeated. Later ``entry`` and ``entries`` calls see the new entries.
        """
        ...

    def claim(self, wanted: Sequence[Replacement], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """As ``exchange``, for ``running`` entries, unless somebody else holds the document.

        Somebody else holds it while the stored entry is ``running`` under another ``owner``, its ``lease`` lies after
        ``now``, and the owner is not among ``gone``. What an owner holds it may claim again, whatever became of the
        entry; ``started`` and a later ``queued`` stay then. Of two that claim at once one gets it. ``entry`` sees the
        new entries at once, ``entries`` soon.
        """
        ...

    def renew(self, entries: Sequence[DocumentEntry]) -> Collection[str]:
        """Raise ``lease`` and ``queued`` to those given, where the stored entry is ``running`` under the same owner.

        Returns the ids for which that is so. Nothing else of an entry changes, and neither moment goes back.
        """
        ...

    def settle(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> Collection[str]:
        """Write the final entries of documents that ``owner`` holds, by id; None removes an entry that has no chunks.

        Returns the ids for which that is so: what was deleted or taken over meanwhile is left as it is. A document that
        was asked for again since it was claimed (``renew``) is queued in place of that. May be repeated. ``entry`` sees
        the entries at once, ``entries`` soon.
        """
        ...

    def forget(self, document_ids: Collection[str]) -> None:
        """Remove entries without touching chunks; for documents that have none."""
        ...

    def pause(self) -> Pause | None:
        """The pause of the queue that an operator asked for; None where documents that wait are taken."""
        ...

    def put_pause(self, pause: Pause | None) -> None:
        """Pause the queue, or end its pause: ``pause`` says so at once, in every process.

        Raises UsageError where the store was never prepared and cannot keep it.
        """
        ...


def every(registry: Registry, states: Collection[DocumentState]) -> Iterator[DocumentEntry]:
    """All documents in these states, in the order of sources; what changes its state meanwhile may be left out."""
    page = registry.entries(states=states, size=PAGE, order=EntryOrder.SOURCE)
    yield from page.entries
    while page.next is not None:
        page = registry.entries(states=states, size=PAGE, order=EntryOrder.SOURCE, cursor=page.next)
        yield from page.entries


def page_of(
    rows: Sequence[tuple[Place, DocumentEntry]], total: int, size: int, offset: int, cursor: Cursor | None
) -> EntryPage:
    """The page that ``rows`` make: those from ``offset`` on or, the nearest first, up to ``size`` + 1 from ``cursor``.

    That one more tells whether the list goes on.
    """
    if cursor is None:
        before, behind = offset > 0, offset + len(rows) < total
    elif cursor.backwards:
        before, behind = len(rows) > size, cursor.place is not None
        rows = rows[:size][::-1]
    else:
        before, behind = True, len(rows) > size
        rows = rows[:size]
    if not rows:
        return EntryPage((), total, None, LAST_PAGE if before and total else None)
    return EntryPage(
        tuple(entry for _, entry in rows),
        total,
        Cursor(rows[-1][0]) if behind else None,
        Cursor(rows[0][0], backwards=True) if before else None,
    )


def by_content(entries: Iterable[DocumentEntry]) -> dict[str, tuple[DocumentEntry, ...]]:
    """The entries by their content hash."""
    found: dict[str, tuple[DocumentEntry, ...]] = {}
    for entry in entries:
        found[entry.content_hash] = (*found.get(entry.content_hash, ()), entry)
    return found
