"""What the registry half of a store promises: one entry a document, who works on it now, and lists of them in pages.

A list is read by counting from its beginning, or from a place that is known. Counting costs with every document that
is passed over. A place costs the same however far down it lies, and stays where it is while documents come and go:
what did not change is met once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from searchapp.model import DocumentCollection, DocumentEntry, DocumentState, Pause

Replacement: TypeAlias = tuple[DocumentEntry | None, DocumentEntry]
"""An entry as it was read (None: there was none), and the one that is to take its place."""

CollectionsChange: TypeAlias = "Callable[[tuple[DocumentCollection, ...]], tuple[DocumentCollection, ...]]"
"""What becomes of all collections; it may be called again where somebody else changes them at the same time."""

MemoChange: TypeAlias = "Callable[[str], str]"
"""What becomes of a memo's text; it may be called again where somebody else changes it at the same time."""

LABELS = ("tags", "collections")
"""The fields of an entry whose values can be counted."""

MOST_LABELS = 1000
"""Values of one field that are counted."""

PAGE = 1000
"""Entries of one round trip where all are read."""


class Memo(StrEnum):
    """What is kept beside the entries, as a text of its own: what every process has to see alike."""

    SCHEDULES = "schedules"
    SCHEDULE_RUNS = "schedule-runs"
    ALERTS = "alerts"
    JUDGED_RUNS = "judged-runs"
    EMBEDDING = "embedding"
    """Which process computes the vectors of which documents now."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is found by its words alone so far."""

    documents: int
    chunks: int
    """Chunks without a vector."""


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
    TYPE = "type"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in an ``EntryOrder``: by ``key``, and among equals by its source.

    ``key`` is the last change in milliseconds since 1970, the title in lower case, the number of chunks, the type or
    the state; None where the document has none (it stands last), and in the order of sources.
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
        below: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
        collection: str = "",
        tag: str = "",
    ) -> EntryPage:
        """The registry page by page; only these states, when any are named.

        With ``contains`` only documents whose title or source contains these characters, in upper or lower case; with
        ``below`` only those whose source begins so; with ``groups`` only what these may read (see ``Filters``); with a
        ``collection`` or ``tag`` only what has it. A ``cursor`` of a page in this order counts in the place of
        ``offset``; reading on with it costs the same however far down it leads. A page may be shorter than ``size`` and
        have a next one.
        """
        ...

    def folder_counts(self, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """How many documents lie directly in each folder: their source up to its last slash, with it.

        Of addresses and of archives' members too. With ``groups`` only what these may read is counted.
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

    def collections(self) -> tuple[DocumentCollection, ...]:
        """The collections that were made, the deleted ones too."""
        ...

    def change_collections(self, change: CollectionsChange) -> tuple[DocumentCollection, ...]:
        """Replace all collections by what ``change`` makes of them; returns those. Documents stay as they are.

        Of two that change them at once the later one is given what the earlier one made. Raises UsageError where the
        store was never prepared and cannot keep them.
        """
        ...

    def memo(self, memo: Memo) -> str:
        """The text of a memo as it was last written by any process; empty before."""
        ...

    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """Replace a memo's text by what ``change`` makes of it; returns that. ``memo`` says so at once.

        Of two that change it at once the later one is given what the earlier one made; what ``change`` raises leaves
        it as it was. Raises UsageError where the store was never prepared and cannot keep it.
        """
        ...

    def label_counts(self, label: str, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """How many documents have each value of a field of ``LABELS``, the commonest first, MOST_LABELS of them.

        With ``groups`` only what these may read counts.
        """
        ...

    def unembedded(self, size: int) -> tuple[DocumentEntry, ...]:
        """Documents with chunks that have no vector yet, the latest first, ``size`` of them at most.

        Of everything written so far.
        """
        ...

    def backlog(self) -> Backlog:
        """How many documents ``unembedded`` would list in all, and their chunks without a vector."""
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


def folder_of(source: str) -> str:
    """The source up to its last slash, with it; empty where it has none."""
    return source[: source.rfind("/") + 1]


def by_content(entries: Iterable[DocumentEntry]) -> dict[str, tuple[DocumentEntry, ...]]:
    """The entries by their content hash."""
    found: dict[str, tuple[DocumentEntry, ...]] = {}
    for entry in entries:
        found[entry.content_hash] = (*found.get(entry.content_hash, ()), entry)
    return found
