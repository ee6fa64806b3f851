"""The store over Elasticsearch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
from elasticsearch import ApiError, Elasticsearch

from searchapp.embedding.base import Fingerprint
from searchapp.errors import IndexSwitchedError
from searchapp.model import Chunk, DocumentEntry, Filters, Vector
from searchapp.settings import Settings
from searchapp.stores.base import (
    DocumentWrite,
    FilingChange,
    Reencoder,
    RegistryPart,
    RetrievalQuery,
    RetrievalResults,
)
from searchapp.stores.elasticsearch import documents, queries
from searchapp.stores.elasticsearch.bulk import Action, Place
from searchapp.stores.elasticsearch.chunks import delete_chunks, held_documents
from searchapp.stores.elasticsearch.connection import reading, translated
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.installation import Step, install, remove
from searchapp.stores.elasticsearch.late_vectors import add_vectors, unembedded_texts
from searchapp.stores.elasticsearch.refiling import Refiling
from searchapp.stores.elasticsearch.registry import ElasticsearchRegistry
from searchapp.stores.elasticsearch.writing import Writing
from searchapp.telemetry.stages import Stage, stage_took

Json = dict[str, Any]

STAGES = {"keyword": Stage.KEYWORD, "semantic": Stage.VECTOR, "facets": Stage.FACETS}


class ElasticsearchStore(RegistryPart):
    """Chunks behind the alias ``<prefix>-chunks``, entries in ``<prefix>-documents``.

    ``index`` knows the versions, ``registry`` has the entries. A search goes to one version of the index by its own
    name, never through the alias: both retrievers meet the same version, and the vector is of its model. ``pinned``
    names a version to read instead of the live one.
    """

    def __init__(self, settings: Settings, reencode: Reencoder | None = None, pinned: str = "") -> None:
        self.index = index = ElasticsearchIndex(settings, pinned)
        self.registry = ElasticsearchRegistry(index)
        super().__init__(self.registry)
        # What the operator's commands ask of the index.
        self.settings, self.name, self.where, self.names = settings, index.name, index.where, index.names
        self.templates, self.spec, self.pipeline = index.templates, index.spec, index.pipeline
        self.live, self.look_again = index.live, index.look_again
        self._refiling = Refiling(index, self.registry)
        self._writing = Writing(index, self.registry, self._refiling, reencode, self.vectors)

    @property
    def client(self) -> Elasticsearch:
        """See ``ElasticsearchIndex``."""
        return self.index.client

    def check(self) -> None:
        """See ``Store``; also raises IncompatibleServerError for a server of another major version."""
        self.index.check()
        self.index.serving()

    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        return self.index.fingerprint()

    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``."""
        return self.index.succeeds(configured)

    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``. Where the alias is there nothing is touched, so that a writer needs no operator's rights."""
        if self.fingerprint() is None:
            self.apply(fingerprint)

    @translated
    def apply(self, fingerprint: Fingerprint, *, overwrite: bool = False) -> list[Step]:
        """Put the templates of es/ and create what is missing; returns what was done to each object.

        Raises StorageError when a template was edited by hand in the cluster, unless ``overwrite``.
        """
        self.index.check()
        self.look_again()
        templates = self.templates(fingerprint.dims)
        steps = install(self.client, self.names, templates, self.spec(fingerprint), overwrite=overwrite)
        self.registry.upgrade()
        return steps

    @translated
    def write(
        self, writes: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        """See ``Store``; the documents go into every version that receives writes.

        A document fails when the live version refuses it. What another version lacks is found by ``es reindex`` before
        a switch and by ``es rollback``, and made good there.
        """
        return self._writing.write(writes, model, owner)

    @translated
    def refile(self, document_ids: Collection[str], change: FilingChange) -> Mapping[str, DocumentEntry]:
        """See ``Store``; the entries first: whoever writes chunks at the same time goes by them in the end."""
        self.registry.upgrade()
        return self._refiling.refile(document_ids, change)

    @translated
    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """See ``Store``."""
        found: list[Chunk] = []
        until = None if size is None else first + size
        while True:
            after = found[-1].position if found else first - 1
            body = queries.chunks_of(document_id, queries.CHUNK_FIELDS, after, until)
            page = self.client.search(index=self.index.readable, ignore_unavailable=True, **_arguments(body))["hits"]
            found += [documents.chunk_of(hit) for hit in page["hits"]]
            if len(page["hits"]) < body["size"]:
                if not found:
                    self.index.serving()
                return tuple(found)

    @translated
    def documents_with(self, filters: Filters, phrase: str = "", after: str = "", size: int = 1000) -> tuple[str, ...]:
        """See ``Store``."""
        body = queries.documents_with(filters, phrase, after, size)
        answer = self.client.search(index=self.index.readable, ignore_unavailable=True, **_arguments(body))
        if "aggregations" not in answer:  # there is no index
            self.index.serving()
            return ()
        return tuple(bucket["key"]["document_id"] for bucket in answer["aggregations"]["found"]["buckets"])

    def held(self) -> Iterator[str]:
        """See ``Store``; of the live version."""
        live = self.index.live()
        if live is not None:
            with reading(self.where):
                self.client.indices.refresh(index=live.name)
                for document_id, _ in groupby(held_documents(self.client, live.name), lambda one: one.document_id):
                    yield document_id

    @translated
    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """See ``Store``; every version of that model is looked through, those that are no longer live too."""
        wanted = list(dict.fromkeys(hashes))
        found: dict[str, Vector] = {}
        indices = self.index.of_model(model or self.fingerprint()) if wanted else []
        for first in range(0, len(wanted) if indices else 0, 1000):
            body = queries.vectors_of(wanted[first : first + 1000])
            page = self.client.search(index=indices, ignore_unavailable=True, **_arguments(body))["hits"]
            for hit in page["hits"]:
                found[hit["_source"]["hash"]] = np.asarray(hit["fields"]["embedding"], dtype=np.float32)
        return found

    @translated
    def unembedded_texts(self, document_ids: Collection[str], size: int) -> Mapping[str, str]:
        """See ``Store``."""
        live = self.index.live()
        return unembedded_texts(self.client, live.name, document_ids, size) if live is not None else {}

    @translated
    def add_vectors(
        self, document_ids: Collection[str], vectors: Mapping[str, Vector], model: Fingerprint
    ) -> Mapping[str, int]:
        """See ``Store``; in every version of this model that receives writes."""
        live = self.index.live()
        if live is None or live.spec is None or not live.spec.fingerprint.matches(model):
            return {}
        known = self.known_entries(document_ids)  # before their chunks: who writes them anew writes the entry last
        given: Mapping[str, int] = {}
        for version in self.index.written_versions():
            if version.spec is not None and version.spec.fingerprint.matches(model):
                added = add_vectors(self.client, version.name, list(known), vectors)
                if version.name == live.name:
                    given, left = added
                    self.registry.count_unembedded(known, left)
        return given

    @translated
    def delete_document(self, document_id: str) -> bool:
        """See ``Store``; it goes from every version that receives writes."""
        if self.index.serving() is None:
            return False
        removed: list[int] = []

        def emptied(_: str, hit: Json | None) -> Action | None:
            # The entry goes last, so that a deletion that was cut short can be repeated, and only as it was found: if
            # it has changed, a version was perhaps written that was not there yet when chunks were removed.
            removed.extend(delete_chunks(self.client, one.name, [document_id]) for one in self.index.written_versions())
            return Action.delete(self.names.documents, document_id, Place.of(hit)) if hit else None

        return bool(self.registry.write_decided([document_id], emptied, refresh=True)) or any(removed)

    @translated
    def search(self, query: RetrievalQuery) -> RetrievalResults:
        """See ``Store``; both and the facets travel in one ``_msearch``, to one version of the index by its name."""
        live = self.index.serving()
        if live is None:
            return RetrievalResults((), ())
        if query.model is not None and live.spec and not live.spec.fingerprint.matches(query.model):
            raise IndexSwitchedError("searches_moved_away", version=live.name)
        bodies = queries.search_bodies(
            query, han=live.has_han, oversample=self.settings.oversample, candidates=self.settings.candidates
        )
        header = {"index": live.name, "allow_partial_search_results": False}
        sent = self.client.msearch(searches=[line for body in bodies.values() for line in (header, body)])
        answers = dict(zip(bodies, sent["responses"], strict=True))
        for name, answer in answers.items():
            if answer.get("error", {}).get("type") == "index_not_found_exception":
                self.look_again()  # it was pruned within the last second
                raise IndexSwitchedError("searches_moved_away", version=live.name)
            if "error" in answer:
                raise ApiError("search failed", replace(sent.meta, status=answer["status"]), answer)
            # All travelled together, so each one's time is what the server says of it.
            stage_took(STAGES[name], answer["took"] / 1000)
        return queries.retrieval_results(answers)

    @translated
    def count(self) -> int:
        """See ``Store``."""
        count = int(self.client.count(index=self.index.readable, ignore_unavailable=True)["count"])
        if not count:
            self.index.serving()
        return count

    @translated
    def refresh(self) -> None:
        """See ``Store``."""
        indices = [self.names.chunks, self.names.write, self.names.documents]
        self.client.indices.refresh(index=indices, ignore_unavailable=True)

    @translated
    def drop(self) -> None:
        """See ``Store``; the templates go too."""
        remove(self.client, self.names, self.templates(1))
        self.index.forget()


def _arguments(body: Json) -> Json:
    """A search body as the client's keyword arguments, which name one field otherwise."""
    return {"source" if key == "_source" else key: value for key, value in body.items()}
