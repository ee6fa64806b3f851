"""The chunks of one version of the index: written so that new ones are complete before old ones go, and read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.model import Chunk, DocumentEntry, DocumentState
from searchapp.stores.base import DocumentWrite
from searchapp.stores.elasticsearch import documents, queries
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all
from searchapp.stores.filtering import unpacked

Json = dict[str, Any]

MAX_TERMS = 10_000
"""Hashes or ids asked for in one query; Elasticsearch's default limits are 65,536 terms and 10,000 hits."""

PAGE = 1000
"""Documents summed up in one request, and chunks whose fields are read."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document as one version holds it. Versions agree about it when all of this is equal but ``chunks``.

    ``whole``: its chunks are numbered without a gap and end where the text ends, which a write cut short does not give.
    ``unembedded``: those of them that have no vector yet.
    """

    document_id: str
    version: str
    written: int
    chunks: int
    whole: bool
    end: int
    unembedded: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document out of the index: its facts, its chunks in reading order, and when they were written."""

    entry: DocumentEntry
    chunks: tuple[Chunk, ...]
    written: dt.datetime


def replace_documents(
    client: Elasticsearch, index: str, writes: Sequence[DocumentWrite], written: dt.datetime, pipeline: str = ""
) -> dict[str, str]:
    """Replace the chunks of each document in ``index``; returns a reason for every document id that failed.

    Earlier chunks must be visible to searches. A document that failed keeps them. Chunks without a vector get it by
    ``pipeline``.
    """
    before = chunk_ids(client, index, [write.entry.id for write in writes])
    failures = write_all(client, chunk_actions(index, writes, written, pipeline))
    failed = {chunk_id.rpartition("-")[0].rpartition("-")[0]: reason for chunk_id, reason in failures.items()}
    # Of a failed document the new chunks go; of the others the old ones.
    write_all(client, _stale_actions(index, writes, before, failed))
    return failed


def chunk_actions(
    index: str, writes: Sequence[DocumentWrite], written: dt.datetime, pipeline: str = ""
) -> Iterator[Action]:
    """One bulk action for each chunk; ``written`` tells the versions of a document apart."""
    for write in writes:
        for embedded in write.chunks:
            source = documents.chunk_source(write.entry, embedded, written)
            by_store = embedded.vector is not None and not embedded.vector.size
            yield Action.index(index, embedded.chunk.id, source, pipeline if by_store else "")


def refile_documents(
    client: Elasticsearch, index: str, entries: Mapping[str, DocumentEntry], written: dt.datetime
) -> None:
    """Write how documents, by id, are filed beside their chunks in ``index``, visibly on return.

    A chunk that is replaced or removed at the same time is left out.
    """
    client.indices.refresh(index=index)
    filings = {id_: documents.chunk_filing(entry, written) for id_, entry in entries.items()}
    hits = chunk_hits(client, index, entries.keys())
    write_all(client, (Action.update(index, hit["_id"], filings[hit["sort"][0]]) for hit in hits), refresh=True)


def delete_chunks(client: Elasticsearch, index: str, document_ids: Sequence[str]) -> int:
    """Remove all chunks of these documents from ``index``, visibly on return; returns how many there were."""
    client.indices.refresh(index=index)
    ids = sorted(id_ for found in chunk_ids(client, index, document_ids).values() for id_ in found)
    write_all(client, [Action.delete(index, id_) for id_ in ids], refresh=True)
    return len(ids)


def delete_leftovers(
    client: Elasticsearch,
    index: str,
    document_ids: Collection[str],
    known: Callable[[Collection[str]], Collection[str]],
) -> None:
    """Remove the chunks of those of the documents that are not ``known`` once their chunks have been looked up.

    A chunk that is written again in between stays: a document is known before its chunks are written.
    """
    client.indices.refresh(index=index)
    hits = list(chunk_hits(client, index, document_ids))
    unknown = set(document_ids).difference(known(document_ids))
    gone = [Action.delete(index, hit["_id"], Place.of(hit)) for hit in hits if hit["sort"][0] in unknown]
    write_all(client, gone, refresh=True)


def chunk_ids(client: Elasticsearch, index: str, document_ids: Sequence[str]) -> dict[str, set[str]]:
    """The ids of all visible chunks of these documents in ``index``, by document."""
    found: dict[str, set[str]] = {}
    for hit in chunk_hits(client, index, document_ids):
        found.setdefault(hit["sort"][0], set()).add(hit["_id"])
    return found


def chunk_hits(
    client: Elasticsearch, index: str, document_ids: Collection[str], fields: Collection[str] = (), *only: Json
) -> Iterator[Json]:
    """Every visible chunk of these documents in ``index`` that the filters ``only`` leave, in reading order.

    As hits with those ``fields``, their place of writing, and under "sort" first the document's id.
    """
    size = PAGE if fields else MAX_TERMS
    after: list[Any] | None = None
    while document_ids:
        page = client.search(
            index=index,
            query={"bool": {"filter": [{"terms": {"document_id": list(document_ids)}}, *only]}},
            sort=[{"document_id": "asc"}, {"position": "asc"}, {"hash": "asc"}],
            source={"includes": list(fields)} if fields else False,
            seq_no_primary_term=True,
            size=size,
            search_after=after,
            track_total_hits=False,
        )["hits"]["hits"]
        yield from page
        if len(page) < size:
            return
        after = page[-1]["sort"]


def _stale_actions(
    index: str, writes: Sequence[DocumentWrite], before: Mapping[str, set[str]], failed: Mapping[str, str]
) -> list[Action]:
    stale: set[str] = set()
    for write in writes:
        new = {embedded.chunk.id for embedded in write.chunks}
        old = before.get(write.entry.id, set())
        stale |= new - old if write.entry.id in failed else old - new
    return [Action.delete(index, chunk_id) for chunk_id in sorted(stale)]


def held_documents(client: Elasticsearch, index: str, after: str = "") -> Iterator[Held]:
    """Every document in ``index`` by ascending id, those after the id ``after``.

    Of a document that is being replaced, one line for each version of it that is there.
    """
    sources: list[Json] = [
        {"document_id": {"terms": {"field": "document_id"}}},
        {"version": {"terms": {"field": "version"}}},
        {"written": {"terms": {"field": "written"}}},
    ]
    # Beyond every version of the document that was the last one.
    key: Json | None = {"document_id": after, "version": "\U0010ffff", "written": 2**62} if after else None
    while True:
        composite: Json = {"size": PAGE, "sources": sources} | ({"after": key} if key else {})
        answer = client.search(
            index=index,
            size=0,
            track_total_hits=False,
            aggregations={
                "held": {
                    "composite": composite,
                    "aggregations": {
                        "last": {"max": {"field": "position"}},
                        "end": {"max": {"field": "end"}},
                        "unembedded": {"filter": {"term": {documents.UNEMBEDDED: True}}},
                    },
                }
            },
        )["aggregations"]["held"]
        for bucket in answer["buckets"]:
            yield Held(
                document_id=bucket["key"]["document_id"],
                version=bucket["key"]["version"],
                written=bucket["key"]["written"],
                chunks=bucket["doc_count"],
                whole=bucket["last"]["value"] + 1 == bucket["doc_count"],
                end=int(bucket["end"]["value"]),
                unembedded=bucket["unembedded"]["doc_count"],
            )
        key = answer.get("after_key")
        if key is None or len(answer["buckets"]) < PAGE:
            return


def stored_documents(client: Elasticsearch, index: str, document_ids: Sequence[str]) -> list[StoredDocument]:
    """The documents of these ids that ``index`` holds; of each its newest version."""
    hits = list(chunk_hits(client, index, document_ids, [*queries.CHUNK_FIELDS, "groups"]))
    grouped: dict[str, list[Json]] = {}
    for hit in documents.newest_versions(hits):
        grouped.setdefault(hit["_source"]["document_id"], []).append(hit)
    return [_stored(found) for found in grouped.values()]


def _stored(hits: list[Json]) -> StoredDocument:
    first = hits[0]["_source"]
    entry = DocumentEntry(
        id=first["document_id"],
        source=first["source"],
        title=first["title"],
        type=first["type"],
        state=DocumentState.INDEXED,
        content_hash=first["version"],
        language=first["language"],
        modified=dt.datetime.fromisoformat(first["modified"]) if first.get("modified") else None,
        chunks=len(hits),
        groups=tuple(first.get("groups", ())),
        tags=tuple(first.get("tags", ())),
        collections=tuple(first.get("collections", ())),
        fields=unpacked(first.get("fields")),
    )
    chunks = tuple(documents.chunk_of(hit) for hit in hits)
    return StoredDocument(entry, chunks, dt.datetime.fromisoformat(first["written"]))
