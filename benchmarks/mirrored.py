"""Stores of a comparison: what several get written at once, and what was retrieved already."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence

from benchmarks.variants import Kept
from searchapp.embedding import Embedder, Fingerprint, document_vectors
from searchapp.errors import UsageError
from searchapp.model import EmbeddedChunk, Vector
from searchapp.settings import Settings
from searchapp.stores import DocumentWrite, RetrievalQuery, RetrievalResults
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.documents import chunk_source


class MirroredStore(ElasticsearchStore):
    """Writes new chunks to several stores, so that each is chunked, embedded and made JSON of once.

    What the server refuses to write into one of them, such as a type that its licence lacks, leaves that one out; it is
    in ``refused`` with the server's words. ``needed`` may not be refused anything. What the ingester leaves for later
    is embedded here: no registry lists it.
    """

    def __init__(
        self, settings: Settings, stores: Mapping[Kept, ElasticsearchStore], needed: Kept, embedder: Embedder
    ) -> None:
        super().__init__(settings)
        self.embedder = embedder
        self.stores = dict(stores)
        self.needed = needed
        self.refused: dict[Kept, str] = {}
        self.seconds = dict.fromkeys(self.stores, 0.0)

    def prepare(self, fingerprint: Fingerprint) -> None:
        for store in self.stores.values():
            store.prepare(fingerprint)

    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        now = dt.datetime.now(dt.UTC)
        late = [one.chunk.embedded_text for write in documents for one in write.chunks if one.vector is None]
        vectors = iter(document_vectors(self.embedder, late))
        actions = [
            Action.index("", one.chunk.id, chunk_source(write.entry, one, now))
            for write in documents
            for one in (EmbeddedChunk(one.chunk, next(vectors)) if one.vector is None else one for one in write.chunks)
        ]
        for kept, store in list(self.stores.items()):
            started = time.perf_counter()
            with reading(store.where):
                failures = write_all(store.client, (action.into(store.names.chunks) for action in actions))
            if failures:
                self.refused[kept] = next(iter(failures.values()))
                if kept == self.needed:
                    said = f"{len(failures)} passages could not be written: {self.refused[kept]}"
                    raise UsageError("passed_on", text=said, remedy="")
                del self.stores[kept]
                continue
            self.seconds[kept] += time.perf_counter() - started
        return {}

    def refresh(self) -> None:
        for store in self.stores.values():
            store.refresh()


class AnsweredStore(ElasticsearchStore):
    """Answers with retrievers that were asked for already."""

    def __init__(self, settings: Settings, retrieved: RetrievalResults) -> None:
        super().__init__(settings)
        self.retrieved = retrieved

    def fingerprint(self) -> None:
        return None  # the model was checked when the retrievers were asked for

    def search(self, query: RetrievalQuery) -> RetrievalResults:
        return self.retrieved


class AnsweredEmbedder:
    """Knows the vector of the query already; everything else is the embedder's."""

    def __init__(self, embedder: Embedder, vector: Vector) -> None:
        self.fingerprint, self.tokenizer = embedder.fingerprint, embedder.tokenizer
        self.embed_documents = embedder.embed_documents
        self.vector = vector

    def embed_query(self, text: str) -> Vector:
        return self.vector
