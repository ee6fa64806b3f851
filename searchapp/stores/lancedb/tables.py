"""The folder of the embedded store: its tables, and the lock that lets one writer in at a time."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from searchapp.errors import StorageError


class LanceTables:
    """Opens tables by name. Threads and processes may share the folder: one writes, the others wait for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"the embedded store in {folder}"
        self._lock = threading.RLock()
        self._tables: dict[str, Any] = {}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keeps other threads and processes from writing; may be nested."""
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._process_lock:
                yield

    @cached_property
    def _process_lock(self) -> FileLock:
        # One lock object for all threads: they take turns by the thread lock, and the object counts nesting.
        return FileLock(self.folder / ".writing", thread_local=False)

    @cached_property
    def _database(self) -> Any:
        import lancedb

        self.folder.mkdir(parents=True, exist_ok=True)
        # Another process's writes are seen by the next read.
        return lancedb.connect(str(self.folder), read_consistency_interval=dt.timedelta(0))

    def _table(self, name: str) -> Any | None:
        if not (self.folder / f"{name}.lance").is_dir():
            return None
        with self._lock:
            if name not in self._tables:
                self._tables[name] = self._database.open_table(name)
            return self._tables[name]

    def _needed(self, name: str) -> Any:
        table = self._table(name)
        if table is None:
            raise StorageError(f"The index in {self.folder} was not prepared.", "Run searchapp ingest first.")
        return table
