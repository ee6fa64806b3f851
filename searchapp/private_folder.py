"""The data folder is its owner's alone: it holds copies of documents, who may read which, and what was searched for."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

log = logging.getLogger(__name__)

OTHERS = 0o077
"""What the group and everybody else may do."""

OURS = frozenset({
    ".backup", ".backup.lock", "access.sqlite", "audit.sqlite", "conversations.sqlite", "demo", "doctor.json",
    ".doctor.lock", "embedding-servers", "evaluation", "idempotency.sqlite", "index", "judgements.sqlite",
    "missed.sqlite", "models", "operations.json", ".operations.lock", "pages", "personal.sqlite", "running",
    "sent-tokens.sqlite", "spool", "trash", "trash.lock", "uploads",
})  # fmt: skip
"""What searchapp keeps in the data folder."""


def make_privately() -> None:
    """From now on this process makes files (0600) and folders (0700) that are its owner's alone."""
    os.umask(os.umask(OTHERS) | OTHERS)


def write_whole(path: Path, text: str) -> None:
    """Put a file in the place of an earlier one, whole or not at all, for its owner alone. Raises OSError."""
    arriving = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with os.fdopen(os.open(arriving, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        arriving.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            arriving.unlink()
        raise


def tighten(folder: Path) -> None:
    """Take from others what they may do in a data folder of before, and say so in the log.

    A folder that holds something else as well, such as one that was named by mistake, is left as it is, but for what is
    ours in it; what belongs to another user of this machine is left, too.
    """
    if os.name == "nt":
        return
    try:
        held = sorted(folder.iterdir())
    except OSError:  # not there yet; or it cannot be read, of which what reads it tells
        return
    ours = [path for path in held if path.name in OURS or path.name.partition("-")[0] in OURS]  # SQLite's -wal, -shm
    # A folder with the sticky bit is one for everybody, such as /tmp, whatever lies there now.
    alone = len(ours) == len(held) and not folder.stat().st_mode & stat.S_ISVTX
    changed = sum(_tightened(path) for path in ([folder] if alone else []))
    changed += sum(_tightened(below) for path in ours if _is_open(path) for below in _tree(path))
    if changed:
        log.warning(
            "%d files and folders in %s could be read by others; they are their owner's alone now.", changed, folder
        )


def _tree(path: Path) -> Iterator[Path]:
    """All below it, then itself: when a run is cut short, the next one finds the top open, and goes on."""
    for folder, _, names in os.walk(path, topdown=False):  # follows no link
        yield from (Path(folder, name) for name in names)
        yield Path(folder)
    if not path.is_dir():
        yield path


def _is_open(path: Path) -> bool:
    held = path.lstat()
    return not stat.S_ISLNK(held.st_mode) and bool(held.st_mode & OTHERS)


def _tightened(path: Path) -> bool:
    """Whether others could, and no longer can."""
    try:
        mode = path.stat(follow_symlinks=False).st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except OSError as error:  # another user's, or a volume that knows no rights; or it has just gone
        log.debug("%s stays as it is: %s", path, error.strerror)
        return False
    return True
