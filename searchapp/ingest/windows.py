"""The later stages: documents gather in windows, missing vectors are computed, and windows are written whole."""

from __future__ import annotations

import dataclasses
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from searchapp.embedding import Embedder, document_vectors
from searchapp.ingest import entries
from searchapp.ingest.channel import Ahead, Empty
from searchapp.ingest.claims import Claims
from searchapp.ingest.patience import Patience
from searchapp.ingest.results import Loaded, Read, Settled
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, IngestOutcome, IngestState, Vector
from searchapp.stores import LOST, DocumentWrite, Replacement, Store

WINDOW_CHUNKS = 512
"""Chunks that are embedded and written together: enough for full batches, few enough to show progress."""

WINDOW_DOCUMENTS = 64

HUNGRY_SECONDS = 0.05
"""How long a window that is not full waits for more while the embedder has nothing to do."""

REMEMBERED_VECTORS = 4096
"""Vectors of the latest chunks kept in memory: the store finds those it was just given only after a refresh."""


@dataclass(slots=True)
class Window:
    """Documents that are embedded and written together, and the outcomes that pass by."""

    loaded: list[Loaded] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    chunks: int = 0
    vectors: dict[str, Vector] = field(default_factory=dict)
    reused: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def add(self, item: Read) -> None:
        """Put one more document in."""
        if isinstance(item, Settled):
            self.settled.append(item)
        else:
            self.loaded.append(item)
            self.chunks += len(item.chunks)

    @property
    def empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.loaded and not self.settled

    @property
    def full(self) -> bool:
        """Whether it should be embedded now."""
        return self.chunks >= WINDOW_CHUNKS or len(self.loaded) + len(self.settled) >= WINDOW_DOCUMENTS

    @property
    def texts(self) -> Mapping[str, str]:
        """What the model reads, by hash."""
        return {chunk.hash: chunk.embedded_text for one in self.loaded for chunk in one.chunks}


def gathered(items: Ahead[Read], is_hungry: list[Ahead[Window]]) -> Iterator[Window]:
    """Windows of documents: full ones, or what there is when the next stage (in ``is_hungry``) has nothing to do."""
    window = Window()
    while True:
        try:
            window.add(items.take(None if window.empty else HUNGRY_SECONDS))
        except Empty:
            if not any(stage.starving for stage in is_hungry):
                continue
        except StopIteration:
            break
        else:
            if not window.full:
                continue
        yield window
        window = Window()
    if not window.empty:
        yield window


class Embedding:
    """Fills windows with vectors: remembered ones, stored ones, and computed ones for the rest."""

    def __init__(self, store: Store, embedder: Embedder, patient: Patience) -> None:
        self._store = store
        self._embedder = embedder
        self._patient = patient
        self._remembered: OrderedDict[str, Vector] = OrderedDict()

    def looked_up(self, windows: Iterable[Window]) -> Iterator[Window]:
        """Add the vectors that the store has."""
        for window in windows:
            if texts := window.texts:
                window.vectors.update(self._patient(self._store.vectors, texts.keys(), self._embedder.fingerprint))
            yield window

    def embedded(self, windows: Iterable[Window]) -> Iterator[Window]:
        """Add the vectors that are still missing."""
        for window in windows:
            started = time.perf_counter()
            texts = window.texts
            window.vectors.update(
                {
                    hash_: self._remembered[hash_]
                    for hash_ in texts.keys() - window.vectors.keys() & self._remembered.keys()
                }
            )
            missing = [hash_ for hash_ in texts if hash_ not in window.vectors]
            window.reused = texts.keys() - set(missing)
            if missing:
                computed = self._patient(document_vectors, self._embedder, [texts[hash_] for hash_ in missing])
                fresh = dict(zip(missing, computed, strict=True))
                window.vectors.update(fresh)
                self._remember(fresh)
            window.seconds = time.perf_counter() - started
            yield window

    def _remember(self, vectors: Mapping[str, Vector]) -> None:
        self._remembered.update(vectors)
        while len(self._remembered) > REMEMBERED_VECTORS:
            self._remembered.popitem(last=False)


class Writing:
    """Writes windows and tells what became of each document."""

    def __init__(self, store: Store, embedder: Embedder, claims: Claims | None, patient: Patience) -> None:
        self._store = store
        self._embedder = embedder
        self._claims = claims
        self._patient = patient

    def written(self, windows: Iterable[Window]) -> Iterator[IngestOutcome]:
        """Write, and yield one outcome a document."""
        for window in windows:
            yield from self._settle(window.settled)
            yield from self._write(window)

    def _settle(self, settled: list[Settled]) -> Iterator[IngestOutcome]:
        claimed: dict[str, DocumentEntry | None] = {}
        replaced: list[Replacement] = []
        for one in settled:
            if one.entry is None:
                continue
            if one.is_claimed or (self._claims and self._claims.held(one.entry.id)):
                claimed[one.entry.id] = one.entry
            else:
                replaced.append((one.known, one.entry))
        ours = self._patient(self._claims.settle, claimed) if self._claims and claimed else ()
        if replaced:  # what was deleted since it was read stays deleted, and what was queued stays queued
            self._patient(self._store.exchange, replaced)
        for one in settled:
            if one.outcome.document_id in ours or one.outcome.document_id not in claimed:
                yield one.outcome

    def _write(self, window: Window) -> Iterator[IngestOutcome]:
        if self._claims is not None:
            ours = self._patient(self._claims.confirm, [one.entry.id for one in window.loaded])
            window.loaded = [one for one in window.loaded if one.entry.id in ours]
        if not window.loaded:
            return
        share = window.seconds / max(1, window.chunks)
        writes = [_document_write(one, window.vectors, share) for one in window.loaded]
        # Before the write: a kill in between leaves a document that is read again, the other way round one too many.
        for one in window.loaded:
            if one.moved_from is not None:
                self._patient(self._store.delete_document, one.moved_from.id)
        owner = self._claims.owner if self._claims else ""
        errors = self._patient(self._store.write, writes, self._embedder.fingerprint, owner)
        computed: set[str] = set()
        for one, write in zip(window.loaded, writes, strict=True):
            if reason := errors.get(write.entry.id):
                if reason != LOST:
                    yield from self._refused(one, reason)
                continue
            new = {chunk.hash for chunk in one.chunks} - window.reused - computed
            computed |= new
            yield _indexed(one, write.entry, len(new))
        if self._claims is not None:
            lost = {id_ for id_, reason in errors.items() if reason == LOST}
            self._claims.done([write.entry.id for write in writes], lost=lost)

    def _refused(self, one: Loaded, reason: str) -> Iterator[IngestOutcome]:
        held = self._claims.held(one.entry.id) if self._claims else None
        sentence = f"The store refused a passage: {reason}."
        entry = entries.failed(held or one.entry, sentence, one.entry.content_hash)
        if self._claims is None:
            self._patient(self._store.put_entries, [entry])
        elif not self._patient(self._claims.settle, {entry.id: entry}):
            return
        yield IngestOutcome(entry.source, entry.id, IngestState(entry.state), entry.chunks, error=sentence)


def _document_write(one: Loaded, vectors: Mapping[str, Vector], seconds_a_chunk: float) -> DocumentWrite:
    entry = dataclasses.replace(one.entry, seconds=round(one.entry.seconds + seconds_a_chunk * len(one.chunks), 3))
    return DocumentWrite(entry, tuple(_with_vector(chunk, vectors) for chunk in one.chunks))


def _with_vector(chunk: Chunk, vectors: Mapping[str, Vector]) -> EmbeddedChunk:
    return EmbeddedChunk(chunk, vectors[chunk.hash])


def _indexed(one: Loaded, entry: DocumentEntry, embedded: int) -> IngestOutcome:
    return IngestOutcome(
        source=entry.source,
        document_id=entry.id,
        state=IngestState.INDEXED,
        chunks=len(one.chunks),
        embedded=embedded,
        reused=len(one.chunks) - embedded,
        note=f"Renamed from {one.moved_from.source}." if one.moved_from else entry.note,
    )
