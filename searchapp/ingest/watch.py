"""Folders that are followed: what changed in them, a moment after it did."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from searchapp.errors import StorageError, UsageError
from searchapp.sources import is_supported

QUIET_MS = 1000
"""Changes are told when nothing else has happened for so long: files are still being written before."""

LONGEST_MS = 10_000
"""Where something always happens, changes are told after so long all the same."""

LOOK_MS = 500
"""How often the wait looks whether it shall end."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files and folders that are new or different, and paths that are gone."""

    present: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def __or__(self, later: Changes) -> Changes:
        return Changes(
            (self.present | later.present) - (later.gone - later.present), (self.gone | later.gone) - later.present
        )

    def __bool__(self) -> bool:
        return bool(self.present or self.gone)


def require_folders(targets: Sequence[str]) -> list[str]:
    """The targets as discovery spells folders. Raises UsageError for what is none."""
    for target in targets:
        if not os.path.isdir(target):  # noqa: PTH112 - a path or an address as it was typed
            raise UsageError(f"{target} is not a folder.", "Name folders with --watch.")
    return [os.path.abspath(target) for target in targets]  # noqa: PTH100 - as discovery spells sources


def changes_in(folders: Sequence[str], stopping: threading.Event) -> Iterator[Changes]:
    """Yield what changes below the folders until ``stopping`` is set; hidden and unsupported files do not count.

    What goes with a folder that is itself no longer there is not told: its drive may be away. Raises StorageError where
    the system cannot tell changes.
    """
    from watchfiles import watch

    try:
        for events in watch(
            *folders,
            watch_filter=None,
            step=QUIET_MS,
            debounce=LONGEST_MS,
            rust_timeout=LOOK_MS,
            stop_event=stopping,
            raise_interrupt=False,
        ):
            found = _changes({path for _, path in events}, folders)
            if found:
                yield found
    except (OSError, RuntimeError) as error:  # RuntimeError: the base of the library's own
        raise StorageError(
            f"Changes in {', '.join(folders)} cannot be followed: {error}.",
            "On Linux raise fs.inotify.max_user_watches; on a network share set WATCHFILES_FORCE_POLLING=1.",
        ) from error


def _changes(paths: set[str], folders: Sequence[str]) -> Changes:
    visible = [path for path in paths if _is_visible(path, folders)]
    there = {path for path in visible if os.path.lexists(path)}
    return Changes(
        frozenset(path for path in there if Path(path).is_dir() or is_supported(Path(path))),
        frozenset(path for path in visible if path not in there),
    )


def _is_visible(path: str, folders: Sequence[str]) -> bool:
    """Whether the path lies below a folder that is there, and no part of it there is hidden."""
    for folder in folders:
        inside = f"{folder.rstrip(os.sep)}{os.sep}"
        if path.startswith(inside) and Path(folder).is_dir():
            return not any(part.startswith(".") for part in Path(path[len(inside) :]).parts)
    return False
