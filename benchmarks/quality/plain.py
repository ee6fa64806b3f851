"""What gluing the parts together gives: one text field with the standard analyzer, fused with the vectors by RRF."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from elasticsearch import Elasticsearch, helpers

from searchapp.evaluation.asking import Asked, Retrieved
from searchapp.evaluation.dataset import Dataset
from searchapp.model import SearchMode
from searchapp.search.fusion import Ranking, reciprocal_rank_fusion
from searchapp.search.query import read_query
from searchapp.wiring import Application

MAPPINGS = {"properties": {"content": {"type": "text", "analyzer": "standard"}, "document_id": {"type": "keyword"}}}


@contextmanager
def plain_index(trial: Application) -> Iterator[tuple[Elasticsearch, str] | None]:
    """The chunks of an Elasticsearch store in an index of one field; None for another store."""
    if not trial.settings.elasticsearch_url:
        yield None
        return
    client: Elasticsearch = trial.store.client  # type: ignore[attr-defined]
    chunks: str = trial.store.names.chunks  # type: ignore[attr-defined]
    name = f"quality-plain-{uuid.uuid4().hex[:8]}"
    client.indices.create(index=name, settings={"number_of_shards": 1, "number_of_replicas": 0}, mappings=MAPPINGS)
    try:
        fields = ["title", "headings", "text", "document_id"]
        found = helpers.scan(client, index=chunks, query={"_source": fields})
        helpers.bulk(
            client,
            (
                {
                    "_index": name,
                    "_id": hit["_id"],
                    "document_id": (of := hit["_source"])["document_id"],
                    "content": "\n".join([of["title"], *of["headings"], of["text"]]),
                }
                for hit in found
            ),
        )
        client.indices.refresh(index=name)
        yield client, name
    finally:
        client.indices.delete(index=name)


def plainly_fused(plain: tuple[Elasticsearch, str], dataset: Dataset, asked: Asked) -> dict[str, dict[str, float]]:
    """Chunks by their score, best first, for each query; their documents are added to ``asked``."""
    client, index = plain
    fused: dict[str, dict[str, float]] = {}
    retrieved: Mapping[str, Retrieved] = asked.retrieved[SearchMode.HYBRID]
    for query_id, text in dataset.queries.items():
        match = {"match": {"content": read_query(text).text}}
        hits = client.search(index=index, query=match, size=100, source=["document_id"])["hits"]["hits"]
        for hit in hits:
            asked.documents[hit["_id"]] = hit["_source"]["document_id"]
        words: Ranking = [(hit["_id"], hit["_score"]) for hit in hits]
        meaning: Ranking = [(chunk.id, chunk.score) for chunk in retrieved[query_id].semantic]
        fused[query_id] = reciprocal_rank_fusion([words, meaning])
    return fused
