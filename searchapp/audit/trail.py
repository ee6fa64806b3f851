"""The audit log's file: records are added and ended, never changed otherwise; the oldest go when it is full."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from searchapp.audit.record import Outcome, Record, Wanted, What
from searchapp.private_database import transaction

FILE = "audit.sqlite"
AT_ONCE = 1000
"""Records that an export holds in memory."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY AUTOINCREMENT, moment TEXT NOT NULL, who TEXT NOT NULL, place TEXT NOT NULL,
    what TEXT NOT NULL, subject TEXT NOT NULL, groups TEXT, outcome TEXT NOT NULL, error TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_moment ON records (moment);
"""

Row = tuple[str, str, str, str, str, str | None, str, str, str]
"""The columns behind ``id``, as they are stored."""


class Trail:
    """``audit.sqlite`` below a folder, of records of the last ``days`` and ``most`` at most. All raise StorageError.

    Threads and processes may share it.
    """

    def __init__(self, folder: Path, days: int, most: int) -> None:
        self._path = folder.absolute() / FILE
        self._kept_for = dt.timedelta(days=days)
        self._most = most
        self._looked = ""

    def add(self, record: Record) -> int:
        """Keep a record, whose own id does not count, and return the id that it got. What is too old or too much goes.

        Within one transaction: a record is not kept without room for what says that others went.
        """
        with self._transaction() as connection:
            number = _insert(connection, record)
            # Counting is not free: once a day in each process, and each time that a hundredth has been added.
            if record.when[:10] != self._looked or number % max(1, self._most // 100) == 0:
                self._looked = record.when[:10]
                self._rotate(connection, record.when)
        return number

    def end(self, number: int, record: Record) -> None:
        """Say how the action of that record ended; a record that has an end keeps it."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE records SET moment = ?, who = ?, place = ?, what = ?, subject = ?, groups = ?, outcome = ?, "
                "error = ?, details = ? WHERE id = ? AND outcome = ?",
                (*_row(record), number, Outcome.BEGUN),
            )

    def find(self, wanted: Wanted, size: int) -> tuple[Record, ...]:
        """Those that are wanted, the newest first, ``size`` at most."""
        if not self._path.exists():
            return ()
        where, values = _conditions(wanted)
        with self._transaction() as connection:
            # Only what stands in our own code goes into the statement.
            rows = connection.execute(
                f"SELECT * FROM records WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608
                (*values, size),
            ).fetchall()
        return tuple(map(_record, rows))

    def all(self, wanted: Wanted) -> Iterator[Record]:
        """Every one that is wanted, the newest first, a few at a time."""
        while found := self.find(wanted, AT_ONCE):
            yield from found
            wanted = _behind(wanted, found[-1].id)

    def _rotate(self, connection: sqlite3.Connection, moment: str) -> None:
        oldest = (dt.datetime.fromisoformat(moment) - self._kept_for).isoformat(timespec="seconds")
        aged = connection.execute("DELETE FROM records WHERE moment < ?", (oldest,)).rowcount
        (there,) = connection.execute("SELECT count(*) FROM records").fetchone()
        # What was refused goes first: who is turned away again and again must not push out what was done.
        # A tenth at once: there are fewer records of it then.
        spare = there - self._most * 9 // 10 if there >= self._most else 0
        many = connection.execute(
            "DELETE FROM records WHERE id IN (SELECT id FROM records ORDER BY outcome IN (?, ?), id LIMIT ?)",
            (Outcome.DONE, Outcome.BEGUN, spare),
        ).rowcount
        if aged or many:
            details = {"too_old": aged, "too_many": many, "days": self._kept_for.days, "records": self._most}
            dropped = Record(0, moment, "timer", "timer", What.ROTATED, "", None, Outcome.DONE, "", details)
            _insert(connection, dropped)

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "The audit log")


def _behind(wanted: Wanted, number: int) -> Wanted:
    return dataclasses.replace(wanted, before=number)


def _insert(connection: sqlite3.Connection, record: Record) -> int:
    done = connection.execute(
        "INSERT INTO records (moment, who, place, what, subject, groups, outcome, error, details) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _row(record),
    )
    return int(done.lastrowid or 0)


def _row(record: Record) -> Row:
    groups = None if record.groups is None else json.dumps(record.groups)
    details = json.dumps(record.details, ensure_ascii=False)
    return (
        *(record.when, record.who, record.where, str(record.what), record.on, groups),
        *(str(record.outcome), record.error, details),
    )


def _record(row: sqlite3.Row) -> Record:
    # A record of a later version may hold words that this one does not know.
    what = What(row["what"]) if row["what"] in set(What) else What.OTHER
    details: Mapping[str, Any] = json.loads(row["details"])
    groups = None if row["groups"] is None else tuple(json.loads(row["groups"]))
    return Record(
        *(row["id"], row["moment"], row["who"], row["place"], what, row["subject"], groups),
        *(Outcome(row["outcome"]), row["error"], details),
    )


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    """The condition of a statement, and the values of its question marks."""
    parts: list[tuple[str, tuple[Any, ...]]] = []
    for column, text in (("who", wanted.who), ("subject", wanted.on)):
        if text:
            parts.append((f"instr(lower({column}), lower(?)) > 0", (text,)))
    if wanted.what:
        parts.append((f"what IN ({', '.join('?' * len(wanted.what))})", tuple(map(str, wanted.what))))
    if wanted.since:
        parts.append(("moment >= ?", (wanted.since.isoformat(timespec="seconds"),)))
    if wanted.until:
        parts.append(("moment < ?", (wanted.until.isoformat(timespec="seconds"),)))
    if wanted.outcome:
        parts.append(("outcome = ?", (str(wanted.outcome),)))
    if wanted.before is not None:
        parts.append(("id < ?", (wanted.before,)))
    return " AND ".join(["TRUE", *(part for part, _ in parts)]), [one for _, values in parts for one in values]
