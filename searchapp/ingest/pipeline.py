"""The pipeline: reading, looking up, embedding and writing, each in a thread, each a bounded number of steps ahead.

Documents pass through in windows of some hundred chunks, so that embedding batches form across documents and memory
does not grow with the corpus. While one window is embedded the next is read and the last one written, so that the model
never waits. A document that fails costs only itself. A store or model that goes away is waited for; a run that ends
early, however, leaves nothing half done behind, and what was not written is done by the next run.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from searchapp.chunking import chunk_document
from searchapp.embedding import Embedder
from searchapp.errors import SearchAppError, SourceError
from searchapp.ingest import entries
from searchapp.ingest.channel import Ahead
from searchapp.ingest.claims import Claims
from searchapp.ingest.originals import Originals
from searchapp.ingest.owner import Owner
from searchapp.ingest.patience import Notify, Patience
from searchapp.ingest.reading import Reader, ask_again, grouped
from searchapp.ingest.results import Loaded, Read
from searchapp.ingest.sites import Sites
from searchapp.ingest.sync import Sync, removed, removed_places
from searchapp.ingest.windows import Embedding, Window, Writing, gathered
from searchapp.model import Chunk, Document, DocumentEntry, DocumentState, IngestOutcome
from searchapp.settings import Settings
from searchapp.sources import BadTarget, Loader, SourceRef, discover
from searchapp.stores import Replacement, Store, every, model_in_use

if TYPE_CHECKING:
    from pydantic import SecretStr

READ_AHEAD = 64
"""Documents that may lie read and chunked, waiting for a window."""

WINDOWS_AHEAD = 1
"""Windows that may wait between two stages."""

OUTCOMES_AHEAD = 256


class Ingester:
    """Puts documents into the store."""

    def __init__(self, store: Store, embedder: Embedder, originals: Originals, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._originals = originals
        self._settings = settings
        self._is_prepared = False

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
    ) -> Iterator[IngestOutcome]:
        """Ingest files, folders and web addresses; yields one outcome for each document as it is done.

        ``groups`` alone may read the documents, () opens them to everybody, None leaves it as it was.
        A web address stands for its site, ``depth`` links deep, and 0 for the page alone unless it was queued with a
        depth. With a ``sync``, documents below the folders and sites among ``targets`` that are gone are removed at the
        end.
        ``passwords`` are tried on protected documents, also on those in quarantine, and kept nowhere.
        ``notify`` is told in a sentence when the run has to wait for a service. Documents that another process works on
        come last. Once ``stopping`` is set, services are not waited for any more: their errors are raised.
        Targets that were ``queued`` are left out if they have been deleted since, and left to other processes that work
        on them; the store is waited for from the beginning, as there is nobody who could be told.

        Raises ModelMismatchError before anything is written, and the errors of a store or an embedder that stays away
        for longer than SEARCHAPP_PATIENCE_SECONDS. Closing the iterator stops the run after what is under way.
        """
        targets = list(targets)
        patient = Patience(self._settings.patience_seconds, notify, stopping)
        if queued:
            patient(self._store.fingerprint)
        self.require_model(patient)
        with (
            Loader(self._settings, passwords) as loader,
            Claims(self._store, Owner(self._settings.data_dir), self._settings.lease_seconds) as claims,
        ):
            sites = Sites(self._settings, self._store, self._originals, patient, claims, depth)
            reader = Reader(
                self._store,
                loader,
                self._originals,
                claims,
                patient,
                self._chunked,
                groups=groups,
                sites=sites,
                ocr_languages=self._settings.ocr_languages,
                new_passwords=bool(passwords),
                queued=queued,
            )
            yield from self._flow(reader.read(targets), claims, patient)
            if sync is not Sync.NO:
                yield from removed(self._store, self._originals, targets, reader.seen, sync, sites, patient)

    def ingest_documents(self, documents: Iterable[Document]) -> Iterator[IngestOutcome]:
        """Ingest documents that are in memory already, as ``ingest`` does with sources, but without claiming them."""
        yield from self._flow(self._loaded(documents), None, Patience(self._settings.patience_seconds))

    def remove(self, places: Sequence[str], *, notify: Notify | None = None) -> Iterator[IngestOutcome]:
        """Remove the documents of files and folders that are gone; yields one outcome for each.

        ``notify`` and the errors are as in ``ingest``.
        """
        yield from removed_places(
            self._store, self._originals, places, Patience(self._settings.patience_seconds, notify)
        )

    def queue(self, source: str, *, groups: Sequence[str] = (), depth: int = 0) -> DocumentEntry:
        """Register a file or address as queued, to be ingested later; returns its entry.

        With a ``depth`` the address stands for its site, which is read so many links deep when its turn comes.

        ``groups`` may read it beside those that may already; what was open to everybody stays so. What is known already
        keeps its facts, and stays searchable. Raises SourceError when there is no such source.
        """
        found = next(iter(discover([source])), None)
        if found is None:
            raise SourceError(f"There is nothing to read in {source}.", "Name a file or a web address.")
        if isinstance(found, BadTarget):
            raise found.error
        return next(self.queue_all([source], groups=groups, depth=depth))

    def queue_all(
        self, targets: Iterable[str], *, groups: Sequence[str] = (), depth: int = 0
    ) -> Iterator[DocumentEntry]:
        """Register everything behind ``targets`` as queued, and yield the entries as they stand then.

        What another process works on is queued again when that is done. What cannot be read is registered as failed.
        """
        self._prepare()
        for group in grouped(discover(targets)):
            yield from self._queue_group(group, groups, depth)

    def _queue_group(
        self, group: Sequence[SourceRef | BadTarget], groups: Sequence[str], depth: int
    ) -> list[DocumentEntry]:
        standing: list[DocumentEntry] = []
        left = list(group)
        while left:  # what somebody else changes or deletes in between is looked at anew
            stored = self._store.known_entries([found.id for found in left])
            wanted: list[Replacement] = []
            for found in left:
                known = stored.get(found.id)
                allowed = entries.joined(known, groups)
                if known is not None and self._is_asked_again(known, allowed, depth):
                    standing.append(known)
                elif isinstance(found, BadTarget):
                    tried = entries.fresh(found, known, DocumentState.FAILED, allowed)
                    wanted.append((known, entries.failed(tried, str(found.error), "")))
                else:
                    wanted.append((known, entries.queued(found, known, allowed, depth)))
            written = set(self._store.exchange(wanted))
            standing += [entry for _, entry in wanted if entry.id in written]
            left = [found for found in left if found.id not in {entry.id for entry in standing}]
        return standing

    def _is_asked_again(self, known: DocumentEntry, groups: tuple[str, ...], depth: int) -> bool:
        """Whether a process that works on the document, for the same readers and as deep, queues it when it is done."""
        same = known.state is DocumentState.RUNNING and known.groups == groups and known.depth >= depth
        return same and ask_again(self._store, known.id)

    def forgive(self, document_ids: Collection[str] | None) -> list[str]:
        """Queue these documents, or all that failed, as if nothing had been tried; returns their sources.

        One that is worked on now is left to whom it belongs.
        """
        failed = (DocumentState.FAILED, DocumentState.QUARANTINED)
        if document_ids is None:
            known = tuple(every(self._store, failed))
        else:
            known = tuple(self._store.known_entries(document_ids).values())
        free = [entry for entry in known if entry.state is not DocumentState.RUNNING]
        there = {entry.id for entry in known} - {entry.id for entry in free}
        there |= set(self._store.exchange([(entry, entries.forgiven(entry)) for entry in free]))
        return [entry.source for entry in known if entry.id in there]

    # --- the stages

    def _flow(self, reading: Iterator[Read], claims: Claims | None, patient: Patience) -> Iterator[IngestOutcome]:
        embedding = Embedding(self._store, self._embedder, patient)
        writing = Writing(self._store, self._embedder, claims, patient)
        hungry: list[Ahead[Window]] = []
        read = Ahead(reading, READ_AHEAD, "read")
        windows = Ahead(embedding.looked_up(gathered(read, hungry)), WINDOWS_AHEAD, "look-up")
        hungry.append(windows)
        embedded = Ahead(embedding.embedded(windows), WINDOWS_AHEAD, "embed")
        outcomes = Ahead(writing.written(embedded), OUTCOMES_AHEAD, "write")
        try:
            yield from outcomes
            patient(self._store.refresh)
        except BaseException:
            with contextlib.suppress(SearchAppError):  # what is raised already tells more
                self._store.refresh()
            raise
        finally:
            patient.stop()
            for stage in (read, windows, embedded, outcomes):
                stage.stop()
            for stage in (read, windows, embedded, outcomes):
                stage.join()

    def _loaded(self, documents: Iterable[Document]) -> Iterator[Loaded]:
        for document in documents:
            started = time.perf_counter()
            chunks = self._chunked(document)
            yield Loaded(entries.indexed(document, chunks, time.perf_counter() - started, None), chunks)

    def _chunked(self, document: Document) -> tuple[Chunk, ...]:
        self._prepare()
        settings = self._settings
        return tuple(chunk_document(document, self._embedder, settings.chunk_overlap_tokens, settings.chunk_tokens))

    # --- the model

    def require_model(self, patient: Patience | None = None) -> None:
        """Raise ModelMismatchError for another model than the index was built with; may raise what the store raises.

        The model is loaded only if its name leaves a doubt: a run in which nothing has changed never needs it. A store
        that is away at first is told at once; once it has answered, ``patient`` waits for it.
        """
        self._is_prepared = False  # an operator may have moved the index since the last run
        indexed = self._store.fingerprint()
        if indexed is None or f"{indexed.provider}:{indexed.model}" != self._settings.embedding_model:
            if patient is None:
                self._prepare()
            else:
                patient(self._prepare)

    def _prepare(self) -> None:
        if not self._is_prepared:
            fingerprint = self._embedder.fingerprint
            model_in_use(self._store, fingerprint)
            self._store.prepare(fingerprint)
            self._is_prepared = True
