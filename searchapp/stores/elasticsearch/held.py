"""What a version of the index holds: of each document its state, and the documents themselves, as they were cut."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.model import Chunk, DocumentEntry, DocumentState
from searchapp.stores.elasticsearch import documents, queries

Json = dict[str, Any]

PAGE = 1000
"""Documents summed up, and chunks read, in one request."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document as one version holds it. Versions agree about it when all of this is equal but ``chunks``.

    ``whole``: its chunks are numbered without a gap and end where the text ends, which a write cut short does not give.
    """

    document_id: str
    version: str
    written: int
    chunks: int
    whole: bool
    end: int


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document out of the index: its facts, its chunks in reading order, and when they were written."""

    entry: DocumentEntry
    chunks: tuple[Chunk, ...]
    written: dt.datetime


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
                    "aggregations": {"last": {"max": {"field": "position"}}, "end": {"max": {"field": "end"}}},
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
            )
        key = answer.get("after_key")
        if key is None or len(answer["buckets"]) < PAGE:
            return


def stored_documents(client: Elasticsearch, index: str, document_ids: Sequence[str]) -> list[StoredDocument]:
    """The documents of these ids that ``index`` holds; of each its newest version."""
    hits: list[Json] = []
    after: list[Any] | None = None
    while True:
        page = client.search(
            index=index,
            query={"bool": {"filter": [{"terms": {"document_id": list(document_ids)}}]}},
            sort=[{"document_id": "asc"}, {"position": "asc"}, {"hash": "asc"}],
            source_includes=[*queries.CHUNK_FIELDS, "groups"],
            size=PAGE,
            search_after=after,
            track_total_hits=False,
        )["hits"]["hits"]
        hits += page
        if len(page) < PAGE:
            break
        after = page[-1]["sort"]
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
    )
    chunks = tuple(documents.chunk_of(hit) for hit in hits)
    return StoredDocument(entry, chunks, dt.datetime.fromisoformat(first["written"]))
