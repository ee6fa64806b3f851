"""Putting a backup in place: read to its end beside the data folder first, then moved, so that never half is there."""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from searchapp.backup import archive
from searchapp.errors import ConflictError, StorageError, UsageError, unwritable
from searchapp.progress import Progress

ARRIVING = "restore-arriving"
BEFORE = "before-restore"

MOUNTED = (errno.EXDEV, errno.EBUSY, errno.EACCES, errno.EPERM, errno.EROFS)
"""Why a folder itself cannot be renamed although its content can: a volume is mounted on it, its parent is not ours."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place; ``before`` is where the earlier content of the folder lies (empty: there was none)."""

    folder: str
    files: int
    bytes: int
    before: str


def restore(
    file: Path, data_dir: Path, *, replace: bool = False, progress: Progress = lambda what, done, total: None
) -> Restored:
    """Put a backup into ``data_dir``, which must be empty unless ``replace``: what it holds is then kept aside.

    Raises UsageError for a folder that is not empty and for what ``archive.read`` refuses, ConflictError while another
    process of searchapp works in the folder, StorageError when the disk is full; the folder is as it was then.
    """
    folder = data_dir.absolute()
    if not replace and _holds(folder):
        raise UsageError("restore_into_full_folder", folder=folder)
    _refuse_if_used(folder)
    with _arriving(folder) as arriving:
        files = size = 0
        for name, length, content in archive.read(file):
            _write(arriving / name, length, content, file)
            files, size = files + 1, size + length
            progress("reading", size, 0)
        before = _put_in_place(arriving, folder)
    return Restored(str(folder), files, size, str(before) if before else "")


def _holds(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.startswith((f".{ARRIVING}", f".{BEFORE}"))]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unwritable(folder, error) from error


def _refuse_if_used(folder: Path) -> None:
    """Processes that ingest hold a locked file each (``ingest/leases.py``), and so does a backup that is taken."""
    for file in [*(folder / "running").glob("*.lock"), folder / ".backup.lock"]:
        if not file.is_file():
            continue
        lock = FileLock(file, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise ConflictError("restore_into_used_folder", folder=folder) from error
        except OSError:
            continue
        lock.release()


@contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    """A folder for what arrives, on the same file system: beside the data folder, or in it where that cannot be."""
    name = f".{folder.name}.{ARRIVING}-{uuid4().hex[:8]}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        arriving = folder.parent / name
        if os.path.ismount(folder) or not os.access(folder.parent, os.W_OK):
            arriving = folder / f".{ARRIVING}-{uuid4().hex[:8]}"
        arriving.mkdir(mode=0o700)
    except OSError as error:
        raise unwritable(folder.parent, error) from error
    try:
        yield arriving
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def _write(path: Path, length: int, content: archive.Hashed, file: Path) -> None:
    """Write one file for its owner alone; it is made, never opened, so that it follows no link."""
    try:
        for above in reversed(path.parents):  # mkdir with parents would let others into those between
            above.mkdir(mode=0o700, exist_ok=True)
        left = length
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as made:
            while left > 0:
                if not (block := content.read(min(left, archive.BLOCK))):
                    raise UsageError("backup_cut", file=file)
                made.write(block)
                left -= len(block)
    except tarfile.TarError as error:
        raise UsageError("backup_cut", file=file) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError("backup_disk_full_meanwhile", folder=path.parent) from error
        raise unwritable(path.parent, error) from error


def _put_in_place(arriving: Path, folder: Path) -> Path | None:
    """Two renames; where the folder itself cannot be renamed, those of its content, undone when one fails."""
    held = bool(_holds(folder))
    beside = folder.with_name(f"{folder.name}.{BEFORE}-{uuid4().hex[:8]}")
    try:
        if arriving.parent != folder.parent:
            raise OSError(errno.EBUSY, "a volume")
        if folder.exists():
            folder.rename(beside)
        try:
            arriving.rename(folder)
        except OSError:
            if beside.exists():
                beside.rename(folder)
            raise
    except OSError as error:
        if error.errno not in MOUNTED:
            raise unwritable(folder, error) from error
        return _move_content(arriving, folder)
    if held:
        return beside
    shutil.rmtree(beside, ignore_errors=True)  # it held nothing
    return None


def _move_content(arriving: Path, folder: Path) -> Path | None:
    moved: list[tuple[Path, Path]] = []
    before = folder / f".{BEFORE}-{uuid4().hex[:8]}"
    try:
        held = _holds(folder)
        if held:
            before.mkdir(mode=0o700)
        plan = [(path, before / path.name) for path in held]
        plan += [(path, folder / path.name) for path in sorted(arriving.iterdir())]
        for source, target in plan:
            source.rename(target)
            moved.append((source, target))
    except OSError as error:
        for source, target in reversed(moved):
            target.rename(source)
        raise unwritable(folder, error) from error
    return before if held else None
