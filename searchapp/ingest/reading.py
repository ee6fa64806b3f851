"""The first stage: sources are found, read, compared with the registry; what is new is claimed, parsed and chunked."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from searchapp.errors import SourceError
from searchapp.ingest import entries, results
from searchapp.ingest.claims import Claims, now
from searchapp.ingest.moves import find_moves
from searchapp.ingest.originals import Originals
from searchapp.ingest.parsing import Parsing
from searchapp.ingest.patience import Patience
from searchapp.ingest.results import Loaded, Read, Settled
from searchapp.ingest.sites import Sites
from searchapp.model import (
    Chunk,
    Document,
    DocumentEntry,
    DocumentState,
    IngestState,
)
from searchapp.sources import BadTarget, Loader, PageVersion, RawSource, SourceRef, discover, document_id, ocr
from searchapp.sources.unlock import PASSWORD
from searchapp.stores import Registry, Store

GROUP_DOCUMENTS = 64
GROUP_SECONDS = 0.5
"""Sources looked up in the registry at once; a slow search for sources (a crawl) waits no longer for more."""

GROUP_BYTES = 16 << 20
"""Original bytes that are held at once, before they are parsed."""

WAIT_SECONDS = 1.0
"""Between two looks at documents that another process works on."""

MOMENT = dt.timedelta(milliseconds=1)
"""The shortest time that stores tell apart."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A source whose bytes differ from what is indexed."""

    raw: RawSource
    known: DocumentEntry | None

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever indexed of it; it may have been queued, or have failed."""
        return self.known is None or not self.known.content_hash


class Reader:
    """Reads sources for one run. ``chunked`` turns a document into chunks; it is what loads the model."""

    def __init__(
        self,
        store: Store,
        loader: Loader,
        originals: Originals,
        claims: Claims,
        patient: Patience,
        chunked: Callable[[Document], tuple[Chunk, ...]],
        *,
        groups: Sequence[str] | None,
        sites: Sites,
        ocr_languages: str,
        new_passwords: bool,
        queued: bool,
    ) -> None:
        self._store = store
        self._loader = loader
        self._originals = originals
        self._claims = claims
        self._patient = patient
        self._cut = chunked
        self._groups = None if groups is None else tuple(sorted(set(groups)))
        self._sites = sites
        self._queued = queued
        self._ocr_languages = ocr_languages
        self._new_passwords = new_passwords
        self._parsing = Parsing(self._parsed)
        self._legible: frozenset[str] | None = None
        self._known: set[str] = set()
        self._elsewhere: dict[str, SourceRef | BadTarget] = {}
        self.seen: set[str] = set()
        """Ids of all documents that this run came across."""

    def read(self, targets: Sequence[str]) -> Iterator[Read]:
        """Every document behind ``targets``, in their order but for slow ones (``Parsing``).

        Those that another process works on come last.
        """
        with contextlib.closing(self._parsing):
            yield from self._read(self._still_there(targets) if self._queued else targets)

    def _read(self, targets: Sequence[str]) -> Iterator[Read]:
        for group in grouped(discover(targets, self._sites.pages)):
            self.seen.update(found.id for found in group)
            yield from self._read_group(group)
        yield from self._chunked(self._parsing.rest())
        self._sites.settle()
        self._patient(self._forget_folders, targets)
        if self._elsewhere:
            self._patient.say(f"Waiting for {len(self._elsewhere)} documents that another process works on.")
            yield from self._read_elsewhere()
            self._patient.say("")

    def _still_there(self, targets: Sequence[str]) -> Sequence[str]:
        """The targets that the registry knows, as it did when they were queued; the others have been deleted."""
        ids = {target: document_id(target) for target in targets}
        known = self._patient(self._store.known_entries, list(ids.values()))
        self._known.update(ids.values())
        return [target for target in targets if ids[target] in known]

    def _forget_folders(self, targets: Sequence[str]) -> None:
        """A folder that could not be read stands in the registry, failed or queued again; it can be read now."""
        folders = {document_id(os.path.abspath(one)) for one in targets if "://" not in one and os.path.isdir(one)}  # noqa: PTH100, PTH112 - as discovery does
        known = self._store.known_entries(folders - self.seen)
        self._store.forget([entry.id for entry in known.values() if not entry.chunks])

    def _read_elsewhere(self) -> Iterator[Read]:
        while self._elsewhere and self._patient.pause(WAIT_SECONDS):
            known = self._patient(self._store.known_entries, list(self._elsewhere))
            deleted = self._elsewhere.keys() - known.keys()  # what was only given back would be queued
            free = [*deleted, *self._claims.free(known.values())]
            yield from self._read_group([self._elsewhere.pop(id_) for id_ in free])
            yield from self._chunked(self._parsing.rest())

    def _read_group(self, group: Sequence[SourceRef | BadTarget]) -> Iterator[Read]:
        known = self._patient(self._store.known_entries, [found.id for found in group])
        self._known.update(known)
        free = set(self._claims.free(known.values()))
        waiting: list[_Candidate] = []
        size = 0
        for found in group:
            entry = known.get(found.id)
            if entry is None and (found.id in self._known or self._sites.began(found.id)):
                continue  # it was deleted
            if entry is not None and found.id not in free:
                yield from self._leave_to_another(found)
                continue
            if self._sites.began(found.id):
                yield from self._chunked(self._parsing.rest())  # the site is done when all of its pages are
            if entry is not None and entry.state is DocumentState.QUEUED and entry.depth:
                continue  # a site of its own, which waits to be crawled
            compared = self._compare(found, entry)
            if isinstance(compared, Settled):
                yield compared
                continue
            waiting.append(compared)
            size += len(compared.raw.data)
            if size >= GROUP_BYTES:
                yield from self._take(waiting)
                waiting, size = [], 0
        yield from self._take(waiting)

    def _compare(self, found: SourceRef | BadTarget, known: DocumentEntry | None) -> Settled | _Candidate:
        """Read the bytes, and see whether there is anything to do with them."""
        groups = self._readers(found.id, known)
        try:
            if isinstance(found, BadTarget):
                raise found.error
            raw = self._loader.read(found, self._version(found, known, groups))
        except SourceError as error:
            return results.failure(entries.fresh(found, known, DocumentState.FAILED, groups), known, error, "")
        if known is None:
            return _Candidate(raw, None)
        legible = self._is_legible_now(known)
        if entries.is_current(known, raw.content_hash, groups) and not legible:
            self._originals.keep_version(raw)
            return results.unchanged(known)
        if entries.is_hopeless(known, raw.content_hash) and not legible:
            return Settled(results.outcome_of(known, IngestState.QUARANTINED, known.error))
        if entries.is_worn(known):
            worn = entries.cut_off(known)
            return Settled(results.outcome_of(worn, IngestState.QUARANTINED, worn.error), worn, known)
        return _Candidate(raw, known)

    def _readers(self, document_id: str, known: DocumentEntry | None) -> tuple[str, ...]:
        """The groups that may read a document after this run."""
        return self._sites.readers(document_id, known) if self._groups is None else self._groups

    def _version(self, found: SourceRef, known: DocumentEntry | None, groups: tuple[str, ...]) -> PageVersion | None:
        """The version of a web page that is in the store, so that its server need not send it again."""
        if not found.is_url or known is None or not entries.is_current(known, known.content_hash, groups):
            return None
        if self._is_legible_now(known):
            return None
        version = self._originals.version(found.id)
        return version if version is not None and version.content_hash == known.content_hash else None

    def _is_legible_now(self, known: DocumentEntry) -> bool:
        """Whether what the document waits for is there now: a language of tesseract's, or perhaps its password."""
        if not known.lacking:
            return False
        if known.lacking == PASSWORD:
            return self._new_passwords
        if self._legible is None:
            ocr.look_again()
            self._legible = frozenset(ocr.installed(self._ocr_languages).split("+")) - {""}
        return not self._legible.isdisjoint(known.lacking.split("+"))

    def _take(self, candidates: list[_Candidate]) -> Iterator[Read]:
        """Claim, then parse and chunk one by one; bytes are let go of as soon as they are parsed."""
        if not candidates:
            return
        wanted = [
            (
                entries.fresh(one.raw.ref, one.known, DocumentState.RUNNING, self._readers(one.raw.ref.id, one.known)),
                one.known,
            )
            for one in candidates
        ]
        won = self._patient(self._claims.claim, wanted)
        new = [one.raw for one in candidates if one.is_new and one.raw.ref.id in won]
        moves = self._patient(find_moves, self._store, new)
        lost = [one.raw.ref for one in candidates if one.raw.ref.id not in won]
        candidates.reverse()
        while candidates:
            one = candidates.pop()
            ref = one.raw.ref
            if ref.id not in won:
                continue
            if move := moves.get(ref.id):
                # Where nobody says who may read it, no more than before.
                groups = ((one.known and one.known.groups) or move.old.groups) if self._groups is None else self._groups
                yield results.moved(move, self._claims.held(ref.id), groups)
            else:
                self._loader.start()  # which is not the document's time
                yield from self._chunked(self._parsing.add(one))
        if lost:
            yield from self._read_group(lost)  # what they are in the registry has changed while they were read

    def _parsed(self, one: _Candidate) -> tuple[Document, float]:
        started = time.perf_counter()
        return self._loader.parse(one.raw), time.perf_counter() - started

    def _chunked(self, parsed: Iterator[tuple[_Candidate, Future[tuple[Document, float]]]]) -> Iterator[Read]:
        for one, future in parsed:
            ref = one.raw.ref
            claimed = self._claims.held(ref.id)
            groups = self._readers(ref.id, one.known)
            try:
                document, seconds = future.result()
            except SourceError as error:
                tried = claimed or entries.fresh(ref, one.known, DocumentState.FAILED, groups)
                failure = results.failure(tried, one.known, error, one.raw.content_hash)
                yield dataclasses.replace(failure, is_claimed=True)
                continue
            if ref.is_url:
                self._patient(self._originals.keep_page, one.raw, document.type)
            started = time.perf_counter()
            chunks = self._patient(self._cut, document)
            seconds = round(seconds + time.perf_counter() - started, 3)
            yield Loaded(entries.indexed(document, chunks, seconds, claimed, groups), chunks)

    def _leave_to_another(self, found: SourceRef | BadTarget) -> Iterator[Read]:
        """Another process works on it, perhaps on older bytes: it must be looked at once more when that is done."""
        if not self._patient(ask_again, self._store, found.id):
            yield from self._read_group([found])  # nobody works on it any more
        elif not self._queued:
            self._elsewhere[found.id] = found


def ask_again(registry: Registry, document_id: str) -> bool:
    """Have the process that works on a document queue it again when it is done; False when nobody works on it."""
    stored = registry.entry(document_id)
    if stored is None or stored.state is not DocumentState.RUNNING:
        return False
    moment = now()
    if stored.started is not None:  # perhaps by the clock of another machine
        moment = max(moment, stored.started + MOMENT)
    return bool(registry.renew([dataclasses.replace(stored, queued=moment)]))


def grouped(found: Iterator[T]) -> Iterator[list[T]]:
    """What is found, in groups that are looked up in the registry at once."""
    group: list[T] = []
    started = time.monotonic()
    for one in found:
        group.append(one)
        if len(group) >= GROUP_DOCUMENTS or time.monotonic() - started > GROUP_SECONDS:
            yield group
            group, started = [], time.monotonic()
    if group:
        yield group
