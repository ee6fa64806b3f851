"""Vectors for what is found by its words already: the store lists what waits, so that a kill loses nothing.

Three stages run ahead of each other, as in ``pipeline``: documents are claimed (most wanted, then newest, first) and
their texts read from the store, embedded in batches across documents, and the vectors added. Reading, replacing and
deleting go on meanwhile: a vector belongs to a text's hash, and to whichever chunks have that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from searchapp.embedding import Embedder, embedder_for
from searchapp.errors import SearchAppError
from searchapp.ingest import metrics
from searchapp.ingest.batches import BATCH_CHUNKS
from searchapp.ingest.claims import Claims
from searchapp.ingest.embedding import Busy, Embedding
from searchapp.ingest.leases import LeaseOwner
from searchapp.ingest.prefetch import Prefetch
from searchapp.ingest.retry import Run, retrying
from searchapp.ingest.wanted import Wanted
from searchapp.model import DocumentEntry, Vector
from searchapp.stores import model_in_use

BATCH_DOCUMENTS = 256
"""Documents whose chunks are embedded together at most, however short they are."""

LISTED = (1024, 16_384)
"""Entries that are looked at for some that nobody has in hand: few, and many where all of those are taken."""

STEPS_AHEAD = 1 << 20
"""Batches that may be done before anybody hears of them: what waits is only how many chunks each had."""


@dataclass(frozen=True, slots=True)
class Late:
    """Chunks to be embedded together: their ``texts`` by hash, and those ``vectors`` that are known."""

    entries: tuple[DocumentEntry, ...]
    texts: Mapping[str, str]
    vectors: Mapping[str, Vector]
    embedder: Embedder


class LateVectors:
    """Computes what is missing in the store, for one run; ``embedder`` is the configured one.

    It goes on while ``goes_on`` says so, waits for more until ``finish``, and ends where nothing is left that no other
    process has in hand. A run that ``stands_by`` takes only what is wanted while another process is at work.
    """

    def __init__(
        self,
        run: Run,
        embedding: Embedding,
        busy: Busy,
        wanted: Wanted,
        owner: LeaseOwner | None,
        *,
        goes_on: Callable[[], bool] = lambda: True,
        stands_by: bool = False,
    ) -> None:
        self._run = run
        self.embedding = embedding
        self._busy = busy
        self._wanted = wanted
        self._claims = Claims(run.store, owner)
        self._goes_on = goes_on
        self._stands_by = stands_by
        self.given = 0
        """Chunks that got a vector so far."""
        self._fruitless: set[str] = set()
        self._change = threading.Condition()
        self._is_more = self._is_finishing = self._is_stopping = False

    def steps(self) -> Prefetch[int]:
        """Begin in threads of its own; each step says how many chunks got a vector. Stop it after ``stop``."""
        self._taken = Prefetch(self._take(), 1, "late-texts")
        self._embedded = Prefetch(self._embed(self._taken), 1, "late-embed")
        return Prefetch(self._add(self._embedded), STEPS_AHEAD, "late-write")

    def wake(self) -> None:
        """More has been written without vectors."""
        with self._change:
            self._is_more = True
            self._change.notify_all()

    def finish(self) -> None:
        """No more is to come: end when nothing is left."""
        with self._change:
            self._is_finishing = self._is_more = True
            self._change.notify_all()

    def stop(self) -> None:
        """End after the batch at hand, and leave the rest to whoever comes next."""
        with self._change:
            self._is_stopping = True
            self._change.notify_all()
        self._run.retry.stop()
        self._taken.stop()
        self._embedded.stop()

    def join(self) -> None:
        """Wait until the threads have ended, after ``stop`` or the last step; what was claimed is free then."""
        self._taken.join()
        self._embedded.join()
        with suppress(SearchAppError):  # the store is away: the claims end by themselves
            self._claims.release_all()

    def _take(self) -> Iterator[Late]:
        self.wake()  # what an earlier run left
        while True:
            with self._change:
                self._change.wait_for(lambda: self._is_more or self._is_stopping)
                finishing, self._is_more = self._is_finishing, False
                if self._is_stopping:
                    return
            while not self._is_stopping and self._goes_on() and (late := self._next()) is not None:
                yield late
            if finishing and (self._claims.are_none or not self._goes_on()):
                return

    def _next(self) -> Late | None:
        """The next documents with their texts; None where all that wait are in hand."""
        store = self._run.store
        ids = self._wanted.latest_first()
        known = store.known_entries(ids) if ids else {}
        first = [known[id_] for id_ in ids if id_ in known and known[id_].unembedded]
        self._wanted.forget(set(ids) - {entry.id for entry in first})
        for size in LISTED:
            listed = store.unembedded(size)
            entries = [*first, *(entry for entry in listed if entry.id not in known)]
            entries = [entry for entry in entries if entry.id not in self._fruitless]
            wanted = known.keys() if self._stands_by else None
            if entries and (taken := self._claims.take(entries, BATCH_CHUNKS, BATCH_DOCUMENTS, wanted=wanted)):
                return self._read(taken)
            if len(listed) < size:
                break
        return None

    def _read(self, taken: list[DocumentEntry]) -> Late:
        store, configured = self._run.store, self._run.embedder
        model = model_in_use(store, configured.fingerprint)
        embedder = embedder_for(model, configured, self._run.settings)
        if embedder is not configured:
            embedder = retrying(embedder, self._run.retry)
        texts = store.unembedded_texts([entry.id for entry in taken], BATCH_CHUNKS)
        return Late(tuple(taken), texts, store.vectors(texts.keys(), model) if texts else {}, embedder)

    def _embed(self, batches: Iterable[Late]) -> Iterator[tuple[Late, dict[str, Vector]]]:
        for late in batches:
            missing = {hash_: text for hash_, text in late.texts.items() if hash_ not in late.vectors}
            self._busy.begin()
            try:
                computed = self.embedding.computed(missing, late.embedder) if missing else {}
            finally:
                self._busy.end()
            yield late, computed

    def _add(self, batches: Iterable[tuple[Late, dict[str, Vector]]]) -> Iterator[int]:
        for late, computed in batches:
            ids = [entry.id for entry in late.entries]
            given = self._run.store.add_vectors(ids, {**late.vectors, **computed}, late.embedder.fingerprint)
            metrics.CHUNKS_EMBEDDED.inc(len(computed))
            self.given += sum(given.values())
            if not given:  # its documents changed at the same time, or the index was moved
                self._fruitless.update(ids)
            self._claims.release(ids)
            self.wake()  # of a long document there is more
            yield sum(given.values())


@contextmanager
def running(late: LateVectors | None) -> Iterator[Prefetch[int] | Iterable[int]]:
    """Begin, and end after the batch at hand."""
    if late is None:
        yield ()
        return
    steps = late.steps()
    try:
        yield steps
    finally:
        late.stop()
        steps.stop()
        steps.join()
        late.join()
