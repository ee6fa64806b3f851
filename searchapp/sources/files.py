"""What a person names (files, folders, web addresses) becomes sources, in a stable order; and how a file is read."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import Space, document_id
from searchapp.sources.sniff import OUTDATED_SUFFIXES, SUFFIXES
from searchapp.sources.source import BadTarget, SourceRef, normalise_address, reference, shown

Crawl: TypeAlias = Callable[[str], Iterable[SourceRef | BadTarget]]
log = logging.getLogger(__name__)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+://", re.IGNORECASE)


@dataclass(slots=True)
class Links:
    """What becomes of symbolic links that lead out of the folder that is walked: somebody else may have put them there.

    ``follow``: they are followed. ``named``: the targets were named by a person just now, so that a link among them is
    meant; of what waited in a queue nobody knows that.
    """

    follow: bool = False
    named: bool = True
    left: list[str] = field(default_factory=list)
    """Those that were not followed."""

    def tell(self) -> None:
        """Say what was left, once."""
        if self.left:
            log.warning("%s", Message("links_left", n=len(self.left), first=_shown(self.left[0])).whole)
            self.left.clear()

    def root_of(self, path: Path) -> str:
        """The folder that ``path`` must lie in, a target; empty where its links are followed."""
        if self.follow or (self.named and not path.is_dir()):
            return ""
        return os.path.realpath(path if self.named else path.parent)


def discover(
    targets: Iterable[str], crawl: Crawl | None = None, space: Space = None, links: Links | None = None
) -> Iterator[SourceRef | BadTarget]:
    """Find the sources behind ``targets``, lazily, each one once.

    A folder is walked in the order of names; hidden entries, unsupported suffixes and links back up are skipped. A file
    named on its own is taken whatever its suffix. What cannot be a source comes as a ``BadTarget`` in its place, and
    the walk goes on; nothing is raised. Links are not resolved, so a document keeps its id when a link is
    pointed at a newer release; those that lead out of the folder that is walked are left, unless ``links`` says
    otherwise. With ``crawl`` (``Crawler.pages``) a web address stands for its site. ``space`` as in ``document_id``.
    """
    seen: set[str] = set()
    for target in targets:
        for found in _expand(target, crawl, space, links or Links()):
            if found.id not in seen:
                seen.add(found.id)
                yield found


def read_file(path: Path, max_bytes: int, within: str = "") -> tuple[bytes, dt.datetime | None]:
    """A file's bytes and when it was changed, in UTC.

    Raises SourceError when it is not there, may not be read, is no file, is larger than ``max_bytes``, or lies, links
    followed, outside ``within`` where that is given (``SourceRef.within``).
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not_a_file", name=path)
        if status.st_size > max_bytes:
            raise SourceError("file_too_large", name=path, mb=max_bytes >> 20)
        with path.open("rb") as file:
            # Asked of what is open: a name may become a link between two questions.
            if within and not lies_in(_path_of(file.fileno(), path), within):
                raise SourceError("link_leads_out", name=path)
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise SourceError("path_missing", name=path) from error
    except PermissionError as error:
        raise SourceError("path_forbidden", name=path) from error
    except OSError as error:
        reason = (error.strerror or "input error").lower()
        raise SourceError("file_unreadable", name=path, why=reason) from error
    if len(data) > max_bytes:  # it grew since it was measured
        raise SourceError("file_too_large", name=path, mb=max_bytes >> 20)
    return data, _utc(status.st_mtime)


def lies_in(path: str, root: str) -> bool:
    """Whether a path, its links resolved, is ``root`` or lies below it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _path_of(descriptor: int, path: Path) -> str:
    """Where an open file lies, its links resolved; where the system does not tell, as its name leads now."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - as text
    except OSError:
        return os.path.realpath(path)


def _expand(target: str, crawl: Crawl | None, space: Space, links: Links) -> Iterator[SourceRef | BadTarget]:
    if _SCHEME.match(target):
        try:
            address = normalise_address(target)
        except SourceError as error:
            yield _bad(shown(target), error, space)
        else:
            yield from crawl(address) if crawl else (reference(address, space),)
        return
    if not target.strip() or "\x00" in target:
        yield _bad(target, SourceError("name_empty"), space)
        return
    path = Path(os.path.abspath(target))  # noqa: PTH100 - Path.absolute keeps "..", Path.resolve follows links
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        yield _bad(str(path), SourceError("path_missing", name=_shown(path)), space)
    except OSError as error:
        yield _bad(str(path), _cannot(path, error), space)
    else:
        if stat.S_ISDIR(mode):
            yield from _walk(path, space, links)
        elif stat.S_ISREG(mode):
            yield _file(path, space, links.root_of(path))
        else:
            yield _bad(str(path), SourceError("neither_file_nor_folder", name=_shown(path)), space)


def _walk(top: Path, space: Space, links: Links) -> Iterator[SourceRef | BadTarget]:
    root = links.root_of(top)
    visited: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                continue  # a link to a folder that was walked already, its own parent perhaps
            visited.add((status.st_dev, status.st_ino))
            entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        except OSError as error:
            yield _bad(str(folder), _cannot(folder, error), space)
            continue
        folders = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if root and entry.is_symlink() and not lies_in(os.path.realpath(entry), root):
                links.left.append(str(entry))
            elif _is(entry, stat.S_ISDIR):
                folders.append(entry)
            elif is_supported(entry) and _is(entry, stat.S_ISREG):
                yield _file(entry, space, root)
        waiting.extend(reversed(folders))


def _is(path: Path, kind: object) -> bool:
    try:
        return bool(kind(path.stat().st_mode))  # type: ignore[operator]
    except OSError:
        return False  # a dangling link, or gone since it was listed


def is_supported(path: Path) -> bool:
    """Whether a folder's file of this name is taken."""
    name = path.name.lower().removesuffix(".gz")
    return any(name.endswith(suffix) and name != suffix for suffix in (*SUFFIXES, *OUTDATED_SUFFIXES))


def _file(path: Path, space: Space, within: str) -> SourceRef | BadTarget:
    source = str(path)
    if _shown(path) != source:
        return _bad(source, SourceError("name_not_text", name=_shown(path)), space)
    return reference(source, space, within)


def _bad(source: str, error: SourceError, space: Space) -> BadTarget:
    return BadTarget(_shown(source), document_id(source, space), error, space)


def _shown(source: str | Path) -> str:
    """The name as text that can be printed and stored; undecodable bytes of it become U+FFFD."""
    return str(source).encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def _cannot(path: Path, error: OSError) -> SourceError:
    if isinstance(error, PermissionError):
        return SourceError("path_forbidden", name=_shown(path))
    return SourceError("path_unreadable", name=_shown(path), why=(error.strerror or "input error").lower())


def _utc(timestamp: float) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(timestamp, tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None  # a date outside the calendar, as broken archives leave them
