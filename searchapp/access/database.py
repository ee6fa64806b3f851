"""The one file of keys, users and sessions."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from searchapp.access.identity import Scope
from searchapp.private_database import transaction

FILE = "access.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL, scopes TEXT NOT NULL, groups TEXT,
    created TEXT NOT NULL, expires TEXT, used TEXT
);
CREATE TABLE IF NOT EXISTS users (
    name TEXT PRIMARY KEY, password TEXT NOT NULL, scopes TEXT NOT NULL, groups TEXT, created TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    hash BLOB PRIMARY KEY, provider TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL, groups TEXT,
    csrf TEXT NOT NULL, created TEXT NOT NULL, seen TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


class Database:
    """Opens ``access.sqlite`` in a folder, again for each transaction, so that threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.absolute() / FILE

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on an error. Raises StorageError."""
        return transaction(self._path, _SCHEMA, "Keys and users")

    def secret(self, name: str) -> bytes:
        """32 random bytes that stay the same for as long as the file does."""
        with self.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, os.urandom(32)))
            row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row["value"])


def now() -> dt.datetime:
    """The time in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def moment(text: str | None) -> dt.datetime | None:
    """A stored time."""
    return dt.datetime.fromisoformat(text) if text else None


def packed_scopes(scopes: frozenset[Scope]) -> str:
    """Scopes as they are stored."""
    return " ".join(sorted(scopes))


def unpacked_scopes(text: str) -> frozenset[Scope]:
    """The reverse of ``packed_scopes``."""
    return frozenset(Scope(name) for name in text.split())


def packed_groups(groups: tuple[str, ...] | None) -> str | None:
    """Groups as they are stored."""
    return None if groups is None else json.dumps(groups)


def unpacked_groups(text: str | None) -> tuple[str, ...] | None:
    """The reverse of ``packed_groups``."""
    return None if text is None else tuple(json.loads(text))
