"""Documents from one version of the index to another, and the proof that both hold the same."""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from searchapp.errors import StorageError
from searchapp.model import EmbeddedChunk, Vector
from searchapp.stores import DocumentWrite, Reencoder
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.chunks import (
    Held,
    StoredDocument,
    delete_chunks,
    held_documents,
    replace_documents,
    stored_documents,
)
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import Version

WINDOW_CHUNKS = 512
"""Chunks that are read, embedded and written together: full batches for the model, little to do again after a kill."""

WINDOW_DOCUMENTS = 256

END_SLACK = 16
"""Characters of white space that the last chunk of a document may have more when it is cut otherwise."""

ROUNDS = 20
"""Most comparisons before a switch; each one repairs what the one before it found."""


@dataclass(slots=True)
class Comparison:
    """What two versions hold.

    ``missing`` documents are absent, older or incomplete in the second version; each with the time at which the first
    one got it, in milliseconds. ``surplus`` ones are in the second version only. ``stuck`` ones differ although they
    were repaired again and again.
    """

    documents: int = 0
    chunks: int = 0
    copied_documents: int = 0
    copied_chunks: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)
    stuck: tuple[str, ...] = ()


class Copier:
    """Carries documents from ``source`` to ``target``; at most ``chunks_a_second`` where that is given."""

    def __init__(
        self,
        store: ElasticsearchStore,
        reencode: Reencoder,
        source: Version,
        target: Version,
        chunks_a_second: float | None = None,
    ) -> None:
        self._store = store
        self._client = store.client
        self._reencode = reencode
        self._source, self._target = source, target
        self._pause = 1.0 / chunks_a_second if chunks_a_second else 0.0
        self.embedded = self.reused = 0

    def copy_all(self, after: str, done: Callable[[str, int, int], None]) -> None:
        """Copy every document by ascending id, those after ``after``.

        ``done`` hears after each window: the last id, and the documents and source chunks of the window.
        """
        for window in _windows(held_documents(self._client, self._source.name, after)):
            ids = list(dict.fromkeys(held.document_id for held in window))
            self.copy(ids)
            done(ids[-1], len(ids), sum(held.chunks for held in window))

    def copy(self, document_ids: Sequence[str]) -> None:
        """Copy these documents; those that the source no longer has are removed from the target.

        Raises StorageError when the target refuses a document.
        """
        started = time.monotonic()
        with reading(self._store.where):
            stored = stored_documents(self._client, self._source.name, document_ids)
            writes = self._encoded(stored)
            by_moment = defaultdict(list)
            for document, write in zip(stored, writes, strict=True):
                by_moment[document.written].append(write)
            for written, group in by_moment.items():
                pipeline = self._store.pipeline(self._target)
                refused = replace_documents(self._client, self._target.name, group, written, pipeline)
                for document_id, reason in refused.items():
                    raise StorageError(
                        "version_refuses_document", version=self._target.name, document=document_id, why=reason
                    )
            gone = set(document_ids) - {document.entry.id for document in stored}
            if gone:
                delete_chunks(self._client, self._target.name, sorted(gone))
        chunks = sum(len(write.chunks) for write in writes)
        time.sleep(max(0.0, chunks * self._pause - (time.monotonic() - started)))

    def compare(self) -> Comparison:
        """Look at every document of both versions, as they are now."""
        with reading(self._store.where):
            self._client.indices.refresh(index=[self._source.name, self._target.name])
            source = _newest(held_documents(self._client, self._source.name))
            target = _newest(held_documents(self._client, self._target.name))
            return _compared(source, target)

    def reconcile(self) -> Comparison:
        """Compare and repair until nothing is missing, or only what writers are writing at this moment.

        What differs after ``ROUNDS`` rounds as it did before the last one is ``stuck``.
        """
        earlier: set[tuple[str, int]] | None = None
        for _ in range(ROUNDS):
            found = self.compare()
            differing = {*found.missing.items(), *((document_id, 0) for document_id in found.surplus)}
            self._repair(sorted({document_id for document_id, _ in differing}))
            # A writer writes to both versions before it says that it is done: what appears between rounds is under way.
            if not differing or (earlier is not None and not differing & earlier):
                return found
            same, earlier = differing & (earlier or set()), differing
        found.stuck = tuple(sorted({document_id for document_id, _ in same}))
        return found

    def _repair(self, document_ids: Sequence[str]) -> None:
        for first in range(0, len(document_ids), WINDOW_DOCUMENTS):
            self.copy(document_ids[first : first + WINDOW_DOCUMENTS])

    def _encoded(self, stored: Sequence[StoredDocument]) -> list[DocumentWrite]:
        spec = self._target.spec
        if spec is None:
            raise StorageError("version_unexplained", version=self._target.name)
        asked: set[str] = set()
        found: set[str] = set()

        def known(hashes: Collection[str]) -> Mapping[str, Vector]:
            vectors = self._store.vectors(hashes, spec.fingerprint)
            asked.update(hashes)
            found.update(vectors)
            return vectors

        hashes = {chunk.hash for document in stored for chunk in document.chunks}
        alike = self._source.spec is not None and spec.matches(self._source.spec)
        vectors = known(hashes) if alike else {}
        if alike and hashes <= vectors.keys():
            # Cut and embedded alike: chunks go over as they are, with their vectors.
            writes = [
                DocumentWrite(one.entry, tuple(EmbeddedChunk(chunk, vectors[chunk.hash]) for chunk in one.chunks))
                for one in stored
            ]
        else:
            writes = self._reencode([(document.entry, document.chunks) for document in stored], spec, known)
        self.reused += len(found)
        self.embedded += len(asked - found)
        return writes


def _windows(held: Iterator[Held]) -> Iterator[list[Held]]:
    window: list[Held] = []
    for one in held:
        if window and (
            sum(other.chunks for other in window) + one.chunks > WINDOW_CHUNKS or len(window) >= WINDOW_DOCUMENTS
        ):
            yield window
            window = []
        window.append(one)
    if window:
        yield window


def _newest(held: Iterator[Held]) -> Iterator[Held]:
    """One line a document: its newest version, as searches see it."""
    for _, lines in groupby(held, key=lambda one: one.document_id):
        yield max(lines, key=lambda one: (one.written, one.version))


def _same(ours: Held, theirs: Held) -> bool:
    # What has no vector yet gets it by the copy: nobody would see to it in a version that is not live.
    complete = theirs.whole and not theirs.unembedded and theirs.end + END_SLACK >= ours.end
    return complete and (ours.version, ours.written) == (theirs.version, theirs.written)


def _compared(source: Iterator[Held], target: Iterator[Held]) -> Comparison:
    """Walk both in step; each is ordered by document id."""
    found = Comparison()
    tagged = heapq.merge(_tagged(0, source), _tagged(1, target), key=itemgetter(0, 1))
    for document_id, lines in groupby(tagged, key=itemgetter(0)):
        sides = {side: one for _, side, one in lines}
        ours, theirs = sides.get(0), sides.get(1)
        if ours is not None:
            found.documents += 1
            found.chunks += ours.chunks
            if theirs is None or not _same(ours, theirs):
                found.missing[document_id] = ours.written
        if theirs is not None:
            found.copied_documents += 1
            found.copied_chunks += theirs.chunks
            if ours is None:
                found.surplus.append(document_id)
    return found


def _tagged(side: int, held: Iterator[Held]) -> Iterator[tuple[str, int, Held]]:
    for one in held:
        yield one.document_id, side, one
