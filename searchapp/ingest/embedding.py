"""Vectors for batches: remembered ones, stored ones, and computed ones, at once or later.

A few chunks are embedded at once while the model is free, and written once. What is read faster than it can be
embedded is written without vectors, so that it is found by its words; ``late_vectors`` sees to these.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from cachetools import LRUCache

from searchapp.embedding import Embedder, Fingerprint, document_vectors
from searchapp.ingest.batches import Batch
from searchapp.ingest.prefetch import Empty, Prefetch
from searchapp.model import Vector
from searchapp.stores import Store

REMEMBERED_VECTORS = 4096
"""Vectors of the latest chunks kept in memory: the store finds those it was just given only after a refresh."""

AT_ONCE_CHUNKS = 64
"""Chunks that a document may wait for before it is found: two batches of a model, about a second. More are found by
their words first."""

LOOK_SECONDS = 0.05
"""How often one looks whether a batch is embedded, while others are read."""


class Busy:
    """Whether the model computes vectors of documents in this process now; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def begin_if_free(self) -> bool:
        """Begin to compute, where nobody does; returns whether that is so."""
        with self._lock:
            if self._count:
                return False
            self._count = 1
            return True

    def begin(self) -> None:
        """Begin to compute."""
        with self._lock:
            self._count += 1

    def end(self) -> None:
        """What was begun has ended."""
        with self._lock:
            self._count -= 1

    def __bool__(self) -> bool:
        with self._lock:
            return self._count > 0


class Embedding:
    """Fills batches with vectors, for one run; what was computed once is remembered for a while."""

    def __init__(self, store: Store, embedder: Embedder, busy: Busy) -> None:
        self._store = store
        self._embedder = embedder
        self._busy = busy
        self._computing = threading.Lock()
        self._remembering = threading.Lock()
        self._remembered: LRUCache[tuple[Fingerprint, str], Vector] = LRUCache(REMEMBERED_VECTORS)

    def look_up(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Add the vectors that the store has."""
        for batch in batches:
            if texts := batch.texts:
                batch.vectors.update(self._store.vectors(texts.keys(), self._embedder.fingerprint))
            yield batch

    def fill(self, batches: Prefetch[Batch]) -> Iterator[Batch]:
        """Add those that are missing, or leave them for later; batches of which none is missing overtake others.

        One that ``comes_last`` overtakes nothing.
        """
        under_way: Future[Batch] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="searchapp-embed") as model:
            while True:
                if under_way is not None and under_way.done():
                    done, under_way = under_way, None
                    yield done.result()
                try:
                    batch = batches.take(None if under_way is None else LOOK_SECONDS)
                except Empty:
                    continue
                except StopIteration:
                    break
                if batch.comes_last and under_way is not None:
                    done, under_way = under_way, None
                    yield done.result()
                if missing := batch.missing:
                    batch.vectors.update(self._known(missing, self._embedder.fingerprint))
                    missing = batch.missing
                if missing and self._embedder.fingerprint.made_by_store:
                    batch.add_computed(self.computed(missing))
                elif 0 < len(missing) <= AT_ONCE_CHUNKS and under_way is None and self._busy.begin_if_free():
                    under_way = model.submit(self._embed, batch)
                    continue
                yield batch
            if under_way is not None:
                yield under_way.result()

    def computed(self, texts: Mapping[str, str], embedder: Embedder | None = None) -> dict[str, Vector]:
        """The vectors of texts, by hash; two threads compute one after the other, and no text twice.

        By the run's own model, unless another ``embedder`` is given.
        """
        embedder = embedder or self._embedder
        with self._computing:
            model = embedder.fingerprint
            known = self._known(texts, model)
            missing = [hash_ for hash_ in texts if hash_ not in known]
            if missing:
                vectors = document_vectors(embedder, [texts[hash_] for hash_ in missing])
                known.update(zip(missing, vectors, strict=True))
                with self._remembering:
                    self._remembered.update({(model, hash_): known[hash_] for hash_ in missing})
            return known

    def _known(self, hashes: Iterable[str], model: Fingerprint) -> dict[str, Vector]:
        """Those of the vectors that were computed a moment ago."""
        with self._remembering:
            found = {hash_: self._remembered.get((model, hash_)) for hash_ in hashes}
        return {hash_: vector for hash_, vector in found.items() if vector is not None}

    def _embed(self, batch: Batch) -> Batch:
        started = time.perf_counter()
        try:
            batch.add_computed(self.computed(batch.missing))
        finally:
            self._busy.end()
        batch.seconds = time.perf_counter() - started
        return batch
