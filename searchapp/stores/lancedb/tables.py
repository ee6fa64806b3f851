"""The folder of the embedded store: its tables, the lock that lets one writer in at a time, and what goes wrong."""

from __future__ import annotations

import datetime as dt
import functools
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

import pyarrow as pa
from filelock import FileLock

from searchapp.errors import SearchAppError, StorageError

P = ParamSpec("P")
R = TypeVar("R")

DOCUMENTS = "documents"
"""The registry's table; those of the chunks are named by ``versions``."""


class LanceTables:
    """Opens tables by name. Threads and processes may share the folder: one writes, the others wait for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        self._open: dict[str, Any] = {}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keeps other threads and processes from writing; may be nested."""
        with self._lock:
            with reading(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._process_lock.acquire()
            try:
                yield
            finally:
                self._process_lock.release()

    @cached_property
    def _process_lock(self) -> FileLock:
        # One lock object for all threads: they take turns by the thread lock, and the object counts nesting.
        return FileLock(self.folder / ".writing", thread_local=False)

    @cached_property
    def _database(self) -> Any:
        _leave_namespaces_out()
        import lancedb

        self.folder.mkdir(parents=True, exist_ok=True)
        # Another process's writes are seen by the next read.
        return lancedb.connect(str(self.folder), read_consistency_interval=dt.timedelta(0))

    def create(self, name: str, schema: pa.Schema) -> Any:
        """An empty table, or the one that is there already."""
        return self._database.create_table(name, schema=schema, exist_ok=True)

    def open(self, name: str) -> Any | None:
        """The table of that name; None where it is not there."""
        if not (self.folder / f"{name}.lance").is_dir():
            return None
        if (table := self._open.get(name)) is not None:  # without the lock, as a search must not wait for a write
            return table
        with self._lock:
            if name not in self._open:
                self._open[name] = self._database.open_table(name)
            return self._open[name]

    def remove(self, name: str) -> None:
        """Remove a table with all that is in it, whether it is whole or not."""
        with self.writing():
            self._open.pop(name, None)
            if (folder := self.folder / f"{name}.lance").is_dir():
                shutil.rmtree(folder)

    def prepared(self, table: Any | None) -> Any:
        """``table``. Raises StorageError where it is None: nothing was prepared."""
        if table is None:
            raise StorageError("index_unprepared", folder=self.folder)
        return table


def add_missing(table: Any, fields: Sequence[pa.Field]) -> None:
    """Give a table of an earlier searchapp the columns that it lacks; what they hold would be lost in silence."""
    if missing := [field for field in fields if field.name not in table.schema.names]:
        table.add_columns(missing)


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a method so that what LanceDB raises becomes a StorageError; its object has a ``folder`` to name."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        folder: Path = args[0].folder  # type: ignore[attr-defined]
        with reading(folder):
            return method(*args, **kwargs)

    return call


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Within it, what LanceDB and the disk raise becomes a StorageError naming the folder."""
    try:
        yield
    except SearchAppError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise StorageError("index_unusable", folder=folder, why=reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """The beginning of what an error says, on one line."""
    return str(error).splitlines()[0][:300] if str(error) else type(error).__name__


class _HollowModule(ModuleType):
    """Has any name that one imports from it, an empty class each."""

    def __getattr__(self, name: str) -> type[Exception]:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Exception,), {})  # some of them are caught as errors
        setattr(self, name, made)
        return made


class _HollowFinder(MetaPathFinder, Loader):
    LEFT_OUT = ("lance_namespace", "lance_namespace_urllib3_client")

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        left_out = name.partition(".")[0] in self.LEFT_OUT
        return ModuleSpec(name, self, is_package=True) if left_out else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _HollowModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing stands in it."""


def _leave_namespaces_out() -> None:
    """Import LanceDB without the client of its cloud catalogues, which a store in a folder never asks.

    That client (four hundred models of requests) takes half a second of processor time, more than a search, at each
    command. Call this before ``lancedb`` is imported; it does nothing where that was.
    """
    if "lancedb" not in sys.modules and not any(isinstance(one, _HollowFinder) for one in sys.meta_path):
        sys.meta_path.insert(0, _HollowFinder())
