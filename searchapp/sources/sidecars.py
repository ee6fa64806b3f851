"""Finds the sidecars of a file; what they state is read in the parser's process, like everything foreign."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.sources.files import lies_in, read_file
from searchapp.sources.source import SourceRef
from searchapp.sources.stated import SIDECAR

LARGEST = 1 << 20
"""Bytes: more than the characters that are read, in any encoding."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar's name and its bytes."""

    name: str
    data: bytes = field(repr=False)


class Sidecars:
    """Finds and reads the sidecars of files, for one run: those of folders are read once."""

    def __init__(self) -> None:
        self._folders: dict[tuple[str, str], Sidecar | Message | None] = {}

    def of(self, ref: SourceRef) -> tuple[tuple[Sidecar, ...], tuple[Message, ...]]:
        """The sidecars of a file, the nearest first, and what is wrong with those that cannot be read."""
        if ref.is_url:
            return (), ()
        own = _read(Path(f"{ref.source}{SIDECAR}"), ref.within)
        found = [own, *(self._of_folder(folder, ref.within) for folder in Path(ref.source).parents)]
        sidecars = tuple(one for one in found if isinstance(one, Sidecar))
        return sidecars, tuple(one for one in found if isinstance(one, Message))

    def _of_folder(self, folder: Path, within: str) -> Sidecar | Message | None:
        key = (str(folder), within)
        if key not in self._folders:
            # What lies above the folder that is walked may not lead elsewhere either.
            inside = not within or lies_in(os.path.realpath(folder), within)
            self._folders[key] = _read(folder / SIDECAR, within if inside else os.path.realpath(folder))
        return self._folders[key]


def _read(path: Path, within: str) -> Sidecar | Message | None:
    try:
        path.lstat()
        data, _ = read_file(path, LARGEST, within)
    except SourceError as error:
        return Message("stated_unreadable", where=path.name, why=error.sentence)
    except OSError:  # there is none, as beside most files; or its name would be too long
        return None
    return Sidecar(path.name, data)
