"""One walk through one site: what it holds, in which order, and what of it is read."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from searchapp.errors import SourceError
from searchapp.model import Space
from searchapp.sources.copies import Copies
from searchapp.sources.parsed import ParserInput
from searchapp.sources.sniff import is_page_address
from searchapp.sources.source import BadTarget, PageVersion, SourceRef, reference, shown
from searchapp.sources.web import GoneError, NotThereError

if TYPE_CHECKING:
    from searchapp.settings import Settings
    from searchapp.sources.loader import Loader
    from searchapp.sources.source import RawSource

LARGEST_CARRIED = 1 << 20
"""A page larger than this is fetched again when its turn comes, rather than held in memory until then."""

LARGEST_ROBOTS = 500 * 1024
"""What RFC 9309 asks a crawler to read at least."""

MOST_SITEMAPS = 50
LONGEST_DELAY = 30.0
"""A site that asks for longer pauses is served with this one; its robots.txt can forbid what it does not want read."""

_MEDIA = frozenset(
    ".png .jpg .jpeg .gif .webp .avif .svg .ico .bmp .tif .tiff .mp3 .ogg .wav .mp4 .webm .mov .avi .css .js .mjs .map"
    " .json .xml .rss .atom .woff .woff2 .ttf .eot .zip .gz .tgz .tar .bz2 .xz .7z .rar .exe .msi .dmg .iso .deb .rpm"
    " .apk .jar .whl .bin".split()
)
"""Links that lead to no document; they are not even asked for."""

_HTML_TYPES = ("text/html", "application/xhtml+xml")
log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The crawl was asked to end while it paused."""


class Crawl:
    """One walk through one site."""

    def __init__(
        self,
        settings: Settings,
        depth: int,
        version: Callable[[str], PageVersion | None],
        loader: Loader,
        start: str,
        pause: Callable[[float], bool],
        space: Space,
        given_up: Callable[[], bool],
    ) -> None:
        self._most = settings.crawl_max_pages
        self._delay = settings.crawl_delay_seconds
        self._depth = depth
        self._version = version
        self._loader = loader
        self._start = start
        self._wait = pause
        self._space = space
        self._given_up = given_up
        self._host = urlsplit(start).netloc
        self._robots = ""
        self._waiting: deque[tuple[str, int]] = deque()
        self._seen: set[str] = set()
        self._pending: set[str] = set()  # of those waiting
        self.copies = Copies()
        self._last_request = float("-inf")

    def pages(self) -> Iterator[SourceRef | BadTarget]:
        """As ``Crawler.pages``; raises StoppedError."""
        try:
            sitemaps = self._read_robots()
        except SourceError as error:
            yield self._bad(self._start, error)
            return
        self._add([self._start], 0)
        if not self._waiting:
            yield self._bad(self._start, SourceError("site_closed_to_programs", url=shown(self._start)))
            return
        found = 0
        while self._waiting and found < self._most:
            address, depth = self._waiting.popleft()
            self._pending.discard(address)
            result = self._page(address, depth)
            if address == self._start and self._depth:
                self._add(self._in_sitemaps(sitemaps), 1)
            for one in (*([result] if result else []), *self.copies.released(address)):
                found += 1
                yield one
        yield from self.copies.rest()
        if self.copies.left_out:
            log.info("%d pages of %s are copies of others and were left out.", len(self.copies.left_out), self._host)
        if self._waiting:
            log.warning(
                "The crawl of %s ended after %d pages; SEARCHAPP_CRAWL_MAX_PAGES allows more.", self._host, found
            )

    def gone(self, pages: Sequence[str]) -> Iterator[str]:
        """As ``Crawler.gone``; raises StoppedError, and SourceError where robots.txt cannot be read."""
        self._read_robots()
        self._add(pages, 0)
        while self._waiting:
            address, _ = self._waiting.popleft()
            self._pause()
            try:
                self._read(page := self._ref(address), self._version(page.id))
            except GoneError:
                yield address
            except SourceError:
                continue

    def _page(self, address: str, depth: int) -> SourceRef | BadTarget | None:
        """The source at ``address``, its links noted; None for what is no page of this site."""
        if not is_page_address(address):
            self._pause()  # who takes it fetches it at once
            return self._ref(address)  # a PDF, say: it has no links to follow
        held = self._version(self._ref(address).id)
        if held is not None and ((held.links is None and depth < self._depth) or held.sketch is None):
            held = None
        try:
            raw = self._fetch(address, held)
            if raw is None:
                return None
            is_indexed, raw = self._with_links(raw, depth)
        except NotThereError as error:
            return self._bad(address, error) if address == self._start else None  # a broken link is not a document
        except SourceError as error:
            return self._bad(address, error)
        if not is_indexed or self._is_held_back(raw, depth):
            return None
        ref = raw.ref
        return dataclasses.replace(ref, fetched=raw) if len(raw.data) <= LARGEST_CARRIED else ref

    def _is_held_back(self, raw: RawSource, depth: int) -> bool:
        """Whether a page is another one's copy, or names one that has still to be read."""
        canonical, text = (raw.version.canonical, raw.version.sketch or ()) if raw.version else ("", ())
        if canonical and not raw.not_modified and urlsplit(canonical).netloc == self._host:
            self._add([canonical], depth)
            if canonical in self._pending:
                self.copies.wait(raw.ref, text, canonical)
                return True
            if self.copies.is_copy(raw.address, text, canonical):
                return True
        self.copies.read(raw.address, text)
        return False

    def _fetch(self, address: str, held: PageVersion | None) -> RawSource | None:
        """The page under the address that answers in the end; None when that is another site's or was met before."""
        self._pause()
        raw = self._read(self._ref(address), held)
        if raw.address == address:
            return raw
        if address == self._start and urlsplit(raw.address).netloc != self._host:
            self._host = urlsplit(raw.address).netloc  # example.org that lives at www.example.org
            self._read_robots()
        if urlsplit(raw.address).netloc != self._host or (raw.address in self._seen and address != raw.address):
            return None
        self._seen.add(raw.address)
        return dataclasses.replace(raw, ref=self._ref(raw.address))

    def _with_links(self, raw: RawSource, depth: int) -> tuple[bool, RawSource]:
        """Whether the page may be indexed, and the page with its links in its version, which are queued."""
        if raw.not_modified:
            links: Iterable[str] = (raw.version.links or ()) if raw.version else ()
            is_indexed = True
        elif raw.content_type.partition(";")[0].strip().lower() in _HTML_TYPES or not raw.content_type:
            answer = self._loader.site("links", ParserInput(raw.address, raw.data, raw.content_type))
            links, is_indexed = answer.addresses, answer.is_indexed
            version = dataclasses.replace(
                raw.version or PageVersion(raw.content_hash),
                links=answer.addresses,
                canonical="".join(answer.canonical),
                sketch=answer.sketch,
            )
            raw = dataclasses.replace(raw, version=version)
        else:
            version = dataclasses.replace(raw.version or PageVersion(raw.content_hash), sketch=())
            return True, dataclasses.replace(raw, version=version)
        if depth < self._depth:
            self._add(links, depth + 1)
        return is_indexed, raw

    def _add(self, addresses: Iterable[str], depth: int) -> None:
        """Queue those of the site's addresses that are new and allowed."""
        fresh = [
            address
            for address in dict.fromkeys(addresses)
            if address not in self._seen
            and urlsplit(address).netloc == self._host
            and PurePosixPath(urlsplit(address).path).suffix.lower() not in _MEDIA
        ]
        self._seen.update(fresh)
        if self._robots and fresh:
            asked = ParserInput(self._start, self._robots.encode())
            fresh = list(self._loader.site("robots", asked, fresh).addresses)
        self._waiting.extend((address, depth) for address in fresh)
        self._pending.update(fresh)

    def _read_robots(self) -> tuple[str, ...]:
        """Read the site's rules, and return the addresses of its sitemaps.

        No robots.txt (4xx) allows everything; one that cannot be read (5xx, no answer) forbids everything: RFC 9309.
        """
        address = urljoin(f"{urlsplit(self._start).scheme}://{self._host}", "/robots.txt")
        usual = (urljoin(address, "/sitemap.xml"),)
        try:
            data = self._read(self._ref(address)).data[:LARGEST_ROBOTS]
        except NotThereError:
            return usual
        self._robots = data.decode("utf-8", errors="replace")
        answer = self._loader.site("robots", ParserInput(address, data))
        self._delay = max(self._delay, min(answer.delay, LONGEST_DELAY))
        return answer.sitemaps or usual

    def _in_sitemaps(self, sitemaps: Iterable[str]) -> list[str]:
        """The pages that the site lists itself, as far as they lie below the folder of the address that was named."""
        below = self._start[: self._start.rfind("/") + 1]
        waiting, read, found = deque(sitemaps), 0, dict[str, None]()
        while waiting and read < MOST_SITEMAPS and len(found) < self._most:
            address = waiting.popleft()
            if urlsplit(address).netloc != self._host:
                continue
            read += 1
            try:
                self._pause()
                raw = self._read(self._ref(address))
                answer = self._loader.site("sitemap", ParserInput(raw.address, raw.data, raw.content_type))
            except SourceError:
                continue  # most sites have none, and a broken one costs only itself
            waiting.extend(answer.sitemaps)
            found.update((page, None) for page in answer.addresses if page.startswith(below))
        return list(found)

    def _pause(self) -> None:
        rest = self._last_request + self._delay - time.monotonic()
        if rest > 0 and not self._wait(rest):
            raise StoppedError
        self._last_request = time.monotonic()

    def _read(self, page: SourceRef, held: PageVersion | None = None) -> RawSource:
        if self._given_up():
            raise StoppedError
        return self._loader.read(page, held, self._given_up)

    def _ref(self, address: str) -> SourceRef:
        return reference(address, self._space)

    def _bad(self, address: str, error: SourceError) -> BadTarget:
        return BadTarget(address, self._ref(address).id, error, self._space)
