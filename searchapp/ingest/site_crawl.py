"""Web addresses that stand for their sites: the crawl is a part of reading, and what was queued survives its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from searchapp.errors import SourceError
from searchapp.ingest.lifecycle import enter, mark_unchanged, wanted_depth
from searchapp.ingest.retry import Run
from searchapp.messages import Message
from searchapp.model import DocumentEntry, DocumentState, Space
from searchapp.sources import BadTarget, SourceRef, reference
from searchapp.sources.source import normalise_address


class SiteCrawl:
    """The pages behind web addresses, for one run.

    ``depth`` holds for all of them; where it is 0, an address that was queued with a depth of its own has that one.
    """

    def __init__(self, run: Run, depth: int = 0) -> None:
        self._settings = run.settings
        self._store = run.store
        self._leases = run.leases
        self._version = run.originals.version
        self._retry = run.retry
        self._depth = depth
        self._left: list[DocumentEntry] = []
        self._reached: set[str] = set()
        self._begun: set[str] = set()
        self._groups: dict[str, tuple[str, ...]] = {}
        self._copies: set[str] = set()

    def pages(self, address: str, space: Space = None) -> Iterator[SourceRef | BadTarget]:
        """The page at ``address``, or all pages of its site (``discover`` asks for them).

        The first page of a site that was queued is acquired at once, so that nobody else crawls the site, and comes
        last: a run that ends before that is begun again, and what was read by then costs one 304 a page.
        """
        from searchapp.sources.site import Crawler

        start = reference(address, space)
        known = self._store.entry(start.id)
        while known is not None and wanted_depth(known) and not self._acquire(start, known):
            if not self._leases.free([known]):
                yield start  # another process is on it
                return
            known = self._store.entry(start.id)
        queued = wanted_depth(known)
        depth = self._depth or queued
        if not depth:
            yield start
            return
        if queued:
            self._begun.add(start.id)
        first: SourceRef | BadTarget | None = None
        is_deleted = partial(self._is_deleted, start.id) if queued else lambda: False
        crawler = Crawler(self._settings, depth, self._version, self._retry.pause, space, is_deleted)
        for found in crawler.pages(address):
            if isinstance(found, SourceRef):
                self._reached.add(address)
            if known is not None and queued:
                self._groups[found.id] = known.readers if found.id == start.id else known.groups
            if found.id == start.id and queued:
                first = found
            else:
                yield found
        self._copies |= crawler.copies
        if known is None or not queued or not self._retry.pause(0):
            return  # a crawl that was stopped has not met all pages: the site stays queued
        if first is not None:
            yield first
        else:
            self._left.append(known)

    def _is_deleted(self, document_id: str) -> bool:
        return self._store.entry(document_id) is None

    def _acquire(self, start: SourceRef, known: DocumentEntry) -> bool:
        entry = enter(start, known, DocumentState.RUNNING, known.readers)
        return start.id in self._leases.acquire([(known, entry)], is_try=False)

    def began(self, document_id: str) -> bool:
        """Whether the document is the first page of a queued site that this run crawls."""
        return document_id in self._begun

    def groups_of(self, document_id: str) -> tuple[str, ...] | None:
        """The groups that a queued site was queued for, of one of its pages; None for any other document."""
        return self._groups.get(document_id)

    def finalize(self) -> None:
        """End the wait of addresses that turned out to be no page: they lead to another, or ask not to be indexed."""
        for entry in self._left:
            self._leases.finalize({entry.id: mark_unchanged(entry) if entry.chunks else None})

    def place(self, target: str) -> str:
        """The folder of a site's address, below which its pages are synchronised; empty where no page was met."""
        try:
            address = normalise_address(target)
        except SourceError:
            return ""
        return address[: address.rfind("/") + 1] if address in self._reached else ""

    def gone(self, place: str, pages: Sequence[str]) -> Iterator[str]:
        """Those of the pages that the site below ``place`` no longer has, or has as copies of others."""
        from searchapp.sources.site import Crawler

        yield from (page for page in pages if page in self._copies)
        pages = [page for page in pages if page not in self._copies]
        if pages:
            self._retry.say(Message("asking_for_pages", place=place, n=len(pages)))
            yield from Crawler(self._settings, self._depth, self._version).gone(place, pages)
            self._retry.say(None)
