"""What a folder or an archive holds besides documents: counted by kind, some by name, and said."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TypedDict

from searchapp.messages import Message

NAMES_SHOWN = 3
"""Of each kind."""

KINDS_SHOWN = 20

READ_NAMES = frozenset(
    "readme license licence copying authors contributors changelog changes news history install todo notice"
    " contributing makefile dockerfile jenkinsfile vagrantfile gemfile rakefile".split()
)
"""Files of text that have no suffix by custom."""
_SYSTEMS_OWN = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_GENERATED = frozenset({"node_modules", "__pycache__"})
"""Folders that programs fill, with more files than a person writes."""


class Kind(TypedDict):
    """One kind of what was passed over, how many of it, and some of their names.

    ``kind`` is the suffix, with ``0 B`` behind it for empty files; it is empty for files without one.
    """

    kind: str
    count: int
    names: list[str]


class PassedOver:
    """Files and folders that were not read, by their kinds."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._names: dict[str, list[str]] = {}

    def add(self, name: str, *, is_empty: bool = False) -> None:
        """Count a file by its suffix, those without a byte by themselves; or a folder, whose name ends with a slash."""
        path = PurePosixPath(name)
        kind = f"{path.name}/" if name.endswith("/") else path.suffix.lower() + " 0 B" * is_empty
        self._counts[kind] = self._counts.get(kind, 0) + 1
        names = self._names.setdefault(kind, [])
        if len(names) < NAMES_SHOWN:
            names.append(name)

    def kinds(self) -> list[Kind]:
        """All of them, the most frequent first."""
        ordered = sorted(self._counts, key=lambda kind: (-self._counts[kind], kind))
        return [Kind(kind=kind, count=self._counts[kind], names=self._names[kind]) for kind in ordered]

    def message(self) -> Message | None:
        """A sentence that says it; None where nothing was passed over."""
        kinds = self.kinds()
        if not kinds:
            return None
        shown = [_told(one) for one in kinds[:KINDS_SHOWN]] + ["…"] * (len(kinds) > KINDS_SHOWN)
        return Message("passed_over", n=sum(self._counts.values()), kinds=shown)


def is_unseen(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or the system's own: nobody expects it to be read."""
    return name.startswith(".") or name.lower() in _SYSTEMS_OWN


def is_generated(name: str) -> bool:
    """Whether a folder of this name holds what programs made."""
    return name in _GENERATED


def is_text_by_name(name: str) -> bool:
    """Whether a file without a suffix is text by its name."""
    return name.lower() in READ_NAMES


def _told(one: Kind) -> str:
    names = [*one["names"], *(["…"] if one["count"] > len(one["names"]) else [])]
    return f"{one['count']} × {one['kind']} ({', '.join(names)})".replace("×  (", "× (")
