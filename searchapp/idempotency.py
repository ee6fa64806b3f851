"""Requests that were sent with an Idempotency-Key, and what they were answered: the same one again does nothing anew.

A key is its caller's own and means one request. Neither the key nor the request is kept, only what tells them again: a
hash of the key, and a keyed hash of the request, since that may hold a password.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from searchapp.errors import ConflictError, IdempotencyError
from searchapp.private_database import transaction

FILE = "idempotency.sqlite"

KEPT_SECONDS = 24 * 3600.0
"""How long a key means its request."""

MOST_KEYS, MOST_BYTES = 10_000, 32 * 1024 * 1024
"""Of one caller; the oldest are forgotten first."""

LARGEST_ANSWER = 1024 * 1024
"""Bytes of an answer that is kept; of a larger one only that it was given."""

_SCHEMA = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS requests (
    owner TEXT, key BLOB, request BLOB NOT NULL, began REAL NOT NULL, status INTEGER, headers TEXT, body BLOB,
    size INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (owner, key)
);
CREATE INDEX IF NOT EXISTS by_age ON requests (began);
CREATE INDEX IF NOT EXISTS of_owner ON requests (owner, began, size);
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer as it was sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """None where it is not kept: it was too large, or held a secret."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is being answered; ``began`` tells it from another one with its key, once it is given up."""

    owner: str
    key: bytes
    began: float


class IdempotencyKeys:
    """Kept in ``idempotency.sqlite`` below a folder; threads and processes may share it. All raise StorageError."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._path = folder.absolute() / FILE
        self._now = now

    def begin(self, owner: str, key: str, request: bytes, seconds: float) -> Begun | Recorded:
        """Begin a request, or give the answer that it had before.

        ``request`` is what tells it from others, such as a hash of its method, address and body. One that has not ended
        after ``seconds`` is given up: its process was ended, and it may be begun again. Raises IdempotencyError where
        the key stands for another request, and ConflictError while the first one runs, or where its answer is not kept.
        """
        hashed = hashlib.sha256(key.encode()).digest()
        told = hmac.digest(key.encode(), request, "sha256")
        moment = self._now()
        with self._transaction() as connection:
            # The first statement writes, so that of two requests at once the second one waits here.
            connection.execute("DELETE FROM requests WHERE began <= ?", (moment - KEPT_SECONDS,))
            connection.execute(
                "DELETE FROM requests WHERE owner = ? AND key = ? AND status IS NULL AND began <= ?",
                (owner, hashed, moment - seconds),
            )
            row = connection.execute("SELECT * FROM requests WHERE owner = ? AND key = ?", (owner, hashed)).fetchone()
            if row is None:
                connection.execute(
                    "INSERT INTO requests (owner, key, request, began) VALUES (?, ?, ?, ?)",
                    (owner, hashed, told, moment),
                )
                return Begun(owner, hashed, moment)
        if not hmac.compare_digest(row["request"], told):
            raise IdempotencyError("idempotency_key_reused")
        if row["status"] is None:
            raise ConflictError("idempotency_key_running")
        if row["body"] is None:
            raise ConflictError("idempotency_answer_not_kept", status=row["status"])
        return Recorded(row["status"], json.loads(row["headers"]), row["body"])

    def end(self, begun: Begun, answer: Recorded) -> None:
        """Keep how a request was answered, its body only where there is room for it."""
        body = answer.body if answer.body is not None and len(answer.body) <= LARGEST_ANSWER else None
        with self._transaction() as connection:
            connection.execute(
                "UPDATE requests SET status = ?, headers = ?, body = ?, size = ? "
                "WHERE owner = ? AND key = ? AND began = ?",
                (answer.status, json.dumps(dict(answer.headers)), body, len(body or b""), *_place(begun)),
            )
            self._drop_oldest(connection, begun.owner)

    def drop(self, begun: Begun) -> None:
        """Forget a request that did nothing: its key is as good as new."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM requests WHERE owner = ? AND key = ? AND began = ?", _place(begun))

    def forget(self, owner: str) -> None:
        """Forget every request of ``owner``."""
        if self._path.exists():
            with self._transaction() as connection:
                connection.execute("DELETE FROM requests WHERE owner = ?", (owner,))

    def _drop_oldest(self, connection: sqlite3.Connection, owner: str) -> None:
        keys, size = connection.execute(
            "SELECT COUNT(*), COALESCE(SUM(size), 0) FROM requests WHERE owner = ?", (owner,)
        ).fetchone()
        if keys <= MOST_KEYS and size <= MOST_BYTES:
            return
        rows = connection.execute(
            "SELECT rowid, size FROM requests WHERE owner = ? AND status IS NOT NULL ORDER BY began", (owner,)
        ).fetchall()
        for row in rows:
            if keys <= MOST_KEYS and size <= MOST_BYTES:
                break
            connection.execute("DELETE FROM requests WHERE rowid = ?", (row["rowid"],))
            keys, size = keys - 1, size - row["size"]

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "Idempotency keys")


def _place(begun: Begun) -> tuple[str, bytes, float]:
    return begun.owner, begun.key, begun.began
