"""Documents into one version of the index: the new chunks are complete before the old ones go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.stores.base import DocumentWrite
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all

MAX_TERMS = 10_000
"""Hashes or ids asked for in one query; Elasticsearch's default limits are 65,536 terms and 10,000 hits."""


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
            yield Action.index(index, embedded.chunk.id, source, "" if embedded.vector.size else pipeline)


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

    A chunk that is written anew in between stays: a document is known before its chunks are written.
    """
    client.indices.refresh(index=index)
    hits = list(_chunk_hits(client, index, document_ids))
    unknown = set(document_ids).difference(known(document_ids))
    gone = [Action.delete(index, hit["_id"], Place.of(hit)) for hit in hits if hit["sort"][0] in unknown]
    write_all(client, gone, refresh=True)


def chunk_ids(client: Elasticsearch, index: str, document_ids: Sequence[str]) -> dict[str, set[str]]:
    """The ids of all visible chunks of these documents in ``index``, by document."""
    found: dict[str, set[str]] = {}
    for hit in _chunk_hits(client, index, document_ids):
        found.setdefault(hit["sort"][0], set()).add(hit["_id"])
    return found


def _chunk_hits(client: Elasticsearch, index: str, document_ids: Collection[str]) -> Iterator[dict[str, Any]]:
    after: list[Any] | None = None
    while True:
        page = client.search(
            index=index,
            query={"bool": {"filter": [{"terms": {"document_id": list(document_ids)}}]}},
            sort=[{"document_id": "asc"}, {"position": "asc"}, {"hash": "asc"}],
            source=False,
            seq_no_primary_term=True,
            size=MAX_TERMS,
            search_after=after,
            track_total_hits=False,
        )["hits"]["hits"]
        yield from page
        if len(page) < MAX_TERMS:
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
