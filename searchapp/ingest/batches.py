"""Documents gather in batches, are looked up and embedded together (``embedding``), and are written whole."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from searchapp.ingest.lifecycle import mark_failed
from searchapp.ingest.prefetch import Empty, Prefetch
from searchapp.ingest.retry import Run
from searchapp.messages import Message
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, IngestOutcome, IngestState, Vector
from searchapp.stores import LOST, DocumentWrite, Replacement

BATCH_CHUNKS = 512
"""Chunks that are embedded and written together: enough for full batches, few enough to show progress."""

BATCH_ITEMS = 64
"""Documents that a batch holds at most, however short they are."""

IDLE_SECONDS = 0.05
"""How long a batch that is not full waits for more while the embedder has nothing to do."""

GATHERED_SECONDS = 0.5
"""How long documents gather to be written by their words, while the model is busy with others."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document that is ready to be embedded; ``moved_from`` is the entry under which its chunks stood so far."""

    entry: DocumentEntry
    chunks: tuple[Chunk, ...]
    moved_from: DocumentEntry | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """A document that needs no embedding: its outcome, and its entry where that must be written.

    That takes the place of what was acquired, or of ``known``, which was read.
    """

    outcome: IngestOutcome
    entry: DocumentEntry | None = None
    known: DocumentEntry | None = None
    is_acquired: bool = False


Item: TypeAlias = Loaded | Finished


@dataclass(slots=True)
class Batch:
    """Documents that are embedded and written together, and the outcomes that pass by."""

    loaded: list[Loaded] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    chunks: int = 0
    comes_last: bool = False
    """Whether it may not overtake what is embedded: the first page of a site says that all of its pages are done."""
    vectors: dict[str, Vector] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, item: Item) -> None:
        """Put one more document in."""
        if isinstance(item, Finished):
            self.finished.append(item)
        else:
            self.loaded.append(item)
            self.chunks += len(item.chunks)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.loaded and not self.finished

    @property
    def is_full(self) -> bool:
        """Whether it should be embedded now."""
        return self.chunks >= BATCH_CHUNKS or len(self.loaded) + len(self.finished) >= BATCH_ITEMS

    @property
    def texts(self) -> Mapping[str, str]:
        """What the model reads, by hash."""
        return {chunk.hash: chunk.embedded_text for one in self.loaded for chunk in one.chunks}

    @property
    def missing(self) -> Mapping[str, str]:
        """The texts whose vectors are not known, by hash."""
        return {hash_: text for hash_, text in self.texts.items() if hash_ not in self.vectors}

    def add_computed(self, vectors: Mapping[str, Vector]) -> None:
        """These were missing."""
        self.vectors.update(vectors)
        self.computed.update(vectors)


def gather(
    items: Prefetch[Item],
    next_stage: list[Prefetch[Batch]],
    is_busy: Callable[[], bool] = lambda: False,
    comes_last: Callable[[str], bool] = lambda document_id: False,
) -> Iterator[Batch]:
    """Batches of documents: full ones, or what there is when the stage in ``next_stage`` has nothing to do.

    (A list, since that stage is made of this one, and put in afterwards.) While the model ``is_busy`` they gather for
    longer: many small writes cost more than they find sooner. A document that ``comes_last``, by its id, is a batch of
    its own.
    """
    batch, begun = Batch(), 0.0
    while True:
        try:
            item = items.take(None if batch.is_empty else IDLE_SECONDS)
            if comes_last(item.outcome.document_id if isinstance(item, Finished) else item.entry.id):
                if not batch.is_empty:
                    yield batch
                batch = Batch(comes_last=True)
                batch.add(item)
                yield batch
                batch, begun = Batch(), 0.0
                continue
            batch.add(item)
            begun = begun or time.monotonic()
        except Empty:
            if not any(stage.is_idle for stage in next_stage):
                continue
            if is_busy() and time.monotonic() - begun < GATHERED_SECONDS:
                continue
        except StopIteration:
            break
        else:
            if not batch.is_full:
                continue
        yield batch
        batch, begun = Batch(), 0.0
    if not batch.is_empty:
        yield batch


class Writing:
    """Writes batches and reports what became of each document; ``late`` hears of those written by their words alone."""

    def __init__(self, run: Run, late: Callable[[], None] = lambda: None) -> None:
        self._late = late
        self._store = run.store
        self._embedder = run.embedder
        self._leases = run.leases

    def write(self, batches: Iterable[Batch]) -> Iterator[IngestOutcome]:
        """Write, and yield one outcome a document."""
        for batch in batches:
            yield from self._finalize(batch.finished)
            yield from self._write_documents(batch)

    def _finalize(self, finished: Sequence[Finished]) -> Iterator[IngestOutcome]:
        acquired: dict[str, DocumentEntry | None] = {}
        replaced: list[Replacement] = []
        for one in finished:
            if one.entry is None:
                continue
            if one.is_acquired or self._leases.held(one.entry.id):
                acquired[one.entry.id] = one.entry
            else:
                replaced.append((one.known, one.entry))
        ours = self._leases.finalize(acquired) if acquired else ()
        if replaced:  # what was deleted since it was read stays deleted, and what was queued stays queued
            self._store.exchange(replaced)
        for one in finished:
            if one.outcome.document_id in ours or one.outcome.document_id not in acquired:
                yield one.outcome

    def _write_documents(self, batch: Batch) -> Iterator[IngestOutcome]:
        ours = self._leases.confirm([one.entry.id for one in batch.loaded])
        batch.loaded = [one for one in batch.loaded if one.entry.id in ours]
        if not batch.loaded:
            return
        seconds_a_chunk = batch.seconds / max(1, batch.chunks)
        writes = [_document_write(one, batch.vectors, seconds_a_chunk) for one in batch.loaded]
        # Before the write: a kill in between leaves a document that is read again, the other way round one too many.
        for one in batch.loaded:
            if one.moved_from is not None:
                self._store.delete_document(one.moved_from.id)
        errors = self._store.write(writes, self._embedder.fingerprint, self._leases.owner)
        if any(write.unembedded for write in writes):
            self._late()
        counted: set[str] = set()
        for one, write in zip(batch.loaded, writes, strict=True):
            if reason := errors.get(write.entry.id):
                if reason != LOST:
                    yield from self._fail(one, reason)
                continue
            new = {chunk.hash for chunk in one.chunks} & batch.computed - counted
            counted |= new
            yield _outcome(one, write, len(new))
        lost = {id_ for id_, reason in errors.items() if reason == LOST}
        self._leases.release([write.entry.id for write in writes], lost=lost)

    def _fail(self, one: Loaded, reason: str) -> Iterator[IngestOutcome]:
        sentence = Message("passage_refused", why=reason)
        entry = mark_failed(self._leases.held(one.entry.id) or one.entry, sentence, one.entry.content_hash)
        if self._leases.finalize({entry.id: entry}):
            yield IngestOutcome(entry.source, entry.id, IngestState(entry.state), entry.chunks, error=entry.error)


def _document_write(one: Loaded, vectors: Mapping[str, Vector], seconds_a_chunk: float) -> DocumentWrite:
    entry = dataclasses.replace(one.entry, seconds=round(one.entry.seconds + seconds_a_chunk * len(one.chunks), 3))
    return DocumentWrite(entry, tuple(EmbeddedChunk(chunk, vectors.get(chunk.hash)) for chunk in one.chunks))


def _outcome(one: Loaded, write: DocumentWrite, embedded: int) -> IngestOutcome:
    entry, unembedded = write.entry, write.unembedded
    return IngestOutcome(
        source=entry.source,
        document_id=entry.id,
        state=IngestState.INDEXED,
        chunks=len(one.chunks),
        embedded=embedded,
        reused=len(one.chunks) - embedded - unembedded,
        unembedded=unembedded,
        note=Message("renamed", source=one.moved_from.source).encoded() if one.moved_from else entry.note,
    )
