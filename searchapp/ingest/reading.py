"""The first stage: sources are found, compared with the registry; what is new is acquired, and parsed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from searchapp.ingest.archives import Archives
from searchapp.ingest.batches import Finished, Item
from searchapp.ingest.compare import Candidate, Comparer
from searchapp.ingest.fetching import HostFetches
from searchapp.ingest.lifecycle import Source, enter, request_again
from searchapp.ingest.parsing import Parser
from searchapp.ingest.retry import Run
from searchapp.ingest.site_crawl import SiteCrawl
from searchapp.messages import Message
from searchapp.model import DocumentEntry, DocumentState, Space, document_id
from searchapp.sources import Links, SourceRef, discover
from searchapp.sources.passed_over import PassedOver

GROUP_DOCUMENTS = 64
GROUP_SECONDS = 0.5
"""Sources looked up in the registry at once; a slow search for sources (a crawl) waits no longer for more."""

GROUP_BYTES = 16 << 20
"""Original bytes that are held at once, before they are parsed."""

WAIT_SECONDS = 1.0
"""Between two looks at documents that another process works on."""

T = TypeVar("T")
_Page: TypeAlias = "tuple[Source, DocumentEntry | None]"


class Reader:
    """Reads sources for one run. What was ``queued`` is left to other processes that work on it."""

    def __init__(
        self,
        run: Run,
        comparer: Comparer,
        parser: Parser,
        crawl: SiteCrawl,
        archives: Archives,
        *,
        queued: bool,
        passed: PassedOver | None = None,
    ) -> None:
        self._store = run.store
        self._leases = run.leases
        self._retry = run.retry
        self._comparer = comparer
        self._parser = parser
        self._crawl = crawl
        self._queued = queued
        self._archives = archives
        own = str(run.settings.data_dir.absolute())
        self._links = Links(run.settings.follow_links, named=not queued, passed=passed, own=own)
        self._fetches: HostFetches[_Page, Finished | Candidate] = HostFetches(
            lambda page: comparer.compare(*page), lambda page: page[0].source
        )
        self._known: set[str] = set()
        self._elsewhere: dict[str, Source] = {}
        self.seen: set[str] = set()
        """Ids of all documents that this run came across."""

    def read(self, targets: Sequence[str]) -> Iterator[Item]:
        """Every document behind ``targets``, in their order but for slow ones (``Overtaking``).

        Those that another process works on come last. What was queued is named by its id.
        """
        with contextlib.closing(self._parser):
            yield from self._read(self._queued_sources(targets) if self._queued else {None: targets})

    def _read(self, targets: Mapping[Space, Sequence[str]]) -> Iterator[Item]:
        found = (
            source
            for space, names in targets.items()
            for source in discover(
                names, partial(self._crawl.pages, space=space), space, self._links, self._archives.members
            )
        )
        for group in group_sources(found):
            self.seen.update(source.id for source in group)
            yield from self._read_group(group)
        self._links.tell()
        yield from self._parser.rest()
        self._crawl.finalize()
        self._forget_folders(targets.get(None, ()))
        if self._elsewhere:
            self._retry.say(Message("waiting_for_processes", n=len(self._elsewhere)))
            yield from self._read_elsewhere()
            self._retry.say(None)

    def _queued_sources(self, ids: Sequence[str]) -> Mapping[Space, Sequence[str]]:
        """The sources of the documents that the registry knows, as it did when they were queued, by their spaces.

        The others have been deleted.
        """
        known = self._store.known_entries(ids)
        self._known.update(ids)
        sources: dict[Space, list[str]] = {}
        for entry in (known[id_] for id_ in dict.fromkeys(ids) if id_ in known):
            sources.setdefault(entry.space, []).append(entry.source)
        return sources

    def _forget_folders(self, targets: Sequence[str]) -> None:
        """A folder that could not be read stands in the registry, failed or queued again; it can be read now."""
        folders = {document_id(os.path.abspath(one)) for one in targets if "://" not in one and os.path.isdir(one)}  # noqa: PTH100, PTH112 - as discovery does
        known = self._store.known_entries(folders - self.seen)
        self._store.forget([entry.id for entry in known.values() if not entry.chunks])

    def _read_elsewhere(self) -> Iterator[Item]:
        while self._elsewhere and self._retry.pause(WAIT_SECONDS):
            known = self._store.known_entries(list(self._elsewhere))
            deleted = self._elsewhere.keys() - known.keys()  # what was only given back would be queued
            free = [*deleted, *self._leases.free(known.values())]
            yield from self._read_group([self._elsewhere.pop(id_) for id_ in free])
            yield from self._parser.rest()

    def _read_group(self, group: Sequence[Source]) -> Iterator[Item]:
        known = self._store.known_entries([source.id for source in group])
        self._known.update(known)
        free = set(self._leases.free(known.values()))
        pages: list[_Page] = []
        candidates: list[Candidate] = []
        size = 0

        def takes(compared: Finished | Candidate) -> Iterator[Item]:
            nonlocal candidates, size
            if isinstance(compared, Finished):
                yield compared
                return
            candidates.append(compared)
            size += len(compared.raw.data)
            if size >= GROUP_BYTES:
                yield from self._take(candidates)
                candidates, size = [], 0

        for source in group:
            entry = known.get(source.id)
            began = self._crawl.began(source.id)
            if entry is None and (source.id in self._known or began):
                continue  # it was deleted
            if entry is not None and source.id not in free:
                yield from self._leave_to_another(source)
                continue
            if began:
                yield from self._parser.rest()  # the site is done when all of its pages are
            if entry is not None and entry.state is DocumentState.QUEUED and entry.depth:
                continue  # a site of its own, which waits to be crawled
            if isinstance(source, SourceRef) and source.is_url and source.fetched is None and not began:
                pages.append((source, entry))
            else:
                yield from takes(self._comparer.compare(source, entry))
        for compared in self._fetches.results(pages):
            yield from takes(compared)
        yield from self._take(candidates)

    def _take(self, candidates: list[Candidate]) -> Iterator[Item]:
        """Acquire, then parse and chunk one by one; bytes are let go of as soon as they are parsed."""
        if not candidates:
            return
        won = self._leases.acquire(
            [(one.known, enter(one.raw.ref, one.known, DocumentState.RUNNING, one.groups)) for one in candidates]
        )
        renames = self._comparer.find_renames([one for one in candidates if one.id in won])
        lost = [one.raw.ref for one in candidates if one.id not in won]
        candidates.reverse()
        while candidates:
            one = candidates.pop()
            if one.id in renames:
                yield renames[one.id]
            elif one.id in won:
                yield from self._parser.add(one)
        if lost:
            yield from self._read_group(lost)  # what they are in the registry has changed while they were read

    def _leave_to_another(self, source: Source) -> Iterator[Item]:
        """Another process works on it, perhaps on older bytes: it must be looked at once more when that is done."""
        if not request_again(self._store, source.id):
            yield from self._read_group([source])  # nobody works on it any more
        elif not self._queued:
            self._elsewhere[source.id] = source


def group_sources(sources: Iterator[T]) -> Iterator[list[T]]:
    """The sources, in groups that are looked up in the registry at once."""
    group: list[T] = []
    started = time.monotonic()
    for source in sources:
        group.append(source)
        if len(group) >= GROUP_DOCUMENTS or time.monotonic() - started > GROUP_SECONDS:
            yield group
            group, started = [], time.monotonic()
    if group:
        yield group
