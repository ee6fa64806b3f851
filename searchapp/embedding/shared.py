"""One model for many callers: queries that come together are embedded together, and none waits behind an ingestion.

There is no timer: while the model is busy, queries gather, and the one that finds it free takes all of them along. So
a lone query is not held up, and under load the batches grow by themselves. A model in this process runs in one thread
of its own: PyTorch keeps a pool of threads for every thread that ever called it, and a server has a hundred that might.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
from cachetools import LRUCache

from searchapp.embedding import metrics
from searchapp.embedding.base import Embedder, Fingerprint, batches_by_length
from searchapp.errors import OverloadedError
from searchapp.model import Vector, Vectors
from searchapp.tokens import RememberingTokenizer, Tokenizer

CACHED_QUERIES = 1024
"""Vectors of recent queries that are kept: 1.5 MB at 384 dimensions. Paging, filters and answers ask again at once."""

MOST_CALLERS = 64
"""Callers that may wait for the model: two batches of 32. The web server has more threads than that, so that a model
that hangs leaves some for what needs none."""

BUSY_SECONDS = 2
"""When a caller who was turned away may come again."""

QUERIES_IN_A_ROW = 4
"""Query batches that go before a waiting batch of documents; then that has its turn, or a busy day would starve it."""

SHORT_BYTES = 128
"""Queries up to here cost about the same."""

ALIKE = 3
"""Times as long as another may a query be to go with it."""

T = TypeVar("T")


@runtime_checkable
class EmbedsQueries(Protocol):
    """What an embedder may offer besides ``Embedder``: several queries in one call."""

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """``(n, dims) float32``: what ``embed_query`` gives for each."""
        ...


@dataclass(slots=True)
class _Job:
    """A query that waits; several callers may wait for the same one."""

    vector: Vector | None = None
    error: BaseException | None = None


@runtime_checkable
class HasLowPriority(Protocol):
    """What an embedder may offer besides ``Embedder``: to embed what is not urgent when nobody else wants the model."""

    def embed_low_priority(self, texts: Sequence[str], seconds: float) -> Vectors | None:
        """What ``embed_documents`` gives for a few texts; None when the model was wanted for so many ``seconds``."""
        ...


def low_priority_vectors(embedder: Embedder, texts: Sequence[str], seconds: float) -> Vectors | None:
    """As ``embed_low_priority``; nobody else can want an embedder that is not shared. Raises as ``embed_documents``."""
    if isinstance(embedder, HasLowPriority):
        return embedder.embed_low_priority(texts, seconds)
    return embedder.embed_documents(texts)


class SharedEmbedder:
    """An ``Embedder`` over another one, safe and fair between threads.

    An ``inner`` whose class says ``exclusive = True`` runs in this process and does one thing at a time: its document
    batches and queries take turns. A model behind a server takes both at once. ``batch_size`` is the most texts in one
    call.
    """

    def __init__(self, inner: Embedder, *, batch_size: int) -> None:
        self._inner = inner
        self._batch_size = batch_size
        self._thread = (
            ThreadPoolExecutor(1, thread_name_prefix="searchapp-model") if getattr(inner, "exclusive", False) else None
        )
        self._tokenizer: RememberingTokenizer | None = None
        self._turn = threading.Condition()
        self._busy = False
        self._callers = 0
        self._in_a_row = 0
        self._documents_waiting = 0
        self._waiting: dict[str, _Job] = {}
        self._under_way: dict[str, _Job] = {}
        self._cache: LRUCache[str, Vector] = LRUCache(CACHED_QUERIES)

    @property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        return self._inner.fingerprint

    @property
    def tokenizer(self) -> Tokenizer:
        """See ``Embedder``; it remembers the latest texts."""
        inner = self._inner.tokenizer
        if self._tokenizer is None or self._tokenizer.inner is not inner:
            self._tokenizer = RememberingTokenizer(inner)
        return self._tokenizer

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``; batch by batch, queries between them."""
        if self._thread is None or len(texts) == 0:
            return self._called(lambda: self._inner.embed_documents(texts), "documents", len(texts))
        vectors = np.empty((len(texts), self.fingerprint.dims), dtype=np.float32)
        tokens = self.tokenizer.counts(texts) if len(texts) > self._batch_size else None
        for batch in batches_by_length(texts, self._batch_size, tokens):
            some = [texts[index] for index in batch]
            with self._documents_turn():
                vectors[batch] = self._called(partial(self._inner.embed_documents, some), "documents", len(some))
        return vectors

    def embed_low_priority(self, texts: Sequence[str], seconds: float) -> Vectors | None:
        """See ``HasLowPriority``; in one call, when neither a query nor a batch of documents waits."""
        if self._thread is None:
            return (
                None if seconds <= 0 else self._called(lambda: self._inner.embed_documents(texts), "spare", len(texts))
            )
        with self._turn:
            if not self._turn.wait_for(lambda: self._is_idle, seconds):
                return None
            self._busy = True
        try:
            return self._called(lambda: self._inner.embed_documents(texts), "spare", len(texts))
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def check(self) -> None:
        """Raise what an embedding would raise now; a model in this process is loaded, one behind a server asked for."""
        check: Callable[[], object] | None = getattr(self._inner, "check", None)
        if check is None:
            _ = self._inner.fingerprint
        else:
            check()

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``; also raises OverloadedError when too many callers wait."""
        with self._turn:
            if (known := self._cache.get(text)) is not None:
                metrics.CACHED.inc()
                return known
            if self._callers >= MOST_CALLERS:
                metrics.TURNED_AWAY.inc()
                raise OverloadedError("embedding_crowded", retry_after=BUSY_SECONDS, waiting=self._callers)
            job = self._under_way.get(text) or self._waiting.get(text)
            if job is None:
                job = self._waiting[text] = _Job()
            self._callers += 1
        try:
            with metrics.WAITING.track_inprogress():
                return self._awaited(job)
        finally:
            with self._turn:
                self._callers -= 1

    def _awaited(self, job: _Job) -> Vector:
        """The job's vector, by another caller's work or, where the model is free, by one's own."""
        while True:
            with self._turn:
                self._turn.wait_for(lambda: job.vector is not None or job.error is not None or self._is_free)
                if job.error is not None:
                    raise job.error
                if job.vector is not None:
                    return job.vector
                self._busy = True
                self._in_a_row += 1
                taken = {text: self._waiting[text] for text in _together(self._waiting, self._batch_size)}
                for key in taken:
                    del self._waiting[key]
                self._under_way = taken
            self._run(taken)

    @property
    def _is_free(self) -> bool:
        return not self._busy and not (self._documents_waiting and self._in_a_row >= QUERIES_IN_A_ROW)

    @property
    def _is_idle(self) -> bool:
        return not self._busy and not self._waiting and not self._documents_waiting

    def _run(self, taken: dict[str, _Job]) -> None:
        try:
            vectors = self._called(lambda: self._embed_queries(list(taken)), "queries", len(taken))
            for job, vector in zip(taken.values(), vectors, strict=True):
                vector.setflags(write=False)  # several callers and the cache share it
                job.vector = vector
        except Exception as error:  # noqa: BLE001 - raised in the thread of each caller
            for job in taken.values():
                job.error = error
        except BaseException:  # this thread is being ended; the others only have to ask again
            for job in taken.values():
                job.error = OverloadedError("search_interrupted")
            raise
        finally:
            with self._turn:
                self._busy = False
                self._under_way = {}
                for text, job in taken.items():
                    if job.vector is not None:
                        self._cache[text] = job.vector
                self._turn.notify_all()

    def _called(self, work: Callable[[], T], kind: str, count: int) -> T:
        with metrics.CALL_SECONDS.labels(kind).time():
            done = work() if self._thread is None else self._thread.submit(work).result()
        metrics.TEXTS.labels(kind).inc(count)
        return done

    def _embed_queries(self, texts: list[str]) -> list[Vector]:
        if len(texts) > 1 and isinstance(self._inner, EmbedsQueries):
            return [np.array(row) for row in self._inner.embed_queries(texts)]
        return [np.array(self._inner.embed_query(text)) for text in texts]

    @contextmanager
    def _documents_turn(self) -> Iterator[None]:
        with self._turn:
            self._documents_waiting += 1
            try:
                self._turn.wait_for(
                    lambda: not self._busy and (not self._waiting or self._in_a_row >= QUERIES_IN_A_ROW)
                )
            finally:
                self._documents_waiting -= 1
            self._busy = True
            self._in_a_row = 0
        try:
            yield
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()


def _together(waiting: Iterable[str], most: int) -> list[str]:
    """The query that has waited longest, and others of about its length: a batch is padded to its longest text, and a
    long query would make each of the short ones as costly as itself.
    """
    sizes = {text: max(len(text.encode()), SHORT_BYTES) for text in waiting}
    first = next(iter(sizes.values()))
    return [text for text, size in sizes.items() if first <= ALIKE * size and size <= ALIKE * first][:most]
