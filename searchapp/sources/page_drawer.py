"""Pages of originals for people to look at: drawn in the parser's process, kept for the next who asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cachetools import LRUCache

from searchapp.errors import NotFoundError, OverloadedError, SourceError
from searchapp.sources.parsed import PagePlace, ParserInput, ParserOptions
from searchapp.sources.sandbox import Sandbox

if TYPE_CHECKING:
    from searchapp.settings import Settings

Result = TypeVar("Result")

WIDTHS = (800, 1200, 1800, 2400)
"""Pixels that a page may be wide: few, so that drawn pages can be kept."""

KEPT_BYTES = 64 << 20
MOST_WAITING = 8
"""Requests that may wait for the process, which does one after the other."""


class PageDrawer:
    """Draws pages of PDFs and renders Markdown, in a process for each, which starts with the first.

    Every method takes the original's file and the name that messages call it by. They raise NotFoundError for a file
    that is gone, SourceError for one that cannot be shown, and OverloadedError when too many wait already.
    """

    def __init__(self, settings: Settings) -> None:
        self._max_bytes = settings.max_file_mb << 20
        sandbox = partial(
            Sandbox,
            timeout_seconds=settings.parse_timeout_seconds,
            memory_mb=settings.parse_memory_mb,
            options=ParserOptions(
                max_bytes=self._max_bytes,
                passwords=tuple(one.get_secret_value() for one in settings.document_passwords),
            ),
        )
        self._pages, self._markdown = sandbox(), sandbox()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._kept: LRUCache[Hashable, bytes] = LRUCache(KEPT_BYTES, getsizeof=len)
        self._lock = threading.Lock()

    def picture(self, path: Path, name: str, number: int, width: int) -> bytes:
        """Page ``number`` (from 1) of a PDF as a PNG, the next of ``WIDTHS`` above ``width`` wide."""
        width = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
        key = (*_version(path, name), number, width)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            return kept
        picture = self._ask(path, name, lambda source: self._pages.draw(source, number, width))
        with self._lock, suppress(ValueError):  # cachetools refuses what is larger than all that is kept
            self._kept[key] = picture
        return picture

    def place(self, path: Path, name: str, number: int, passage: str) -> PagePlace:
        """The size of page ``number``, and where on it ``passage`` stands."""
        return self._ask(path, name, lambda source: self._pages.place(source, number, passage))

    def html(self, path: Path, name: str) -> str:
        """A Markdown file as HTML that is safe to show."""
        return self._ask(path, name, self._markdown.html)

    def close(self) -> None:
        """End the processes; a later request starts new ones."""
        self._pages.close()
        self._markdown.close()

    def _ask(self, path: Path, name: str, ask: Callable[[ParserInput], Result]) -> Result:
        if not self._waiting.acquire(blocking=False):
            raise OverloadedError("drawing_busy")
        try:
            return ask(ParserInput(name, self._read(path, name)))
        finally:
            self._waiting.release()

    def _read(self, path: Path, name: str) -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(self._max_bytes + 1)
        except OSError as error:
            raise NotFoundError("original_missing", name=name) from error
        if len(data) > self._max_bytes:
            raise SourceError("original_too_large", name=name, mb=self._max_bytes >> 20)
        return data


def _version(path: Path, name: str) -> tuple[Hashable, ...]:
    """What changes when the file does."""
    try:
        status = path.stat()
    except OSError as error:
        raise NotFoundError("original_missing", name=name) from error
    return str(path), status.st_mtime_ns, status.st_size
