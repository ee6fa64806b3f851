"""The registry of the Elasticsearch store: an index of entries. The server's sequence numbers make claims atomic."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from searchapp.model import DocumentEntry, DocumentState
from searchapp.stores.base import FilingChange
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all
from searchapp.stores.elasticsearch.connection import translated
from searchapp.stores.elasticsearch.decided_writes import Json, raise_first
from searchapp.stores.elasticsearch.listing import containing, folder_counts, page
from searchapp.stores.elasticsearch.memos import NO_DOCUMENT, OURS, Memos
from searchapp.stores.elasticsearch.queries import readable_by
from searchapp.stores.filing import Filer
from searchapp.stores.ownership import entry_to_claim, final_entry, is_held, is_written, stands
from searchapp.stores.registry import (
    MOST_LABELS,
    PAGE,
    Backlog,
    Cursor,
    EntryOrder,
    EntryPage,
    Replacement,
    by_content,
)

WITHOUT_VECTORS: Json = {"range": {"unembedded": {"gt": 0}}}


class ElasticsearchRegistry(Memos):
    """Entries in ``<prefix>-documents``."""

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        self.upgrade()
        write_all(self._client, map(self.put_action, entries), refresh=True)

    @translated
    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Registry``."""
        return self.known_entries([document_id]).get(document_id)

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {id_: documents.entry_of(hit) for id_, hit in self._fetch(document_ids).items() if id_ not in OURS}

    @translated
    def entries(
        self,
        *,
        states: Collection[DocumentState] = (),
        contains: str = "",
        below: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
        collection: str = "",
        tag: str = "",
    ) -> EntryPage:
        """See ``Registry``."""
        clauses: list[Json] = [{"terms": {"state": [str(state) for state in states]}}] if states else []
        if groups is not None:
            clauses.append(readable_by(groups))
        if contains:
            clauses.append(containing(contains))
        if below:
            clauses.append({"prefix": {"source": below}})
        for name, value in (("collections", collection), ("tags", tag)):
            clauses += [{"term": {name: value}}] if value else []
        query: Json = {"bool": {"filter": clauses, **NO_DOCUMENT}}
        return page(self._client, self._name, query, order, offset, size, cursor)

    @translated
    def folder_counts(self, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        clauses: list[Json] = [] if groups is None else [readable_by(groups)]
        return folder_counts(self._client, self._name, clauses, NO_DOCUMENT)

    @translated
    def state_counts(self) -> Mapping[DocumentState, int]:
        """See ``Registry``."""
        answer = self._client.search(
            index=self._name,
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
        answer = self._client.search(
            index=self._name,
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
        hits = self._client.search(
            index=self._name,
            query={"bool": {"filter": {"terms": {"content_hash": list(content_hashes)}}, **NO_DOCUMENT}},
            size=PAGE,
            track_total_hits=False,
            ignore_unavailable=True,
        )["hits"]["hits"]
        return by_content(map(documents.entry_of, hits))

    @translated
    def exchange(self, replacements: Sequence[Replacement]) -> Collection[str]:
        """See ``Registry``."""
        wanted = {entry.id: (read, entry) for read, entry in replacements}
        done: list[str] = []
        file = Filer(self.collections)

        def exchanged(id_: str, hit: Json | None) -> Action | None:
            read, entry = wanted[id_]
            stored = documents.entry_of(hit) if hit else None
            if is_written(stored, entry):
                done.append(id_)
                return None
            return self._over(hit, file(entry, stored)) if stands(stored, read) else None

        return [*self.write_decided(wanted, exchanged, refresh=True), *done]

    @translated
    def claim(self, wanted: Sequence[Replacement], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """See ``Registry``."""
        by_id = {one[1].id: one for one in wanted}
        file = Filer(self.collections)

        def claiming(id_: str, hit: Json | None) -> Action | None:
            entry = entry_to_claim(documents.entry_of(hit) if hit else None, by_id[id_], now, gone, file)
            return self._over(hit, entry) if entry is not None else None

        return self.write_decided(by_id, claiming)

    @translated
    def renew(self, entries: Sequence[DocumentEntry]) -> Collection[str]:
        """See ``Registry``."""
        by_id = {entry.id: entry for entry in entries}

        def renewed(id_: str, hit: Json | None) -> Action | None:
            entry = by_id[id_]
            if hit is None or not is_held(documents.entry_of(hit), entry.owner):
                return None
            values = documents.entry_source(entry)  # ISO 8601 in UTC, so that the later moment is the greater text
            stored: Json = hit["_source"]
            later = {name: max(values[name] or "", stored.get(name) or "") or None for name in ("lease", "queued")}
            return Action.conditional(self._name, id_, {**stored, **later}, Place.of(hit))

        return self.write_decided(by_id, renewed)

    @translated
    def settle(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> Collection[str]:
        """See ``Registry``."""
        settled_ids, failures = self.settle_each(finals, owner)
        raise_first(failures)
        return settled_ids

    def settle_each(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> tuple[list[str], dict[str, str]]:
        """As ``settle``; returns reasons for the ids of entries that the server refuses, rather than raise one."""
        done: list[str] = []
        file = Filer(self.collections)

        def settling(id_: str, hit: Json | None) -> Action | None:
            stored, final = documents.entry_of(hit) if hit else None, finals[id_]
            if hit is None or not is_held(stored, owner):
                if final is not None and is_written(stored, final):
                    done.append(id_)
                return None
            entry = final_entry(stored, final, file)
            return self._over(hit, entry) if entry is not None else Action.delete(self._name, id_, Place.of(hit))

        written, failures = self._write_decided(finals, settling)
        return [*written, *done], failures

    def refile(self, document_ids: Collection[str], change: FilingChange) -> None:
        """Write how these entries are filed from now on."""
        file = Filer(self.collections)

        def refiled(id_: str, hit: Json | None) -> Action | None:
            if hit is None:
                return None
            entry = documents.entry_of(hit)
            return self._over(hit, file.applied(entry, change(entry, entry.filed)))

        self.write_decided(document_ids, refiled, refresh=True)

    @translated
    def unembedded(self, size: int) -> tuple[DocumentEntry, ...]:
        """See ``Registry``."""
        self._client.indices.refresh(index=self._name, ignore_unavailable=True)
        hits = self._client.search(
            index=self._name,
            query=WITHOUT_VECTORS,
            sort=[{"updated": {"order": "desc", "missing": "_last"}}],
            size=size,
            track_total_hits=False,
            ignore_unavailable=True,
        )["hits"]["hits"]
        return tuple(map(documents.entry_of, hits))

    @translated
    def backlog(self) -> Backlog:
        """See ``Registry``."""
        answer = self._client.search(
            index=self._name,
            query=WITHOUT_VECTORS,
            size=0,
            aggs={"chunks": {"sum": {"field": "unembedded"}}},
            track_total_hits=True,
            ignore_unavailable=True,
        )
        chunks = answer.get("aggregations", {}).get("chunks", {}).get("value") or 0
        return Backlog(answer["hits"]["total"]["value"], int(chunks))

    def count_unembedded(self, known: Mapping[str, DocumentEntry], left: Mapping[str, int]) -> None:
        """Say in the ``known`` entries how many of their chunks are left without a vector.

        One that was written anew meanwhile says so itself.
        """

        def counted(id_: str, hit: Json | None) -> Action | None:
            entry, before = documents.entry_of(hit) if hit else None, known[id_]
            if entry is None or (entry.updated, entry.content_hash) != (before.updated, before.content_hash):
                return None
            if entry.unembedded == left.get(id_, 0):
                return None
            return self._over(hit, dataclasses.replace(entry, unembedded=left.get(id_, 0)))

        self.write_decided(known, counted)

    @translated
    def label_counts(self, label: str, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        clauses = [] if groups is None else [readable_by(groups)]
        answer = self._client.search(
            index=self._name,
            query={"bool": {"filter": clauses, **NO_DOCUMENT}},
            size=0,
            aggs={"labels": {"terms": {"field": label, "size": MOST_LABELS}}},
            ignore_unavailable=True,
        )
        buckets = answer.get("aggregations", {}).get("labels", {}).get("buckets", [])
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    @translated
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        actions = [Action.delete(self._name, document_id) for document_id in document_ids]
        write_all(self._client, actions, refresh=True)
