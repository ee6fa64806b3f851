"""Counts what readers did not find, in a file of this machine: no user, key or address, no time finer than a day."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum

from searchapp.missed.grouping import grouped
from searchapp.private_database import transaction
from searchapp.redaction import redactor
from searchapp.settings import Settings

FILE = "missed.sqlite"

MOST = 2000
"""Groups of queries that are kept; those of one day alone go first, the oldest before the others."""

SHOWN_FROM_DAYS = 2
"""Days on which a query must have been asked before anybody is shown it. What somebody asked once, about themselves
perhaps, stays unseen and goes with its age; who asked is not known, so that days are counted and not people."""

# No row has a number of its own, which would tell the order in which queries came; what is deleted is overwritten.
_SCHEMA = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS missed (
    key TEXT PRIMARY KEY, query TEXT NOT NULL, hitless INTEGER NOT NULL, weak INTEGER NOT NULL, days INTEGER NOT NULL,
    last TEXT NOT NULL
) WITHOUT ROWID;
"""


class Found(StrEnum):
    """What a reader was shown."""

    NOTHING = "nothing"
    WEAK = "weak"
    """Only hits that are neither near in meaning nor have half of the words."""


@dataclass(frozen=True, slots=True)
class MissedQuery:
    """Queries that ask for the same, and how often they found nothing."""

    query: str
    """The words as they were typed first, without filters."""
    nothing: int
    """How often no hit was found."""
    weak: int
    """How often only weak ones were."""
    days: int
    """On how many days."""
    last: str
    """The latest of them (UTC), such as 2026-01-31."""


@dataclass(frozen=True, slots=True)
class MissedPage:
    """Queries, those that were missed most often first."""

    kept: bool
    """Whether they are counted (SEARCHAPP_MISSED_QUERIES)."""
    total: int
    """How many can be shown, on all pages."""
    rare: int
    """How many more were asked on one day alone, and are not shown."""
    queries: tuple[MissedQuery, ...]


def utc_today() -> dt.date:
    """The day, which is the same for every process."""
    return dt.datetime.now(dt.UTC).date()


class Missed:
    """``missed.sqlite`` of the data folder; threads and processes may share it. All raise StorageError."""

    def __init__(self, settings: Settings, today: Callable[[], dt.date] = utc_today) -> None:
        self.kept = settings.missed_queries
        self._age = dt.timedelta(days=settings.missed_days)
        self._path = settings.data_dir.absolute() / FILE
        self._redact = redactor(settings)
        self._today = today

    def count(self, query: str, found: Found) -> bool:
        """Count a query; returns whether it is kept. Raises UsageError for what is no query."""
        group = grouped(query) if self.kept else None
        if group is None or self._redact(query) != query:
            return False
        day = self._today().isoformat()
        row = (group.key, group.text, found is Found.NOTHING, found is Found.WEAK, day)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO missed VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (key) DO UPDATE SET "
                "hitless = hitless + excluded.hitless, weak = weak + excluded.weak, "
                "days = days + (last < excluded.last), last = max(last, excluded.last)",
                row,
            )
            self._forget_old(connection)
            connection.execute(
                "DELETE FROM missed WHERE key IN (SELECT key FROM missed WHERE key <> ? "
                "ORDER BY days >= ? DESC, last DESC, hitless + weak DESC, key LIMIT -1 OFFSET ?)",
                (group.key, SHOWN_FROM_DAYS, MOST - 1),
            )
        return True

    def page(self, offset: int = 0, size: int = 50) -> MissedPage:
        """Those that may be shown, a page of them."""
        if not self._path.exists():
            return MissedPage(self.kept, 0, 0, ())
        with self._transaction() as connection:
            self._forget_old(connection)
            total, every = connection.execute(
                "SELECT coalesce(sum(days >= ?), 0), count(*) FROM missed", (SHOWN_FROM_DAYS,)
            ).fetchone()
            rows = connection.execute(
                "SELECT query, hitless, weak, days, last FROM missed WHERE days >= ? "
                "ORDER BY hitless + weak DESC, last DESC, key LIMIT ? OFFSET ?",
                (SHOWN_FROM_DAYS, size, offset),
            ).fetchall()
        return MissedPage(self.kept, total, every - total, tuple(MissedQuery(*row) for row in rows))

    def clear(self) -> int:
        """Forget all, the unseen ones too; returns how many groups went."""
        if not self._path.exists():
            return 0
        with self._transaction() as connection:
            return connection.execute("DELETE FROM missed").rowcount

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM missed WHERE last < ?", ((self._today() - self._age).isoformat(),))

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "What readers did not find")
