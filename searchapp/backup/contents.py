"""What of the data folder is kept: all that is ours, but for what is made anew by itself or ends with a process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from searchapp.private_folder import OURS

MADE_ANEW = frozenset({
    "demo", "embedding-servers", "evaluation", "models", "running", "spool", ".operations.lock",
    "trash", "trash.lock", ".backup", ".backup.lock", ".doctor.lock", "missed.sqlite",
})  # fmt: skip
"""Models and measurements are made again; a deletion that could still be undone is final in a backup. What readers did
not find stays on this machine."""

KEPT = OURS - MADE_ANEW

INDEX = "index"
"""The folder of the embedded indices, each in a folder of its own."""

DATABASE = ".sqlite"

DEEPEST = 12
"""Folders within folders; an index has five."""

NAME_BYTES = 255
"""The longest name of a file that systems take."""


def kept_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files to keep, databases among them, each by its name below ``folder``; links are followed nowhere."""
    for name in sorted(KEPT):
        top = folder / name
        if top.is_symlink():
            continue
        if top.is_file():
            yield name, top
        for below, folders, names in os.walk(top):
            folders.sort()
            for file in sorted(names):
                path = Path(below, file)
                if path.is_file() and not path.is_symlink() and not _is_passing(name, file):
                    yield path.relative_to(folder).as_posix(), path


def is_kept(name: str) -> bool:
    """Whether a file may have this name in an archive: below a folder of ours, and nowhere else on the system."""
    parts = PurePosixPath(name).parts
    try:
        encoded = [part.encode() for part in parts]
    except UnicodeEncodeError:
        return False
    return (
        0 < len(parts) <= DEEPEST
        and "/".join(parts) == name
        and parts[0] in KEPT
        and all(part not in (b".", b"..") and len(part) <= NAME_BYTES for part in encoded)
        and not any(character in "\\:\x7f" or character < " " for character in name)
    )


def _is_passing(top: str, name: str) -> bool:
    """Whether a file is being written, or is the lock of an index."""
    if top == "uploads":
        return name.startswith(".arriving-")
    return name == ".writing" or name.endswith(".arriving")
