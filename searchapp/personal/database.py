"""The one file of what people keep for themselves."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from searchapp.private_database import transaction

FILE = "personal.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS recent (
    owner TEXT, address TEXT, query TEXT NOT NULL, used TEXT NOT NULL, PRIMARY KEY (owner, address)
);
CREATE TABLE IF NOT EXISTS saved (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, address TEXT NOT NULL, query TEXT NOT NULL, name TEXT NOT NULL,
    saved TEXT NOT NULL, deleted TEXT, UNIQUE (owner, address)
);
CREATE TABLE IF NOT EXISTS preferences (owner TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (owner, name));
"""
_TABLES = ("recent", "saved", "preferences")


class Database:
    """Opens ``personal.sqlite`` in a folder, again for each transaction, so that threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder.absolute() / FILE

    @property
    def exists(self) -> bool:
        """Whether anybody has kept anything; who only looks makes no file."""
        return self._path.exists()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back on an error. Raises StorageError."""
        return transaction(self._path, _SCHEMA, "Searches and personal settings")

    def forget(self, owner: str) -> None:
        """Remove every row of ``owner``."""
        if not self.exists:
            return
        with self.transaction() as connection:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE owner = ?", (owner,))  # noqa: S608 - our own names
