"""SQLite files that are nobody else's business: keys and users, what readers said of hits, tokens sent."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from searchapp.errors import StorageError

BUSY_SECONDS = 10.0
"""How long a transaction waits for another one of any thread or process."""


@contextmanager
def transaction(path: Path, schema: str, holds: str) -> Iterator[sqlite3.Connection]:
    """One transaction in the file at ``path``: committed at the end, rolled back on an error.

    A missing file is made, readable by its owner alone, and ``schema`` (``CREATE TABLE IF NOT EXISTS ...;``) is run.
    Raises StorageError, which calls the content ``holds``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Created by us and not by SQLite, which would let the group read it.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection, connection:
            connection.row_factory = sqlite3.Row
            connection.executescript(schema)
            yield connection
    except (OSError, sqlite3.Error) as error:
        raise StorageError("private_file_unusable", holds=holds, path=path, why=str(error)) from error
