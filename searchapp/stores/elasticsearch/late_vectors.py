"""Chunks that were written without a vector, and get it when it is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.model import Vector
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.chunks import chunk_hits

Json = dict[str, Any]

GONE = "document_missing_exception"
"""What the server says of a chunk that was replaced or deleted meanwhile."""


def unembedded_texts(client: Elasticsearch, index: str, document_ids: Collection[str], size: int) -> dict[str, str]:
    """See ``Store.unembedded_texts``, of one version of the index."""
    found: dict[str, str] = {}
    for number, hit in enumerate(_without_vector(client, index, document_ids, ["hash", "embedded_text"]), start=1):
        found[hit["_source"]["hash"]] = hit["_source"]["embedded_text"]
        if number == size:
            break
    return found


def add_vectors(
    client: Elasticsearch, index: str, document_ids: Collection[str], vectors: Mapping[str, Vector]
) -> tuple[Counter[str], Counter[str]]:
    """Give the chunks of ``index`` their vectors; returns how many got one, and how many are left, by document."""
    of_chunk: dict[str, str] = {}
    left: Counter[str] = Counter()
    actions: list[Action] = []
    for hit in _without_vector(client, index, document_ids, ["hash"]):
        document_id = hit["sort"][0]
        if (vector := vectors.get(hit["_source"]["hash"])) is None:
            left[document_id] += 1
        else:
            of_chunk[hit["_id"]] = document_id
            actions.append(Action.update(index, hit["_id"], documents.embedded_late(vector)))
    failures = write_all(client, actions)
    left.update(of_chunk[id_] for id_, reason in failures.items() if not reason.startswith(GONE))
    return Counter(document_id for id_, document_id in of_chunk.items() if id_ not in failures), left


def _without_vector(
    client: Elasticsearch, index: str, document_ids: Collection[str], fields: list[str]
) -> Iterator[Json]:
    if document_ids:
        client.indices.refresh(index=index)
    return chunk_hits(client, index, document_ids, fields, {"term": {documents.UNEMBEDDED: True}})
