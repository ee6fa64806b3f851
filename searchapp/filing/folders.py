"""The tree of folders and sites that documents lie in, a level at a time."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from searchapp.sources.source import is_web_address

_SLASHES_OF_HOST = 3
"""Of the address of a site as a whole, which keeps its name whatever lies in it."""

MOST_FOLDERS = 500
"""Folders of one level that are told."""


class Kind(StrEnum):
    """What a place is."""

    FOLDER = "folder"
    SITE = "site"
    UPLOADS = "uploads"
    """All that was sent to this server; its own folders are nobody's business."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A place that documents lie in."""

    place: str
    """What `below` takes: the beginning of the sources of its documents."""
    name: str
    """Its last part, and as many before it as tell it from the others of its level; empty for uploads."""
    kind: Kind
    documents: int
    """Those that the caller may see, however deep."""
    folders: int
    """That lie directly in it."""


@dataclass(frozen=True, slots=True)
class Folders:
    """One level of the tree."""

    total: int
    """The documents below it, those that lie directly in it too."""
    left_out: int
    """Folders that are too many to be told; the smallest are left out."""
    folders: tuple[Folder, ...]


def uploads_below(data_dir: Path) -> str:
    """The place of all that was sent to the server."""
    return f"{data_dir.absolute()}/uploads/"


def level(counts: Mapping[str, int], below: str, uploads: str) -> Folders:
    """The places directly below ``below``; ``counts`` has the documents that lie directly in each folder."""
    held: Counter[str] = Counter()
    for folder, documents in counts.items():
        # What follows a question mark is no path, whatever slashes it has.
        clean = path_of(folder) if is_web_address(folder) else uploads if folder.startswith(uploads) else folder
        held[clean] += documents
    inside = {folder: documents for folder, documents in held.items() if folder.startswith(below)}
    places = {_next(folder, below, uploads) for folder in inside} - {below}
    found = [_folder(place, inside, uploads) for place in places]
    shown = sorted(found, key=lambda one: -one.documents)[:MOST_FOLDERS]
    named = _named(shown)
    return Folders(sum(inside.values()), len(found) - len(shown), tuple(sorted(named, key=_order)))


def _folder(place: str, counts: Mapping[str, int], uploads: str) -> Folder:
    """The folder at ``place``, or the only one in it, and so on."""
    while True:
        inside = {folder: documents for folder, documents in counts.items() if folder.startswith(place)}
        below = {_next(folder, place, uploads) for folder in inside} - {place}
        is_host = is_web_address(place) and place.count("/") == _SLASHES_OF_HOST
        if place in counts or len(below) != 1 or place == uploads or is_host:
            break
        (place,) = below
    kind = Kind.UPLOADS if place == uploads else Kind.SITE if is_web_address(place) else Kind.FOLDER
    return Folder(place, "", kind, sum(inside.values()), len(below))


def _next(folder: str, below: str, uploads: str) -> str:
    """The beginning of ``folder`` that is one step longer than ``below``; itself where it is no longer."""
    if folder == uploads and not below:
        return folder
    begin = len(below)
    if not below and is_web_address(folder):
        begin = folder.index("://") + 3  # a site begins with its host
    return folder[: (folder.find("/", begin) + 1) or len(folder)] if begin or folder[:1] != "/" else _root(folder)


def _root(folder: str) -> str:
    """The first part of an absolute path, which begins with a slash."""
    return folder[: (folder.find("/", 1) + 1) or len(folder)]


def path_of(address: str) -> str:
    """The address up to the last slash of its path."""
    path = address.partition("?")[0]
    return path[: path.rfind("/") + 1]


def _named(folders: Iterable[Folder]) -> list[Folder]:
    """The folders with the shortest ends of their places that tell them apart."""
    folders = list(folders)
    names = {one.place: "" for one in folders}
    parts = {one.place: one.place.partition("://")[2].rstrip("/") or one.place.rstrip("/") for one in folders}
    length, open_ = 1, [one.place for one in folders if one.kind is not Kind.UPLOADS]
    while open_:
        ends = {place: "/".join(parts[place].strip("/").split("/")[-length:]) for place in open_}
        often = Counter(ends.values())
        for place, end in ends.items():
            names[place] = end or place
        open_ = [place for place in open_ if often[ends[place]] > 1 and ends[place] != parts[place].strip("/")]
        length += 1
    return [dataclasses.replace(one, name=names[one.place]) for one in folders]


def _order(folder: Folder) -> tuple[int, str]:
    return [Kind.UPLOADS, Kind.FOLDER, Kind.SITE].index(folder.kind), folder.name.lower()
