"""The registry half of the Elasticsearch store. Claims are atomic by the server's sequence numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from elasticsearch import NotFoundError

from searchapp.errors import UsageError
from searchapp.model import DocumentEntry, DocumentState, Pause
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import translated
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.installation import add_missing
from searchapp.stores.elasticsearch.listing import containing, page
from searchapp.stores.elasticsearch.queries import readable_by
from searchapp.stores.elasticsearch.templates import es_folder, registry_properties
from searchapp.stores.paging import Cursor, EntryPage
from searchapp.stores.registry import PAGE, EntryOrder, by_content

Json = dict[str, Any]

PAUSE = "searchapp-queue-paused"
"""The id under which the pause of the queue stands among the entries: a worker's key may write no other index."""

NO_DOCUMENT: Json = {"must_not": {"ids": {"values": [PAUSE]}}}
"""What keeps it out of what is asked about documents."""


class ElasticsearchRegistry(ElasticsearchIndex):
    """Entries in ``<prefix>-documents``; a part of ``ElasticsearchStore``."""

    @cached_property
    def _upgraded(self) -> bool:
        """Adds the fields that a registry of an earlier version lacks. Done once a process."""
        add_missing(self.client, self.names.documents, registry_properties(es_folder(self.settings.es_dir)))
        return True

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        _ = self._upgraded
        write_all(self.client, map(self._put, entries), refresh=True)

    def _put(self, entry: DocumentEntry) -> Action:
        return Action.index(self.names.documents, entry.id, documents.entry_source(entry))

    @translated
    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Registry``."""
        return self.known_entries([document_id]).get(document_id)

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {id_: documents.entry_of(hit) for id_, hit in self._found(document_ids).items() if id_ != PAUSE}

    def _found(self, document_ids: Collection[str]) -> dict[str, Json]:
        if not document_ids:
            return {}
        try:
            found = self.client.mget(index=self.names.documents, ids=list(document_ids))["docs"]
        except NotFoundError:
            return {}
        return {hit["_id"]: hit for hit in found if hit.get("found")}

    @translated
    def entries(
        self,
        *,
        states: Collection[DocumentState] = (),
        contains: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
    ) -> EntryPage:
        """See ``Registry``."""
        clauses: list[Json] = [{"terms": {"state": [str(state) for state in states]}}] if states else []
        if groups is not None:
            clauses.append(readable_by(groups))
        if contains:
            clauses.append(containing(contains))
        query: Json = {"bool": {"filter": clauses, **NO_DOCUMENT}}
        return page(self.client, self.names.documents, query, order, offset, size, cursor)

    @translated
    def state_counts(self) -> Mapping[DocumentState, int]:
        """See ``Registry``."""
        answer = self.client.search(
            index=self.names.documents,
            query={"bool": NO_DOCUMENT},
            size=0,
            aggs={"states": {"terms": {"field": "state", "size": len(DocumentState)}}},
            ignore_unavailable=True,
        )
        buckets = answer.get("aggregations", {}).get("states", {}).get("buckets", [])
        return {DocumentState(bucket["key"]): bucket["doc_count"] for bucket in buckets}

    def sources(self, place: str) -> Iterator[DocumentEntry]:
        """See ``Registry``."""
        below = place if place.endswith("/") else f"{place}/"
        query: Json = {"bool": {"should": [{"term": {"source": place}}, {"prefix": {"source": below}}]}}
        query = query if place else {"bool": NO_DOCUMENT}
        after: list[Any] | None = None
        while page := self._source_page(query, after):
            yield from (documents.entry_of(hit) for hit in page)
            after = page[-1]["sort"]

    @translated
    def _source_page(self, query: Json, after: list[Any] | None) -> list[Json]:
        answer = self.client.search(
            index=self.names.documents,
            query=query,
            sort=[{"source": "asc"}],
            size=PAGE,
            search_after=after,
            track_total_hits=False,
            ignore_unavailable=True,
        )
        hits: list[Json] = answer["hits"]["hits"]
        return hits

    @translated
    def same_content(self, content_hashes: Collection[str]) -> Mapping[str, tuple[DocumentEntry, ...]]:
        """See ``Registry``."""
        if not content_hashes:
            return {}
        hits = self.client.search(
            index=self.names.documents,
            query={"bool": {"filter": {"terms": {"content_hash": list(content_hashes)}}, **NO_DOCUMENT}},
            size=PAGE,
            track_total_hits=False,
            ignore_unavailable=True,
        )["hits"]["hits"]
        return by_content(map(documents.entry_of, hits))

    @translated
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        actions = [Action.delete(self.names.documents, document_id) for document_id in document_ids]
        write_all(self.client, actions, refresh=True)

    @translated
    def pause(self) -> Pause | None:
        """See ``Registry``."""
        hit = self._found([PAUSE]).get(PAUSE)
        entry = documents.entry_of(hit) if hit else None
        return Pause(entry.queued, entry.owner) if entry and entry.queued else None

    @translated
    def put_pause(self, pause: Pause | None) -> None:
        """See ``Registry``."""
        if pause is None:
            self.client.options(ignore_status=404).delete(index=self.names.documents, id=PAUSE, refresh=True)
            return
        if not self.client.indices.exists(index=self.names.documents):
            raise UsageError("There is no index yet, and so no queue.", "Ingest something, or run searchapp es apply.")
        _ = self._upgraded
        # Earlier versions, which know of no pause, list it as a document: let its title tell.
        entry = DocumentEntry(PAUSE, PAUSE, "The queue is paused", "text", DocumentState.UNCHANGED, updated=pause.since)
        entry = dataclasses.replace(entry, queued=pause.since, owner=pause.by)
        self.client.index(index=self.names.documents, id=PAUSE, document=documents.entry_source(entry), refresh=True)
