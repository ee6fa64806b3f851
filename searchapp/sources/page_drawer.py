"""Pages of originals for people to look at: drawn in the parser's process, kept for the next who asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cachetools import LRUCache

from searchapp.errors import NotFoundError, OverloadedError, SourceError
from searchapp.sources.parsed import PagePlace, ParserInput, ParserOptions, Sheets, TextLayer
from searchapp.sources.sandbox import Sandbox

if TYPE_CHECKING:
    from searchapp.settings import Settings

Result = TypeVar("Result")

WIDTHS = (200, 800, 1200, 1800, 2400)
"""Pixels that a page may be wide: few, so that drawn pages can be kept. The first is for a panel of small pages."""

KEPT_BYTES = 64 << 20
KEPT_RUNS = 200_000
"""Stretches of text that are kept, of some 300 bytes each: a thousand pages."""

KEPT_SHEETS = 100
"""Documents of which the sizes of the pages are kept."""

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
        self._kept_layers: LRUCache[Hashable, TextLayer] = LRUCache(KEPT_RUNS, getsizeof=lambda one: 1 + len(one.runs))
        self._kept_sheets: LRUCache[Hashable, tuple[Sheets, str]] = LRUCache(KEPT_SHEETS)
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

    def sheets(self, path: Path, name: str) -> tuple[Sheets, str]:
        """The sizes of a PDF's pages, and the SHA-256 of the file as it is now."""
        key = _version(path, name)
        with self._lock:
            kept = self._kept_sheets.get(key)
        if kept is None:
            kept = self._ask(path, name, lambda source: (self._pages.sheets(source), sha256(source.data).hexdigest()))
            with self._lock:
                self._kept_sheets[key] = kept
        return kept

    def layers(self, path: Path, name: str, first: int, most: int) -> tuple[TextLayer, ...]:
        """The text of ``most`` pages from ``first`` (from 1) on, or of fewer; never of none."""
        version = _version(path, name)
        with self._lock:
            found = (self._kept_layers.get((*version, number)) for number in range(first, first + most))
            kept = tuple(layer for layer in takewhile(_is_there, found) if layer)
        if kept:
            return kept  # who asked asks again for what comes behind them
        read = self._ask(path, name, lambda source: self._pages.layers(source, first, most))
        with self._lock, suppress(ValueError):
            for layer in read:
                self._kept_layers[(*version, layer.page)] = layer
        return read

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


def _is_there(layer: TextLayer | None) -> bool:
    return layer is not None


def _version(path: Path, name: str) -> tuple[Hashable, ...]:
    """What changes when the file does."""
    try:
        status = path.stat()
    except OSError as error:
        raise NotFoundError("original_missing", name=name) from error
    return str(path), status.st_mtime_ns, status.st_size
