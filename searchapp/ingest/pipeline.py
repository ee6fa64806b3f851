"""The pipeline: reading, looking up, embedding and writing, each in a thread, each a bounded number of steps ahead.

Documents pass through in batches of some hundred chunks, so that the model's own form across documents and memory does
not grow with the corpus. What is read faster than it can be embedded is written at once, to be found by its words; its
vectors follow (``late_vectors``), so that neither reading nor the model waits for the other. A document that fails
costs only itself. A store or model that goes away is waited for; a run that ends
early, however, leaves nothing half done behind, and what was not written is done by the next run.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from searchapp.embedding import Embedder
from searchapp.errors import SearchAppError, SourceError
from searchapp.ingest import lifecycle
from searchapp.ingest.archives import Archives
from searchapp.ingest.batches import Batch, Item, Writing, gather
from searchapp.ingest.compare import Comparer
from searchapp.ingest.embedding import Busy, Embedding
from searchapp.ingest.late_vectors import LateVectors, running
from searchapp.ingest.leases import LeaseOwner, Leases
from searchapp.ingest.originals import Originals
from searchapp.ingest.parsing import Chunker, Parser
from searchapp.ingest.prefetch import Prefetch
from searchapp.ingest.reading import Reader, group_sources
from searchapp.ingest.retry import Notify, Retry, Run, retrying
from searchapp.ingest.site_crawl import SiteCrawl
from searchapp.ingest.sync import Sync, remove_entries, remove_missing, remove_places
from searchapp.ingest.wanted import Wanted
from searchapp.model import Document, DocumentEntry, IngestOutcome, Space
from searchapp.progress import tell
from searchapp.settings import Settings
from searchapp.sources import BadTarget, Links, Loader, discover
from searchapp.sources.passed_over import PassedOver
from searchapp.stores import Store

if TYPE_CHECKING:
    from pydantic import SecretStr

READ_AHEAD = 64
"""Documents that may lie read and chunked, waiting for a batch."""

BATCHES_AHEAD = 1
"""Batches that may wait between two stages."""

OUTCOMES_AHEAD = 256

EMBEDDING = "All are found by their words, vectors follow"
"""What is being done when everything is read."""


class Ingester:
    """Puts documents into the store."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        originals: Originals,
        settings: Settings,
        wanted: Wanted | None = None,
    ) -> None:
        """``wanted`` are documents whose vectors are to come first."""
        self._wanted = wanted or Wanted()
        self._busy = Busy()
        self._store = store
        self._embedder = embedder
        self._originals = originals
        self._settings = settings
        self._chunker = Chunker(store, embedder, settings)

    def ingest(
        self,
        targets: Iterable[str],
        *,
        groups: Sequence[str] | None = None,
        sync: Sync = Sync.NO,
        depth: int = 0,
        passwords: Sequence[SecretStr] = (),
        notify: Notify | None = None,
        queued: bool = False,
        stopping: threading.Event | None = None,
        passed: PassedOver | None = None,
        leaves_vectors: bool = False,
    ) -> Iterator[IngestOutcome]:
        """Ingest files, folders and web addresses; yields one outcome for each document as it is done.

        ``groups`` alone may read the documents, () opens them to everybody, None leaves it as it was.
        A web address stands for its site, ``depth`` links deep, and 0 for the page alone unless it was queued with a
        depth. With a ``sync``, documents below the folders and sites among ``targets`` that are gone are removed at the
        end.
        ``passwords`` are tried on protected documents, also on those in quarantine, and kept nowhere.
        ``notify`` is given a sentence when the run has to wait for a service. Documents that another process works on
        come last. Once ``stopping`` is set, services are not waited for any more: their errors are raised.
        ``passed`` counts what folders hold besides documents; without it the log says so.
        The run ends when nothing in the store waits for vectors any more but what other processes have in hand, or,
        where it ``leaves_vectors`` that were not computed at once, before: ``embed_waiting`` sees to them then.
        Targets that were ``queued`` are documents' ids. They are left out if they have been deleted since, and left to
        other processes that work on them; the store is waited for from the beginning, as nobody stands by to try again.

        Raises ModelMismatchError before anything is written, and the errors of a store or an embedder that stays away
        for longer than SEARCHAPP_PATIENCE_SECONDS. Closing the iterator stops the run after what is under way.
        """
        targets = list(targets)
        retry = Retry(self._settings.patience_seconds, notify, stopping)
        if queued:
            retry(self._store.fingerprint)
        self.require_model(retry)
        with (
            Loader(self._settings, passwords) as loader,
            Leases(self._store, owner := LeaseOwner(self._settings.data_dir), self._settings.lease_seconds) as leases,
        ):
            run = self._run(leases, retry)
            crawl = SiteCrawl(run, depth)
            archives = Archives(run, loader)
            comparer = Comparer(run, loader, crawl, archives, groups, has_passwords=bool(passwords))
            parser = Parser(run, loader, self._chunker)
            reader = Reader(run, comparer, parser, crawl, archives, queued=queued, passed=passed)
            late = None
            if not leaves_vectors:
                late = self._late(run, owner, goes_on=lambda: stopping is None or not stopping.is_set())
            yield from self._flow(reader.read(targets), run, late, crawl.began)
            yield from remove_entries(run, archives.vanished(reader.seen))
            if sync is not Sync.NO:
                yield from remove_missing(run, targets, reader.seen, sync, crawl)

    def ingest_documents(self, documents: Iterable[Document]) -> Iterator[IngestOutcome]:
        """Ingest documents that are in memory already, as ``ingest`` does with sources, but without leases."""
        unleased = Leases(self._store, None, self._settings.lease_seconds)
        run = self._run(unleased, Retry(self._settings.patience_seconds))
        loaded = (self._chunker.load(document) for document in documents)
        yield from self._flow(loaded, run, self._late(run, None))

    def embed_waiting(
        self,
        stopping: threading.Event,
        *,
        notify: Notify | None = None,
        goes_on: Callable[[], bool] = lambda: True,
        stands_by: bool = False,
    ) -> int:
        """Compute the vectors of what is found by its words alone; returns how many chunks got one.

        Until nothing is left but what other processes have in hand, or ``stopping`` is set, or ``goes_on`` says no. One
        that ``stands_by`` takes only what readers just met while another process is at work. Raises as ``ingest``.
        """
        if not self._store.backlog().chunks:
            return 0
        retry = Retry(self._settings.patience_seconds, notify, stopping)
        owner = LeaseOwner(self._settings.data_dir)
        try:
            run = self._run(Leases(self._store, None, self._settings.lease_seconds), retry)
            late = self._late(run, owner, goes_on=lambda: not stopping.is_set() and goes_on(), stands_by=stands_by)
            with running(late) as steps:
                late.finish()
                done = sum(steps)
            run.store.refresh()
            return done
        finally:
            retry.stop()
            owner.close(forgotten=True)

    def _late(self, run: Run, owner: LeaseOwner | None, **how: Any) -> LateVectors:
        embedding = Embedding(run.store, run.embedder, self._busy)
        return LateVectors(run, embedding, self._busy, self._wanted, owner, **how)

    def remove(self, places: Sequence[str], *, notify: Notify | None = None) -> Iterator[IngestOutcome]:
        """Remove the documents of files and folders that are gone; yields one outcome for each.

        ``notify`` and the errors are as in ``ingest``.
        """
        store = retrying(self._store, Retry(self._settings.patience_seconds, notify))
        yield from remove_places(store, self._originals, places)

    def queue(
        self, source: str, *, groups: Sequence[str] | None = None, space: Space = None, depth: int = 0
    ) -> DocumentEntry:
        """Register a file or address as queued, to be ingested later; returns its entry.

        With a ``depth`` the address stands for its site, which is read so many links deep when its turn comes.

        ``groups`` as in ``ingest``. ``space`` are the groups of a caller who is bounded by them (``document_id``): the
        document is theirs, whoever else has one of this source. What is known already keeps its facts, and stays
        searchable. Raises SourceError when there is no such source.
        """
        found = next(iter(discover([source], space=space)), None)
        if found is None:
            raise SourceError("nothing_to_read", name=source)
        if isinstance(found, BadTarget):
            raise found.error
        self._chunker.prepare()
        [entry] = lifecycle.queue_sources(self._store, [found], groups, depth)
        return entry

    def queue_all(
        self, targets: Iterable[str], *, groups: Sequence[str] | None = None, depth: int = 0
    ) -> Iterator[DocumentEntry]:
        """Register everything behind ``targets`` as queued, and yield the entries as they stand then.

        ``groups`` as in ``ingest``. What another process works on is queued again when that is done. What cannot be
        read is registered as failed.
        """
        self._chunker.prepare()
        links = Links(self._settings.follow_links, own=str(self._settings.data_dir.absolute()))
        for group in group_sources(discover(targets, links=links)):
            yield from lifecycle.queue_sources(self._store, group, groups, depth)
        links.tell()

    def reset_failures(self, document_ids: Collection[str] | None) -> list[str]:
        """Queue these documents, or all that failed, as if nothing had been tried; returns their ids.

        One that is worked on now is left to the process that does.
        """
        return lifecycle.reset_failures(self._store, document_ids)

    def require_model(self, retry: Retry | None = None) -> None:
        """Raise ModelMismatchError for another model than the index was built with; may raise what the store raises.

        The model is loaded only if its name leaves a doubt: a run in which nothing has changed never needs it. A store
        that is away at first is an error at once; once it has answered, ``retry`` waits for it.
        """
        if self._chunker.needs_check():
            chunker = self._chunker if retry is None else retrying(self._chunker, retry)
            chunker.prepare()

    def _run(self, leases: Leases, retry: Retry) -> Run:
        """The services as a run uses them: this is where waiting for them comes in."""
        return Run(
            store=retrying(self._store, retry),
            embedder=retrying(self._embedder, retry),
            originals=retrying(self._originals, retry),
            leases=retrying(leases, retry),
            settings=self._settings,
            retry=retry,
        )

    def _flow(
        self,
        reading: Iterator[Item],
        run: Run,
        late: LateVectors | None,
        comes_last: Callable[[str], bool] = lambda document_id: False,
    ) -> Iterator[IngestOutcome]:
        embedding = late.embedding if late is not None else Embedding(run.store, run.embedder, self._busy)
        next_stage: list[Prefetch[Batch]] = []
        read = Prefetch(reading, READ_AHEAD, "read")
        gathered = gather(read, next_stage, lambda: bool(self._busy), comes_last)
        batches = Prefetch(embedding.look_up(gathered), BATCHES_AHEAD, "look-up")
        next_stage.append(batches)
        embedded = Prefetch(embedding.fill(batches), BATCHES_AHEAD, "embed")
        writing = Writing(run, late.wake if late is not None else lambda: None)
        outcomes = Prefetch(writing.write(embedded), OUTCOMES_AHEAD, "write")
        stages: list[Prefetch[Any]] = [read, batches, embedded, outcomes]
        try:
            with running(late) as steps:
                yield from outcomes
                run.store.refresh()
                if late is not None:
                    self._wait_for_vectors(late, steps)
        except BaseException:
            with contextlib.suppress(SearchAppError):  # what is raised already says more
                self._store.refresh()
            raise
        finally:
            run.retry.stop()
            for stage in stages:
                stage.stop()
            for stage in stages:
                stage.join()

    def _wait_for_vectors(self, late: LateVectors, steps: Iterable[int]) -> None:
        """Until nothing that is free waits for vectors; who watches progress is told of it."""
        left, before = self._store.backlog().chunks, late.given
        if left:
            tell(EMBEDDING, 0.0)
        late.finish()
        for _ in steps:
            if left:
                tell(EMBEDDING, min(1.0, (late.given - before) / left))
        if left:
            tell(EMBEDDING, 1.0)
        if late.given:
            self._store.refresh()
