"""Judgements made on the page: whether a document is what a query looked for. One word a query and document, the last.

Callers who are bounded by groups have words of their own: what one set of groups says changes nothing for another.
``searchapp judgements export`` writes them as files that ``searchapp eval`` reads.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from searchapp.errors import StorageError, UsageError
from searchapp.private_database import transaction

FILE = "judgements.sqlite"
Groups: TypeAlias = "tuple[str, ...]"
GRADES = (0, 1)
"""Not what was looked for, and what was."""

# The first table knew of no groups; until 0.3.0 what is in it is taken over.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS judgements (
    query TEXT, document_id TEXT, grade INTEGER NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    judged TEXT NOT NULL, PRIMARY KEY (query, document_id)
);
CREATE TABLE IF NOT EXISTS judgements_of_spaces (
    query TEXT, document_id TEXT, grade INTEGER NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL,
    judged TEXT NOT NULL, space TEXT NOT NULL, PRIMARY KEY (query, document_id, space)
);
INSERT OR IGNORE INTO judgements_of_spaces SELECT *, 'null' FROM judgements;
DELETE FROM judgements;
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one document for one query; ``source`` and ``title`` are those of the document when it was judged."""

    query: str
    document_id: str
    grade: int
    source: str
    title: str
    judged: dt.datetime


class Judgements:
    """Kept in ``judgements.sqlite`` below a folder; threads and processes may share it. All raise StorageError."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.absolute() / FILE

    def put(
        self, query: str, document_id: str, grade: int, source: str, title: str, space: Groups | None = None
    ) -> None:
        """Set the grade of a document for a query, in place of an earlier one of this ``space``.

        ``space`` are the groups of the caller who says it, None where they have no bound. Raises UsageError for another
        grade.
        """
        if grade not in GRADES:
            raise UsageError("grade_unknown", grade=grade)
        judged = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        row = (query, document_id, grade, source, title, judged, key_of(space))
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO judgements_of_spaces VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def take_back(self, query: str, document_id: str, space: Groups | None = None) -> None:
        """Forget what this ``space`` said of a document for a query."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM judgements_of_spaces WHERE query = ? AND document_id = ? AND space = ?",
                (query, document_id, key_of(space)),
            )

    def remove(self, query: str, document_id: str | None = None) -> int:
        """Forget what anybody said of one document for a query, or of all; returns how many judgements went."""
        with self._transaction() as connection:
            return connection.execute(
                "DELETE FROM judgements_of_spaces WHERE query = ? AND (? IS NULL OR document_id = ?)",
                (query, document_id, document_id),
            ).rowcount

    def of(self, query: str, space: Groups | None = None) -> tuple[Judgement, ...]:
        """What this ``space`` said of documents for a query, in the order in which it was said."""
        return self._read(query, key_of(space))

    def all(self) -> tuple[Judgement, ...]:
        """The last word on each document for each query, by query and then in the order in which they were said."""
        last = {(one.query, one.document_id): one for one in self._read()}
        return tuple(sorted(last.values(), key=lambda one: (one.query, one.judged, one.document_id)))

    def _read(self, query: str | None = None, space: str = "") -> tuple[Judgement, ...]:
        if not self._path.exists():
            return ()
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT query, document_id, grade, source, title, judged FROM judgements_of_spaces "
                "WHERE ? IS NULL OR (query = ? AND space = ?) ORDER BY query, judged, document_id",
                (query, query, space),
            ).fetchall()
        return tuple(
            Judgement(query, document_id, grade, source, title, dt.datetime.fromisoformat(judged))
            for query, document_id, grade, source, title, judged in rows
        )

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "Judgements")


def key_of(space: Groups | None) -> str:
    """What stands for a set of groups in a table."""
    return json.dumps(space and sorted(set(space)))


def usable(judgements: Sequence[Judgement]) -> tuple[Judgement, ...]:
    """Those of queries that something was found for: a ranking cannot be measured where nothing is right."""
    good = {judgement.query for judgement in judgements if judgement.grade}
    return tuple(judgement for judgement in judgements if judgement.query in good)


def write_qrels(judgements: Sequence[Judgement], folder: Path) -> None:
    """Write ``queries.jsonl`` and ``qrels/test.tsv`` in the layout of BEIR. Raises StorageError."""
    ids = {query: f"q{number}" for number, query in enumerate(dict.fromkeys(one.query for one in judgements), start=1)}
    queries = (json.dumps({"_id": id_, "text": query}, ensure_ascii=False) for query, id_ in ids.items())
    rows = (f"{ids[one.query]}\t{one.document_id}\t{one.grade}" for one in judgements)
    _write(folder / "queries.jsonl", queries)
    _write(folder / "qrels" / "test.tsv", ("query-id\tcorpus-id\tscore", *rows))


def write_lines(judgements: Sequence[Judgement], path: Path) -> None:
    """Write one JSON object a judgement, documents by path or address, for people to edit. Raises StorageError."""
    _write(
        path,
        (
            json.dumps({"query": one.query, "document": one.source, "grade": one.grade}, ensure_ascii=False)
            for one in judgements
        ),
    )


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StorageError("judgements_unwritable", path=path, why=str(error.strerror)) from error
