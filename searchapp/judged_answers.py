"""What readers said of answers on the page: good or bad, with the question, the answer and the documents it cites.

One word a question and answer, the last. As with documents (``judgements.py``, whose file they share), callers who are
bounded by groups have words of their own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.judgements import FILE, GRADES, Groups, key_of
from searchapp.private_database import transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS judged_answers (
    question TEXT, digest TEXT, answer TEXT NOT NULL, model TEXT NOT NULL, sources TEXT NOT NULL,
    grade INTEGER NOT NULL, judged TEXT NOT NULL, space TEXT NOT NULL, PRIMARY KEY (question, digest, space)
);
"""


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer and what was said of it."""

    question: str
    answer: str
    model: str
    """Empty where it was quoted."""
    sources: tuple[str, ...]
    """The ids of the documents that it cites."""
    grade: int
    judged: dt.datetime


class JudgedAnswers:
    """Kept in ``judgements.sqlite`` below a folder; threads and processes may share it. All raise StorageError."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.absolute() / FILE

    def put(
        self,
        question: str,
        answer: str,
        model: str,
        sources: tuple[str, ...],
        grade: int,
        space: Groups | None = None,
    ) -> None:
        """Set the grade of an answer, in place of an earlier one of this ``space``: the groups of who says it.

        Raises UsageError for another grade.
        """
        if grade not in GRADES:
            raise UsageError("grade_unknown", grade=grade)
        judged = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        row = (question, _digest(answer), answer, model, json.dumps(sources), grade, judged, key_of(space))
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO judged_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def of(self, question: str, space: Groups | None = None) -> dict[str, int]:
        """What this ``space`` said of the answers to a question: a grade by the text of each."""
        if not self._path.exists():
            return {}
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT answer, grade FROM judged_answers WHERE question = ? AND space = ?", (question, key_of(space))
            )
            return dict(rows.fetchall())

    def take_back(self, question: str, answer: str, space: Groups | None = None) -> None:
        """Forget what this ``space`` said of an answer."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM judged_answers WHERE question = ? AND digest = ? AND space = ?",
                (question, _digest(answer), key_of(space)),
            )

    def remove(self, question: str) -> int:
        """Forget what anybody said of the answers to a question; returns how many judgements went."""
        if not self._path.exists():
            return 0
        with self._transaction() as connection:
            return connection.execute("DELETE FROM judged_answers WHERE question = ?", (question,)).rowcount

    def all(self) -> tuple[JudgedAnswer, ...]:
        """Everybody's, by question and then in the order in which they were said."""
        if not self._path.exists():
            return ()
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT question, answer, model, sources, grade, judged FROM judged_answers ORDER BY question, judged"
            ).fetchall()
        return tuple(
            JudgedAnswer(question, answer, model, tuple(json.loads(sources)), grade, dt.datetime.fromisoformat(judged))
            for question, answer, model, sources, grade, judged in rows
        )

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "Judgements")


def _digest(answer: str) -> str:
    return hashlib.sha256(answer.encode("utf-8", "replace")).hexdigest()
