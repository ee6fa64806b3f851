"""Taking a backup while searchapp runs: each part as it stands at one moment, and the file whole or not there.

Databases are copied by SQLite's own online backup. Files of the index and originals are never changed in place, only
replaced: while nobody writes to the index each gets a second name in ``.backup`` of the data folder, and what happens
afterwards does not reach that. Writers wait for the naming alone, not for the archive.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from searchapp import __version__
from searchapp.backup.archive import Writer
from searchapp.backup.contents import DATABASE, INDEX, is_kept, kept_files
from searchapp.errors import ConflictError, StorageError, UsageError, unwritable
from searchapp.ingest.lifecycle import now
from searchapp.progress import Progress
from searchapp.stores import unwritten

BUSY_SECONDS = 30.0
"""How long a database may be locked by a writer before the backup gives up."""

SPARE = 64 << 20
"""Bytes that stay free beside the archive."""


@dataclass(frozen=True, slots=True)
class Created:
    """What was taken. ``has_index``: an embedded index is in it; chunks in Elasticsearch are not."""

    file: str
    files: int
    bytes: int
    digest: str
    has_index: bool


def create(data_dir: Path, file: Path, progress: Progress = lambda what, done, total: None) -> Created:
    """Write a backup of ``data_dir`` to ``file``, for its owner alone (0600), in the place of an earlier one.

    Raises UsageError when there is nothing to keep, ConflictError while another backup is taken, StorageError when the
    disk is full, a folder takes no files, or a database is damaged; ``file`` is as it was then.
    """
    folder = data_dir.absolute()
    if not any(True for _ in kept_files(folder)):
        raise UsageError("backup_of_nothing", folder=folder)
    with _alone(folder), _standing(folder, progress) as standing:
        files = list(kept_files(standing))
        size = sum(path.stat().st_size for _, path in files)
        _refuse_if_full(file, size)
        new = file.with_name(f".{file.name}.{uuid4().hex[:8]}")
        try:
            stream = os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
            with stream:
                writer, written = Writer(stream, {"searchapp": __version__, "made": now().isoformat()}), 0
                for name, path in files:
                    written += writer.add(name, path)
                    progress("writing", written, size)
                total = writer.close()
                stream.flush()
                os.fsync(stream.fileno())
            new.replace(file)
        except OSError as error:
            raise _full(file, error) from error
        finally:
            new.unlink(missing_ok=True)
    has_index = any(name.startswith(f"{INDEX}/") for name, _ in files)
    return Created(str(file), total.files, total.bytes, total.digest, has_index)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / ".backup.lock", thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ConflictError("backup_running", folder=folder) from error
    except OSError as error:
        raise unwritable(folder, error) from error
    with ExitStack() as ended:
        ended.callback(lock.release)
        yield


@contextmanager
def _standing(folder: Path, progress: Progress) -> Iterator[Path]:
    """A folder with all that is to be kept as it stood at one moment; it is removed again."""
    standing = folder / ".backup"
    shutil.rmtree(standing, ignore_errors=True)  # of a backup that was killed
    try:
        standing.mkdir(mode=0o700)
        with unwritten(folder / INDEX):
            for number, (name, path) in enumerate(kept_files(folder)):
                progress("gathering", number, 0)
                if not is_kept(name):  # what restore would refuse
                    raise StorageError("backup_name_refused", path=path)
                target = standing / name
                target.parent.mkdir(parents=True, exist_ok=True)
                if name.endswith(DATABASE) and "/" not in name:
                    _copy_database(path, target)
                else:
                    _name_again(path, target)
        yield standing
    except OSError as error:
        raise _full(standing, error) from error
    finally:
        shutil.rmtree(standing, ignore_errors=True)


def _copy_database(path: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with (
            closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            damage = copy.execute("PRAGMA quick_check(1)").fetchone()
            if damage != ("ok",):
                raise StorageError("backup_of_damaged", path=path, why=str(damage and damage[0]))
    except sqlite3.Error as error:
        raise StorageError("backup_of_damaged", path=path, why=str(error)) from error


def _name_again(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except FileNotFoundError:
        pass  # removed at this moment
    except OSError:  # a file system without second names
        shutil.copyfile(path, target)


def _refuse_if_full(file: Path, size: int) -> None:
    try:
        free = shutil.disk_usage(file.absolute().parent).free
    except OSError as error:
        raise unwritable(file.parent, error, "FILE") from error
    if free < size + SPARE:
        raise StorageError("backup_disk_full", folder=file.absolute().parent, needed=size >> 20, free=free >> 20)


def _full(path: Path, error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("backup_disk_full_meanwhile", folder=path.absolute().parent)
    return unwritable(path.absolute().parent, error, "FILE")
