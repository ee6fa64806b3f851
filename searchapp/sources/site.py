"""A site instead of one page: follows links within one host, as far as asked, politely, and by the site's own rules."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from searchapp.errors import SourceError
from searchapp.model import Space
from searchapp.sources.crawl import Crawl, StoppedError
from searchapp.sources.source import BadTarget, PageVersion, SourceRef

if TYPE_CHECKING:
    from searchapp.settings import Settings


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return True


class Crawler:
    """Finds the pages of sites, for ``discover``.

    ``depth`` is how many links a page may lie away from the address that was named. ``version`` tells what is held of
    a page, by its document's id: such a page is asked for conditionally, and its links are known. ``pause`` waits so
    many seconds between two requests; the crawl ends when it returns False. ``space`` as in ``document_id``,
    ``given_up`` as in ``web.fetch``.
    """

    def __init__(
        self,
        settings: Settings,
        depth: int,
        version: Callable[[str], PageVersion | None] = lambda _: None,
        pause: Callable[[float], bool] = _sleep,
        space: Space = None,
        given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings = settings
        self._depth = depth
        self._version = version
        self._pause = pause
        self._space = space
        self._given_up = given_up
        self.copies: set[str] = set()
        """Addresses that lead to copies of other pages, and are left out for it."""

    def pages(self, address: str) -> Iterator[SourceRef | BadTarget]:
        """The site's pages from ``address`` on, each one once, nearest first. Nothing is raised."""
        with self._crawl(address) as crawl, contextlib.suppress(StoppedError):
            yield from crawl.pages()
            self.copies |= crawl.copies.left_out

    def gone(self, address: str, pages: Sequence[str]) -> Iterator[str]:
        """Those of ``pages``, of the site at ``address``, of which its server says that they do not exist (404, 410).

        What robots.txt closes is not asked for, and an error of the server's says nothing. Nothing is raised.
        """
        with self._crawl(address) as crawl, contextlib.suppress(StoppedError, SourceError):
            yield from crawl.gone(pages)

    @contextlib.contextmanager
    def _crawl(self, address: str) -> Iterator[Crawl]:
        from searchapp.sources.loader import Loader

        with Loader(self._settings) as loader:
            yield Crawl(
                self._settings, self._depth, self._version, loader, address, self._pause, self._space, self._given_up
            )
