"""The registry of the Elasticsearch store: an index of entries. The server's sequence numbers make claims atomic."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.errors import StorageError, UsageError
from searchapp.model import DocumentEntry, DocumentState, Pause
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all
from searchapp.stores.elasticsearch.connection import translated
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.installation import add_missing
from searchapp.stores.elasticsearch.listing import containing, page
from searchapp.stores.elasticsearch.queries import readable_by
from searchapp.stores.elasticsearch.templates import es_folder, registry_properties
from searchapp.stores.ownership import entry_to_claim, final_entry, is_held, is_written, stands
from searchapp.stores.registry import PAGE, Cursor, EntryOrder, EntryPage, Replacement, by_content

Json = dict[str, Any]

PAUSE = "searchapp-queue-paused"
"""The id under which the pause of the queue stands among the entries: a worker's key may write no other index."""

NO_DOCUMENT: Json = {"must_not": {"ids": {"values": [PAUSE]}}}
"""What keeps it out of what is asked about documents."""


class ElasticsearchRegistry:
    """Entries in ``<prefix>-documents``."""

    def __init__(self, index: ElasticsearchIndex) -> None:
        self._index = index
        self._name = index.names.documents
        self.where = index.where

    @property
    def _client(self) -> Elasticsearch:
        return self._index.client

    @cached_property
    def _upgraded(self) -> bool:
        add_missing(self._client, self._name, registry_properties(es_folder(self._index.settings.es_dir)))
        return True

    def upgrade(self) -> None:
        """Add the fields that a registry of an earlier version lacks. Done once a process."""
        _ = self._upgraded

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        self.upgrade()
        write_all(self._client, map(self.put_action, entries), refresh=True)

    def put_action(self, entry: DocumentEntry) -> Action:
        """What writes an entry whatever stands there."""
        return Action.index(self._name, entry.id, documents.entry_source(entry))

    @translated
    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Registry``."""
        return self.known_entries([document_id]).get(document_id)

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {id_: documents.entry_of(hit) for id_, hit in self._fetch(document_ids).items() if id_ != PAUSE}

    def _fetch(self, document_ids: Collection[str]) -> dict[str, Json]:
        if not document_ids:
            return {}
        found = self._client.mget(index=self._name, ids=list(document_ids))["docs"]
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
        return page(self._client, self._name, query, order, offset, size, cursor)

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

        def exchanged(id_: str, hit: Json | None) -> Action | None:
            read, entry = wanted[id_]
            stored = documents.entry_of(hit) if hit else None
            if is_written(stored, entry):
                done.append(id_)
                return None
            return self._over(hit, entry) if stands(stored, read) else None

        return [*self.write_decided(wanted, exchanged, refresh=True), *done]

    @translated
    def claim(self, wanted: Sequence[Replacement], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """See ``Registry``."""
        by_id = {one[1].id: one for one in wanted}

        def claiming(id_: str, hit: Json | None) -> Action | None:
            entry = entry_to_claim(documents.entry_of(hit) if hit else None, by_id[id_], now, gone)
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
        _raise_first(failures)
        return settled_ids

    def settle_each(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> tuple[list[str], dict[str, str]]:
        """As ``settle``; returns reasons for the ids of entries that the server refuses, rather than raise one."""
        done: list[str] = []

        def settling(id_: str, hit: Json | None) -> Action | None:
            stored, final = documents.entry_of(hit) if hit else None, finals[id_]
            if hit is None or not is_held(stored, owner):
                if final is not None and is_written(stored, final):
                    done.append(id_)
                return None
            entry = final_entry(stored, final)
            return self._over(hit, entry) if entry is not None else Action.delete(self._name, id_, Place.of(hit))

        written, failures = self._write_decided(finals, settling)
        return [*written, *done], failures

    def _over(self, hit: Json | None, entry: DocumentEntry) -> Action:
        """Write an entry in the place of the one that was found, if that still stands when the write arrives."""
        place = Place.of(hit) if hit else None
        return Action.conditional(self._name, entry.id, documents.entry_source(entry), place)

    def write_decided(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> list[str]:
        """Send the action that follows from what is stored of each document; returns the ids of what was written.

        ``action`` is asked again where the entry changed in between, and gives None where nothing is to be done. Raises
        StorageError where the server refuses one.
        """
        written, failures = self._write_decided(ids, action, refresh=refresh)
        _raise_first(failures)
        return written

    def _write_decided(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> tuple[list[str], dict[str, str]]:
        """As ``write_decided``; returns reasons for the ids of entries that the server refuses, rather than raise one.

        A renewed lease, for one, is no reason to give up.
        """
        self.upgrade()
        written: list[str] = []
        refused: dict[str, str] = {}
        left = list(ids)
        while left:
            found = self._fetch(left)
            actions = [one for id_ in left if (one := action(id_, found.get(id_))) is not None]
            failures = write_all(self._client, actions, refresh=refresh)
            written += [one.id for one in actions if one.id not in failures]
            left = [id_ for id_, reason in failures.items() if reason.startswith("version_conflict")]
            refused |= {id_: reason for id_, reason in failures.items() if id_ not in left}
        return written, refused

    @translated
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        actions = [Action.delete(self._name, document_id) for document_id in document_ids]
        write_all(self._client, actions, refresh=True)

    @translated
    def pause(self) -> Pause | None:
        """See ``Registry``."""
        hit = self._fetch([PAUSE]).get(PAUSE)
        entry = documents.entry_of(hit) if hit else None
        return Pause(entry.queued, entry.owner) if entry and entry.queued else None

    @translated
    def put_pause(self, pause: Pause | None) -> None:
        """See ``Registry``."""
        if pause is None:
            self._client.options(ignore_status=404).delete(index=self._name, id=PAUSE, refresh=True)
            return
        if not self._client.indices.exists(index=self._name):
            raise UsageError("queue_without_index")
        self.upgrade()
        # Earlier versions, which know of no pause, list it as a document: let its title tell.
        entry = DocumentEntry(PAUSE, PAUSE, "The queue is paused", "text", DocumentState.UNCHANGED, updated=pause.since)
        entry = dataclasses.replace(entry, queued=pause.since, owner=pause.by)
        self._client.index(index=self._name, id=PAUSE, document=documents.entry_source(entry), refresh=True)


def _raise_first(failures: Mapping[str, str]) -> None:
    for reason in failures.values():
        raise StorageError("registry_entry_refused", why=reason)
