"""From bytes to chunks: documents are parsed in order, but one that takes long is overtaken by those behind it."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
from typing import Generic, TypeVar

from searchapp.chunking import chunk_document
from searchapp.embedding import Embedder
from searchapp.errors import SourceError
from searchapp.ingest.batches import Item, Loaded
from searchapp.ingest.compare import Candidate, fail
from searchapp.ingest.lifecycle import enter, mark_indexed
from searchapp.ingest.restating import restated
from searchapp.ingest.retry import Run, retrying
from searchapp.model import Chunk, Document, DocumentState
from searchapp.settings import Settings
from searchapp.sources import Loader
from searchapp.stores import Store, model_in_use

OVERTAKEN_SECONDS = 5.0
"""What takes longer is overtaken: chosen, not measured. Another parser process has to be started for that, and takes
its memory for as long as the slow document."""

PARSERS = min(2, os.cpu_count() or 1)
"""Documents that are parsed at a time. On one core nothing is gained by a second one."""

T = TypeVar("T")
R = TypeVar("R")


class Overtaking(Generic[T, R]):
    """Calls ``work``, in threads of its own, for one item after the other; ``close`` waits for those at hand."""

    def __init__(self, work: Callable[[T], R]) -> None:
        self._work = work
        self._under_way: dict[Future[R], T] = {}

    def add(self, one: T) -> Iterator[tuple[T, Future[R]]]:
        """Begin with ``one``, and yield what is done: usually that, or earlier ones, or nothing yet."""
        added: Future[R] = Future()
        # A daemon, which no pool of threads has: a long document must not keep the process from ending.
        threading.Thread(target=self._run, args=(added, one), name="searchapp-parse", daemon=True).start()
        self._under_way[added] = one
        while added in self._under_way:
            limit = OVERTAKEN_SECONDS if len(self._under_way) < PARSERS else None
            done, _ = wait(self._under_way, limit, FIRST_COMPLETED)
            if not done:
                return
            yield from ((self._under_way.pop(future), future) for future in done)

    def rest(self) -> Iterator[tuple[T, Future[R]]]:
        """Yield what is still under way, as it is done."""
        for future in as_completed(list(self._under_way)):
            yield self._under_way.pop(future), future

    def close(self) -> None:
        """Wait for what was begun."""
        wait(self._under_way)

    def _run(self, future: Future[R], one: T) -> None:
        try:
            future.set_result(self._work(one))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that asks for the result
            future.set_exception(error)


class Chunker:
    """Cuts documents for the model of the index; with the first of them the model is loaded and the store prepared."""

    def __init__(self, store: Store, embedder: Embedder, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._is_prepared = False

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """A document's chunks. Raises as ``prepare``."""
        self.prepare()
        settings = self._settings
        return tuple(chunk_document(document, self._embedder, settings.chunk_overlap_tokens, settings.chunk_tokens))

    def load(self, document: Document) -> Loaded:
        """A document that is in memory already, ready to be embedded."""
        started = time.perf_counter()
        chunks = self.cut(document)
        return Loaded(mark_indexed(document, chunks, time.perf_counter() - started, None), chunks)

    def prepare(self) -> None:
        """Make the store ready for the model, once. Raises ModelMismatchError where it holds another's vectors."""
        if not self._is_prepared:
            fingerprint = self._embedder.fingerprint
            model_in_use(self._store, fingerprint)
            self._store.prepare(fingerprint)
            self._is_prepared = True

    def needs_check(self) -> bool:
        """Whether the model's name leaves a doubt that it is the index's; the next ``prepare`` looks again anyway."""
        self._is_prepared = False  # an operator may have moved the index since the last run
        indexed = self._store.fingerprint()
        chosen = self._settings.embedding_model if self._settings.chooses_model else None
        return indexed is None or bool(chosen and f"{indexed.provider}:{indexed.model}" != chosen)


class Parser:
    """Parses and cuts the documents of one run; ``close`` waits for those at hand."""

    def __init__(self, run: Run, loader: Loader, chunker: Chunker) -> None:
        self._run = run
        self._loader = loader
        self._chunker = retrying(chunker, run.retry)
        self._overtaking = Overtaking(self._parse)

    def add(self, one: Candidate) -> Iterator[Item]:
        """Begin with a document that was acquired, and yield those that are done."""
        if (same := restated(self._run, self._loader, one)) is not None:
            yield same
            return
        self._loader.start()  # which is not the document's time
        yield from self._finish(self._overtaking.add(one))

    def rest(self) -> Iterator[Item]:
        """Yield what is still under way, as it is done."""
        yield from self._finish(self._overtaking.rest())

    def close(self) -> None:
        """Wait for what was begun."""
        self._overtaking.close()

    def _parse(self, one: Candidate) -> tuple[Document, float]:
        started = time.perf_counter()
        return self._loader.parse(one.raw), time.perf_counter() - started

    def _finish(self, parsed: Iterable[tuple[Candidate, Future[tuple[Document, float]]]]) -> Iterator[Item]:
        for one, future in parsed:
            held = self._run.leases.held(one.id)
            try:
                document, seconds = future.result()
            except SourceError as error:
                tried = held or enter(one.raw.ref, one.known, DocumentState.FAILED, one.groups)
                yield dataclasses.replace(fail(tried, one.known, error, one.raw.content_hash), is_acquired=True)
                continue
            if one.raw.ref.is_url:
                self._run.originals.keep_page(one.raw, document.type)
            elif one.raw.ref.archive:
                self._run.originals.keep_member(one.raw, document.type)
            started = time.perf_counter()
            chunks = self._chunker.cut(document)
            seconds = round(seconds + time.perf_counter() - started, 3)
            yield Loaded(mark_indexed(document, chunks, seconds, held, one.groups), chunks)
