"""How a list of documents is read page by page: by counting from its beginning, and from a place that is known.

Counting costs with every document that is passed over. A place costs the same however far down it lies, and stays
where it is while documents come and go: what did not change is met once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from searchapp.model import DocumentEntry


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document stands in an ``EntryOrder``: by ``key``, and among equals by its source.

    ``key`` is the last change in milliseconds since 1970, the title in lower case, or the number of passages; None
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
