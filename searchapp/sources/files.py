"""What a person names (files, folders, web addresses) becomes sources, in a stable order; and how a file is read."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeAlias

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType, Space, document_id
from searchapp.sources.passed_over import PassedOver, is_generated, is_text_by_name, is_unseen
from searchapp.sources.sniff import ARCHIVE_SUFFIXES, SUFFIXES, likely_type
from searchapp.sources.source import BadTarget, SourceRef, normalise_address, reference, shown
from searchapp.sources.stated import described

Crawl: TypeAlias = Callable[[str], Iterable[SourceRef | BadTarget]]
Unpack: TypeAlias = Callable[[SourceRef, str], Iterable[SourceRef | BadTarget]]
"""Gives an archive and its members, or of these the one whose source is named."""
log = logging.getLogger(__name__)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]+://", re.IGNORECASE)


@dataclass(slots=True)
class Links:
    """What becomes of symbolic links that lead out of the folder that is walked: somebody else may have put them there.

    ``follow``: they are followed. ``named``: the targets were named by a person just now, so that a link among them is
    meant; of what waited in a queue nobody knows that. ``passed`` counts the files of folders that are no documents;
    who gives one says what it counted. ``own`` is our data folder, which holds no documents of anybody's.
    """

    follow: bool = False
    named: bool = True
    left: list[str] = field(default_factory=list)
    """Those that were not followed."""
    passed: PassedOver | None = None
    own: str = ""
    _unsaid: PassedOver = field(default_factory=PassedOver)

    def pass_over(self, name: str, *, is_empty: bool = False) -> None:
        """Count a file that is no document."""
        (self._unsaid if self.passed is None else self.passed).add(_shown(name), is_empty=is_empty)

    def tell(self) -> None:
        """Say what was left, once."""
        if self.left:
            log.warning("%s", Message("links_left", n=len(self.left), first=_shown(self.left[0])).whole)
            self.left.clear()
        if (sentence := self._unsaid.message()) is not None:
            log.warning("%s", sentence)
            self._unsaid = PassedOver()

    def root_of(self, path: Path) -> str:
        """The folder that ``path`` must lie in, a target; empty where its links are followed."""
        if self.follow or (self.named and not path.is_dir()):
            return ""
        return os.path.realpath(path if self.named else path.parent)


def discover(
    targets: Iterable[str],
    crawl: Crawl | None = None,
    space: Space = None,
    links: Links | None = None,
    unpack: Unpack | None = None,
) -> Iterator[SourceRef | BadTarget]:
    """Find the sources behind ``targets``, lazily, each one once.

    A folder is walked in the order of names; hidden entries and links back up are skipped, and so are unsupported
    suffixes and folders that programs fill, which ``links`` counts. A file named on its own is taken whatever its
    suffix. What cannot be a source comes as a ``BadTarget`` in its place, and the walk goes on; nothing is raised.
    Links are not resolved, so a document keeps its id when a link is pointed at a newer release; those that lead out of
    the folder that is walked are left, unless ``links`` says otherwise. With ``crawl`` (``Crawler.pages``) a web
    address stands for its site, with ``unpack`` (``Archives.members``) an archive for itself and its members. ``space``
    as in ``document_id``.
    """
    seen: set[str] = set()
    for target in targets:
        for found in _unpacked(_expand(target, crawl, space, links or Links()), unpack):
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
        archive = archive_of(path) if isinstance(error, NotADirectoryError) else ""
        if archive:
            yield SourceRef(str(path), document_id(str(path), space), space, archive=archive)
        else:
            yield _bad(str(path), _cannot(path, error), space)
    else:
        if stat.S_ISDIR(mode):
            yield from _walk(path, space, links)
        elif about := described(path):
            yield from _expand(str(about), crawl, space, links)
        elif stat.S_ISREG(mode):
            yield _file(path, space, links.root_of(path))
        else:
            yield _bad(str(path), SourceError("neither_file_nor_folder", name=_shown(path)), space)


def _unpacked(sources: Iterable[SourceRef | BadTarget], unpack: Unpack | None) -> Iterator[SourceRef | BadTarget]:
    for one in sources:
        if unpack is None or isinstance(one, BadTarget) or not (one.archive or holds_members(one)):
            yield one
        elif one.archive:
            yield from unpack(reference(one.archive, one.space, one.within), one.source)
        else:
            yield from unpack(one, "")


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
            if is_unseen(entry.name) or str(entry) == links.own:
                continue
            if root and entry.is_symlink() and not lies_in(os.path.realpath(entry), root):
                links.left.append(str(entry))
            elif _is(entry, stat.S_ISDIR):
                if is_generated(entry.name):
                    links.pass_over(f"{entry.relative_to(top)}/")
                else:
                    folders.append(entry)
            elif not _is(entry, stat.S_ISREG):
                continue  # a dangling link, a socket
            elif described(entry):
                continue  # it is read with what it describes
            elif likely_type(entry.name) is SourceType.CODE and not entry.stat().st_size:
                links.pass_over(str(entry.relative_to(top)), is_empty=True)  # the mark of a package
            elif is_supported(entry):
                yield _file(entry, space, root)
            else:
                links.pass_over(str(entry.relative_to(top)))
        waiting.extend(reversed(folders))


def _is(path: Path, kind: object) -> bool:
    try:
        return bool(kind(path.stat().st_mode))  # type: ignore[operator]
    except OSError:
        return False  # a dangling link, or gone since it was listed


def is_supported(path: PurePath) -> bool:
    """Whether a folder's file of this name is taken."""
    name = path.name.lower().removesuffix(".gz")
    suffix = PurePosixPath(name).suffix
    return suffix in SUFFIXES or (not suffix and is_text_by_name(name))


def holds_members(ref: SourceRef) -> bool:
    """Whether a source is an archive by its name, whose members are documents of their own."""
    return not ref.is_url and PurePosixPath(ref.source.lower().removesuffix(".gz")).suffix in ARCHIVE_SUFFIXES


def archive_of(path: Path) -> str:
    """The archive that a path leads into; empty for all others."""
    file = next((one for one in path.parents if one.is_file()), None)
    return str(file) if file is not None and holds_members(reference(str(file))) else ""


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


def id_of(named: str) -> str:
    """The id of a document that is named by its id, or by the path or address that it was read from."""
    if re.fullmatch(r"[0-9a-f]{20}", named):
        return named
    return next((found.id for found in discover([named])), named)
