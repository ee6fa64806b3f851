"""The pipeline: one thread loads and chunks, the caller's embeds and writes, a short queue lies between them.

Documents pass through in windows of some hundred chunks, so that embedding batches form across documents and memory
does not grow with the corpus. A document that fails costs only itself; a store or model that fails ends the run, and
what was not written is simply done again the next time.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import queue
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from searchapp.chunking import chunk_document
from searchapp.embedding import Embedder
from searchapp.errors import SourceError
from searchapp.ingest.originals import Originals
from searchapp.model import (
    Chunk,
    Document,
    DocumentEntry,
    DocumentState,
    EmbeddedChunk,
    IngestOutcome,
    IngestState,
    Vector,
)
from searchapp.settings import Settings
from searchapp.sources import BadTarget, Loader, PageVersion, SourceRef, discover, likely_type
from searchapp.stores import DocumentWrite, Store, model_in_use

WINDOW_CHUNKS = 512
"""Chunks that are embedded and written together: enough for full batches, few enough to show progress."""

WINDOW_DOCUMENTS = 64
LOOK_AHEAD = 64
"""Documents that may lie loaded between both threads."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A document that is ready to be embedded."""

    document: Document
    chunks: tuple[Chunk, ...]
    seconds: float
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class _Window:
    """Documents that are embedded and written together."""

    loaded: list[_Loaded] = field(default_factory=list)
    chunks: int = 0

    def add(self, loaded: _Loaded) -> None:
        self.loaded.append(loaded)
        self.chunks += len(loaded.chunks)

    @property
    def full(self) -> bool:
        return self.chunks >= WINDOW_CHUNKS or len(self.loaded) >= WINDOW_DOCUMENTS


class _End:
    """The last thing in the queue; carries what ended the loading thread early, if anything did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


_Item: TypeAlias = "_Loaded | IngestOutcome | _End"


class Ingester:
    """Puts documents into the store."""

    def __init__(self, store: Store, embedder: Embedder, originals: Originals, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._originals = originals
        self._settings = settings

    def ingest(self, targets: Iterable[str], *, groups: Sequence[str] | None = None) -> Iterator[IngestOutcome]:
        """Ingest files, folders and web addresses; yields one outcome for each document as it is done.

        ``groups`` alone may read the documents, () opens them to everybody, None leaves it as it was. Raises
        ModelMismatchError before anything is read, and the errors of store and embedder. Closing the iterator stops the
        run after what is under way.
        """
        self._prepare()
        loading = _LoadingThread(self._loaded(targets, groups))
        try:
            window = _Window()
            for item in loading.items():
                if isinstance(item, IngestOutcome):
                    yield item
                    continue
                window.add(item)
                if window.full or loading.idle:
                    yield from self._finish(window)
                    window = _Window()
            yield from self._finish(window)
        finally:
            loading.stop()
            self._store.refresh()

    def ingest_documents(self, documents: Iterable[Document]) -> Iterator[IngestOutcome]:
        """Ingest documents that are in memory already, as ``ingest`` does with sources."""
        self._prepare()
        window = _Window()
        for document in documents:
            window.add(self._chunked(document, time.perf_counter()))
            if window.full:
                yield from self._finish(window)
                window = _Window()
        yield from self._finish(window)
        self._store.refresh()

    def queue(self, source: str, *, groups: Sequence[str] = ()) -> DocumentEntry:
        """Register a file or address as queued, to be ingested later; returns its entry.

        ``groups`` may read it beside those that may already; what was open to everybody stays so. What is known already
        keeps its facts, and stays searchable. Raises SourceError when there is no such source.
        """
        found = next(iter(discover([source])), None)
        if found is None:
            raise SourceError(f"There is nothing to read in {source}.", "Name a file or a web address.")
        if isinstance(found, BadTarget):
            raise found.error
        self._prepare()
        known = self._store.entry(found.id)
        entry = self._entry(found, known, DocumentState.QUEUED, _joined(known, groups))
        self._store.put_entries([entry])
        return entry

    def _prepare(self) -> None:
        fingerprint = self._embedder.fingerprint
        model_in_use(self._store, fingerprint)
        self._store.prepare(fingerprint)

    # --- first thread: sources to chunks

    def _loaded(self, targets: Iterable[str], groups: Sequence[str] | None) -> Iterator[_Loaded | IngestOutcome]:
        with Loader(self._settings) as loader:
            found = discover(targets)
            while group := list(itertools.islice(found, LOOK_AHEAD)):
                known = self._store.known_entries([one.id for one in group])
                for one in group:
                    yield self._load(loader, one, known.get(one.id), groups)

    def _load(
        self, loader: Loader, found: SourceRef | BadTarget, known: DocumentEntry | None, wanted: Sequence[str] | None
    ) -> _Loaded | IngestOutcome:
        started = time.perf_counter()
        groups = _sorted(wanted) if wanted is not None else known.groups if known else ()
        try:
            if isinstance(found, BadTarget):
                raise found.error
            raw = loader.read(found, self._held(found, known, groups))
            if known and _is_current(known, raw.content_hash, groups):
                if known.state is not DocumentState.INDEXED:  # it was queued again, and nothing had changed
                    self._store.put_entries([dataclasses.replace(known, state=DocumentState.INDEXED)])
                return IngestOutcome(known.source, known.id, IngestState.UNCHANGED, known.chunks, note=known.note)
            document = loader.parse(raw)
            if found.is_url:
                self._originals.keep_page(raw, document.type)
        except SourceError as error:
            return self._failed(found, known, str(error), groups)
        return self._chunked(document, started, groups)

    def _held(self, found: SourceRef, known: DocumentEntry | None, groups: tuple[str, ...]) -> PageVersion | None:
        """The version of a web page that is in the store, so that its server need not send it again."""
        if not found.is_url or known is None or not _is_current(known, known.content_hash, groups):
            return None
        version = self._originals.version(found.id)
        return version if version is not None and version.content_hash == known.content_hash else None

    def _chunked(self, document: Document, started: float, groups: tuple[str, ...] = ()) -> _Loaded:
        settings = self._settings
        chunks = chunk_document(document, self._embedder, settings.chunk_overlap_tokens, settings.chunk_tokens)
        return _Loaded(document, tuple(chunks), time.perf_counter() - started, groups)

    # --- second thread: chunks to the store

    def _finish(self, window: _Window) -> Iterator[IngestOutcome]:
        if not window.loaded:
            return
        started = time.perf_counter()
        chunks = [chunk for loaded in window.loaded for chunk in loaded.chunks]
        vectors, reused = self._vectors(chunks)
        share = (time.perf_counter() - started) / max(1, len(chunks))
        writes = [self._write(loaded, vectors, share) for loaded in window.loaded]
        errors = self._store.write(writes, self._embedder.fingerprint)
        computed: set[str] = set()
        for loaded, write in zip(window.loaded, writes, strict=True):
            if reason := errors.get(write.entry.id):
                known = self._store.entry(write.entry.id)
                ref = SourceRef(write.entry.source, write.entry.id)
                yield self._failed(ref, known, f"The store refused a passage: {reason}.", loaded.groups)
                continue
            new = {chunk.hash for chunk in loaded.chunks} - reused - computed
            computed |= new
            yield IngestOutcome(
                source=write.entry.source,
                document_id=write.entry.id,
                state=IngestState.INDEXED,
                chunks=len(loaded.chunks),
                embedded=len(new),
                reused=len(loaded.chunks) - len(new),
                note=write.entry.note,
            )

    def _vectors(self, chunks: Sequence[Chunk]) -> tuple[Mapping[str, Vector], set[str]]:
        """A vector for every hash, and which of them the store had already."""
        texts = {chunk.hash: chunk.embedded_text for chunk in chunks}
        stored = self._store.vectors(texts.keys(), self._embedder.fingerprint)
        missing = [hash_ for hash_ in texts if hash_ not in stored]
        computed = self._embedder.embed_documents([texts[hash_] for hash_ in missing]) if missing else ()
        return {**stored, **dict(zip(missing, computed, strict=True))}, set(stored)

    def _write(self, loaded: _Loaded, vectors: Mapping[str, Vector], seconds_a_chunk: float) -> DocumentWrite:
        document = loaded.document
        entry = DocumentEntry(
            id=document.id,
            source=document.source,
            title=document.title,
            type=document.type,
            state=DocumentState.INDEXED,
            content_hash=document.content_hash,
            language=document.language,
            modified=document.modified,
            pages=document.pages,
            chunks=len(loaded.chunks),
            note=document.note,
            updated=_now(),
            seconds=round(loaded.seconds + seconds_a_chunk * len(loaded.chunks), 3),
            groups=loaded.groups,
        )
        return DocumentWrite(entry, tuple(EmbeddedChunk(chunk, vectors[chunk.hash]) for chunk in loaded.chunks))

    def _failed(
        self,
        found: SourceRef | BadTarget,
        known: DocumentEntry | None,
        sentence: str,
        groups: tuple[str, ...],
    ) -> IngestOutcome:
        """Record the failure; an older version stays searchable, and its facts stay in the entry."""
        entry = self._entry(found, known, DocumentState.FAILED, groups)
        self._store.put_entries([dataclasses.replace(entry, error=sentence)])
        return IngestOutcome(
            found.source, found.id, IngestState.FAILED, chunks=known.chunks if known else 0, error=sentence
        )

    def _entry(
        self,
        found: SourceRef | BadTarget,
        known: DocumentEntry | None,
        state: DocumentState,
        groups: tuple[str, ...],
    ) -> DocumentEntry:
        now = _now()
        if known is not None:
            return dataclasses.replace(known, state=state, error="", updated=now, groups=groups)
        title = found.source.rstrip("/").rpartition("/")[2] or found.source
        type_ = likely_type(found.source)
        return DocumentEntry(found.id, found.source, title, type_, state, updated=now, groups=groups)


class _LoadingThread:
    """Runs a generator ahead of its consumer, ``LOOK_AHEAD`` items at the most."""

    def __init__(self, source: Iterator[_Loaded | IngestOutcome]) -> None:
        self._source = source
        self._queue: queue.Queue[_Item] = queue.Queue(LOOK_AHEAD)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="searchapp-load", daemon=True)
        self._thread.start()

    def items(self) -> Iterator[_Loaded | IngestOutcome]:
        """What the generator yields; its exception is raised here."""
        while True:
            item = self._queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item

    @property
    def idle(self) -> bool:
        """Whether nothing is waiting, so that the embedder should rather begin than wait for a fuller window."""
        return self._queue.empty()

    def stop(self) -> None:
        """End the thread after the item at hand."""
        self._stopping.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue

    def _run(self) -> None:
        end = _End()
        try:
            for item in self._source:
                self._queue.put(item)
                if self._stopping.is_set():
                    break
        except BaseException as error:  # noqa: BLE001 - it is raised again in the consumer's thread
            end = _End(error)
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()
            if not self._stopping.is_set():
                self._queue.put(end)


def _sorted(groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(groups)))


def _joined(known: DocumentEntry | None, added: Iterable[str]) -> tuple[str, ...]:
    if known is None:
        return _sorted(added)
    return _sorted((*known.groups, *added)) if known.groups else ()


def _is_current(known: DocumentEntry, content_hash: str, groups: tuple[str, ...]) -> bool:
    """Whether what the store has of a document is what it should have."""
    if known.state is DocumentState.FAILED or known.content_hash != content_hash or known.groups != groups:
        return False
    # A queued entry names its new groups already, its passages perhaps not yet.
    return known.state is DocumentState.INDEXED or not groups


def _now() -> dt.datetime:
    """The time to the millisecond, which is what the stores keep."""
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
