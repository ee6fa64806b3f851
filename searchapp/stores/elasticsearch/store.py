"""The store over Elasticsearch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from elasticsearch import ApiError, Elasticsearch, NotFoundError
from elasticsearch import __version__ as client_version

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, DocumentState, Vector
from searchapp.settings import Settings
from searchapp.stores.base import DocumentWrite, EntryPage, LegQuery, LegResults
from searchapp.stores.elasticsearch import documents, queries
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import connect, incompatible, shown, translated
from searchapp.stores.elasticsearch.installation import Names, Step, install, read_fingerprint
from searchapp.stores.elasticsearch.templates import COMPONENTS, INDEX_TEMPLATES, es_folder, read_templates

Json = dict[str, Any]

MAX_TERMS = 10_000
"""Hashes or ids asked for in one query; Elasticsearch's default limits are 65,536 terms and 10,000 hits."""


class ElasticsearchStore:
    """Chunks behind the alias ``<prefix>-chunks``, entries in ``<prefix>-documents``."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.where = shown(settings.elasticsearch_url)
        self.name = f"Elasticsearch at {self.where}"
        self.names = Names(settings.index_prefix)

    @cached_property
    def client(self) -> Elasticsearch:
        """The client; connecting happens with the first request."""
        return connect(self.settings)

    @translated
    def check(self) -> None:
        """See ``Store``; also raises IncompatibleServerError for a server of another major version."""
        self.client.cluster.health()
        try:
            nodes = self.client.nodes.info(metric="http", filter_path="nodes.*.version")
        except ApiError as error:
            if error.meta.status == 403:  # a reader's key may not look at nodes
                return
            raise
        for node in nodes.get("nodes", {}).values():
            if int(node["version"].split(".")[0]) != client_version[0]:
                raise incompatible(self.where, f"of version {node['version']}")

    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``. Where the alias is there nothing is touched, so that a writer needs no operator's rights."""
        if self.fingerprint() is None:
            self.apply(fingerprint)

    @translated
    def apply(self, fingerprint: Fingerprint) -> list[Step]:
        """Put the templates of es/mappings and create what is missing; returns what was done to each object."""
        self.check()
        folder = es_folder(self.settings.es_dir)
        templates = read_templates(folder, self.settings.index_prefix, fingerprint.dims, self.settings.index_options)
        return install(self.client, self.names, templates, fingerprint)

    @translated
    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        return read_fingerprint(self.client, self.names)

    @translated
    def write(self, writes: Sequence[DocumentWrite]) -> Mapping[str, str]:
        """See ``Store``."""
        if not writes:
            return {}
        known = self.known_entries([write.entry.id for write in writes])
        if known:  # earlier chunks may be too young to be found
            self.client.indices.refresh(index=self.names.chunks)
        before = self._chunk_ids([write.entry.id for write in writes])
        written = dt.datetime.now(dt.UTC)
        failures = write_all(self.client, self._chunk_actions(writes, written))
        failed = {chunk_id.rpartition("-")[0].rpartition("-")[0]: reason for chunk_id, reason in failures.items()}
        done = [write for write in writes if write.entry.id not in failed]
        stale = self._stale_actions(writes, before, failed)
        # Of a failed document the new chunks go; of the others the old ones.
        write_all(self.client, stale)
        entries = [Action.index(self.names.documents, w.entry.id, documents.entry_source(w.entry)) for w in done]
        failed |= write_all(self.client, entries)
        return failed

    def _chunk_actions(self, writes: Sequence[DocumentWrite], written: dt.datetime) -> Iterator[Action]:
        for write in writes:
            for embedded in write.chunks:
                source = documents.chunk_source(write.entry, embedded, written)
                yield Action.index(self.names.chunks, embedded.chunk.id, source)

    def _stale_actions(
        self, writes: Sequence[DocumentWrite], before: Mapping[str, set[str]], failed: Mapping[str, str]
    ) -> list[Action]:
        stale: set[str] = set()
        for write in writes:
            new = {embedded.chunk.id for embedded in write.chunks}
            old = before.get(write.entry.id, set())
            stale |= new - old if write.entry.id in failed else old - new
        return [Action.delete(self.names.chunks, chunk_id) for chunk_id in sorted(stale)]

    def _chunk_ids(self, document_ids: Sequence[str]) -> dict[str, set[str]]:
        """The ids of all chunks of these documents, by document."""
        found: dict[str, set[str]] = {}
        after: list[Any] | None = None
        while True:
            page = self.client.search(
                index=self.names.chunks,
                query={"bool": {"filter": [{"terms": {"document_id": list(document_ids)}}]}},
                sort=[{"document_id": "asc"}, {"position": "asc"}, {"hash": "asc"}],
                source=False,
                size=MAX_TERMS,
                search_after=after,
                track_total_hits=False,
            )["hits"]["hits"]
            for hit in page:
                found.setdefault(hit["sort"][0], set()).add(hit["_id"])
            if len(page) < MAX_TERMS:
                return found
            after = page[-1]["sort"]

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Store``."""
        actions = [Action.index(self.names.documents, entry.id, documents.entry_source(entry)) for entry in entries]
        write_all(self.client, actions, refresh=True)

    @translated
    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Store``."""
        return self.known_entries([document_id]).get(document_id)

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Store``."""
        if not document_ids:
            return {}
        try:
            found = self.client.mget(index=self.names.documents, ids=list(document_ids))["docs"]
        except NotFoundError:
            return {}
        return {hit["_id"]: documents.entry_of(hit) for hit in found if hit.get("found")}

    @translated
    def entries(
        self,
        *,
        state: DocumentState | None = None,
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
    ) -> EntryPage:
        """See ``Store``."""
        clauses: list[Json] = [{"term": {"state": str(state)}}] if state else []
        if groups is not None:
            clauses.append(queries.readable_by(groups))
        answer = self.client.search(
            index=self.names.documents,
            query={"bool": {"filter": clauses}},
            sort=[{"updated": {"order": "desc", "missing": "_last"}}, {"source": "asc"}],
            from_=offset,
            size=size,
            track_total_hits=True,
            ignore_unavailable=True,
        )["hits"]
        return EntryPage(tuple(documents.entry_of(hit) for hit in answer["hits"]), answer["total"]["value"])

    @translated
    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """See ``Store``."""
        found: list[Chunk] = []
        while True:
            body = queries.chunks_of(document_id, queries.CHUNK_FIELDS, found[-1].position if found else -1)
            page = self.client.search(index=self.names.chunks, ignore_unavailable=True, **_arguments(body))["hits"]
            found += [documents.chunk_of(hit) for hit in page["hits"]]
            if len(page["hits"]) < body["size"]:
                return tuple(found)

    @translated
    def vectors(self, hashes: Collection[str]) -> Mapping[str, Vector]:
        """See ``Store``."""
        wanted = list(dict.fromkeys(hashes))
        found: dict[str, Vector] = {}
        for first in range(0, len(wanted), 1000):
            body = queries.vectors_of(wanted[first : first + 1000])
            page = self.client.search(index=self.names.chunks, ignore_unavailable=True, **_arguments(body))["hits"]
            for hit in page["hits"]:
                found[hit["_source"]["hash"]] = np.asarray(hit["fields"]["embedding"], dtype=np.float32)
        return found

    @translated
    def delete_document(self, document_id: str) -> bool:
        """See ``Store``."""
        if self.fingerprint() is None:
            return False
        self.client.indices.refresh(index=self.names.chunks)
        ids = self._chunk_ids([document_id]).get(document_id, set())
        known = self.entry(document_id) is not None
        actions = [Action.delete(self.names.chunks, chunk_id) for chunk_id in sorted(ids)]
        # The entry goes last, so that a deletion that was cut short can be repeated.
        write_all(self.client, actions, refresh=True)
        write_all(self.client, [Action.delete(self.names.documents, document_id)], refresh=True)
        return known or bool(ids)

    @translated
    def search(self, query: LegQuery) -> LegResults:
        """See ``Store``; both legs travel in one ``_msearch``."""
        bodies: dict[str, Json] = {}
        if query.keywords is not None:
            bodies["keyword"] = queries.keyword_body(query)
        if query.vector is not None:
            bodies["semantic"] = queries.semantic_body(query, query.vector, self.settings.oversample)
        header = {"index": self.names.chunks, "ignore_unavailable": True}
        answers = self.client.msearch(searches=[line for body in bodies.values() for line in (header, body)])
        legs: dict[str, list[Json]] = {"keyword": [], "semantic": []}
        for leg, answer in zip(bodies, answers["responses"], strict=True):
            if "error" in answer:
                raise ApiError("search failed", _meta_of(answers, answer["status"]), answer)
            legs[leg] = documents.newest_versions(answer["hits"]["hits"])
        return LegResults(
            keyword=tuple(documents.found_chunk(hit, hit["_score"]) for hit in legs["keyword"]),
            # Elasticsearch scores cosine similarity as (1 + cosine) / 2.
            semantic=tuple(documents.found_chunk(hit, 2 * hit["_score"] - 1) for hit in legs["semantic"]),
        )

    @translated
    def count(self) -> int:
        """See ``Store``."""
        return int(self.client.count(index=self.names.chunks, ignore_unavailable=True)["count"])

    @translated
    def refresh(self) -> None:
        """See ``Store``."""
        self.client.indices.refresh(index=[self.names.chunks, self.names.documents], ignore_unavailable=True)

    @translated
    def drop(self) -> None:
        """See ``Store``; the templates go too."""
        found = self.client.indices.get(index=f"{self.names.chunks}-*,{self.names.documents}", ignore_unavailable=True)
        for name in found:
            self.client.indices.delete(index=name)
        gone = self.client.options(ignore_status=404)
        for name in INDEX_TEMPLATES:
            gone.indices.delete_index_template(name=f"{self.names.prefix}-{name}")
        for name in COMPONENTS:
            gone.cluster.delete_component_template(name=f"{self.names.prefix}-{name}")


def _arguments(body: Json) -> Json:
    """A search body as the client's keyword arguments, which name two fields otherwise."""
    renamed = {"_source": "source", "from": "from_"}
    return {renamed.get(key, key): value for key, value in body.items()}


def _meta_of(answers: Any, status: int) -> Any:
    import dataclasses

    return dataclasses.replace(answers.meta, status=status)
