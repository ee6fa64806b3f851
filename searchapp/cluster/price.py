"""What a new index takes: what is copied and embedded, how long by a measured rate, and bytes by way of keeping."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from searchapp.cluster.sizing import Load, graph_neighbours, size
from searchapp.cluster.store import elasticsearch_store
from searchapp.embedding import Embedder
from searchapp.openai_api.leaving import leaving
from searchapp.settings import IndexOptions
from searchapp.stores import IndexSpec
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

SAMPLE = 48
"""Chunks of the index that are embedded to measure the rate, drawn at random."""

SAMPLE_SECONDS = 15.0
"""No further batch of the sample is begun after this."""

BATCH = 16
MILLION = 1_000_000
EXACT = 40_000


@dataclass(frozen=True, slots=True)
class Bytes:
    """Of all chunks without replicas, by Elastic's formulas (``cluster/sizing.py``)."""

    memory: int
    disk: int


@dataclass(frozen=True, slots=True)
class Price:
    """What ``es reindex`` would take. ``chunks`` is an estimate where they are cut to another size.

    ``embedded``: chunks whose vectors are made anew, at most. ``per_second`` is measured, None where nothing is to be
    embedded or a sample would leave this machine; ``minutes`` is of embedding alone. ``cost`` is in the currency of
    SEARCHAPP_EMBEDDING_PRICE. ``options`` is the configured one of ``bytes``.
    """

    documents: int
    chunks: int
    embedded: int
    per_second: float | None
    minutes: float | None
    cost: float | None
    options: str
    bytes: Mapping[str, Bytes]


def price(application: Application) -> Price | None:
    """The price of building the next version by the settings; None where there is no live version to build it from."""
    store = elasticsearch_store(application)
    live = store.live()
    if live is None or live.spec is None:
        return None
    wanted = store.spec(application.embedder.fingerprint)
    documents, held = _counted(store, live.name)
    chunks = _cut_otherwise(held, live.spec, wanted)
    embedded = 0 if live.spec.matches(wanted) else chunks
    texts = _sample(store, live.name) if embedded else []
    leaves = leaving(application.settings)
    by_store = wanted.fingerprint.made_by_store
    rate = _rate(application.embedder, texts) if texts and leaves is None and not by_store else None
    fields = store.templates(wanted.fingerprint.dims).index(store.names.chunks)["mappings"]["properties"]
    load = Load(max(chunks, 1), wanted.fingerprint.dims, replicas=0, m=graph_neighbours(application.settings))
    return Price(
        documents=documents,
        chunks=chunks,
        embedded=embedded,
        per_second=None if rate is None else round(rate, 1),
        minutes=None if rate is None else round(embedded / rate / 60, 1),
        cost=_cost(application.embedder, texts, embedded, leaves.price if leaves else None),
        options=str(fields["embedding"].get("index_options", {}).get("type", "")),
        bytes={one.options: Bytes(one.memory, one.disk) for one in size(load, tuple(IndexOptions))} if chunks else {},
    )


def _counted(store: ElasticsearchStore, index: str) -> tuple[int, int]:
    """Documents (an estimate beyond ``EXACT``) and chunks."""
    counting: dict[str, Any] = {"field": "document_id", "precision_threshold": EXACT}
    with reading(store.where):
        found = store.client.search(
            index=index, size=0, track_total_hits=True, aggregations={"documents": {"cardinality": counting}}
        )
    return int(found["aggregations"]["documents"]["value"]), int(found["hits"]["total"]["value"])


def _cut_otherwise(chunks: int, before: IndexSpec, after: IndexSpec) -> int:
    """About how many chunks the same text makes; each begins ``tokens - overlap`` after the one before."""
    steps = [max(1, spec.chunking.tokens - spec.chunking.overlap) for spec in (before, after)]
    return chunks if steps[0] == steps[1] else -(-chunks * steps[0] // steps[1])


def _sample(store: ElasticsearchStore, index: str) -> list[str]:
    """Texts much like those that would be embedded: title, headings, text."""
    with reading(store.where):
        hits = store.client.search(
            index=index,
            size=SAMPLE,
            query={"function_score": {"query": {"match_all": {}}, "random_score": {}}},
            source_includes=["title", "headings", "text"],
        )["hits"]["hits"]
    return [_text(hit["_source"]) for hit in hits]


def _text(source: Mapping[str, Any]) -> str:
    headings = source.get("headings") or []
    parts = [source.get("title", ""), *([headings] if isinstance(headings, str) else headings), source.get("text", "")]
    return "\n".join(part for part in parts if part)


def _rate(embedder: Embedder, texts: Sequence[str]) -> float | None:
    """Chunks a second. What happens once, such as loading the model, is no part of it."""
    embedder.embed_documents([texts[0][:100]])
    fitting = _fitting(embedder, texts)
    started, done = time.perf_counter(), 0
    for first in range(0, len(fitting), BATCH):
        batch = fitting[first : first + BATCH]
        embedder.embed_documents(batch)
        done += len(batch)
        if time.perf_counter() - started > SAMPLE_SECONDS:
            break
    seconds = time.perf_counter() - started
    return done / seconds if seconds > 0 else None


def _fitting(embedder: Embedder, texts: Sequence[str]) -> list[str]:
    """The texts as far as the model reads them: another model may read less than the one that they were cut for."""
    most = embedder.fingerprint.max_tokens - embedder.tokenizer.special_tokens
    starts = embedder.tokenizer.starts(texts)
    return [
        text[: at[most * 9 // 10]] if len(at) > most * 9 // 10 else text for text, at in zip(texts, starts, strict=True)
    ]


def _cost(embedder: Embedder, texts: Sequence[str], embedded: int, a_million: float | None) -> float | None:
    """What the service takes for ``embedded`` chunks as long as those of the sample."""
    if a_million is None or not texts:
        return None
    tokens = sum(embedder.tokenizer.counts(texts)) / len(texts)
    return round(tokens * embedded / MILLION * a_million, 4)
