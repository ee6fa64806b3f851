"""The contenders of ``search.py``, each a process: ``python search_contenders.py NAME FACTS``.

Each fills an index of its own with the given texts and vectors, then answers every line that it reads with the
milliseconds that each query took. Each imports only what its own environment holds.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from ingest_contenders import _dtype, _has_root, _model, _remove, _server_version, _version

Facts = dict[str, Any]
Ask = Callable[[str], Any]

PREFIX = "searchapp-bench"
DEPTH = 100
CANDIDATES = 200
"""num_candidates; DEPTH and this are what searchapp asks for unless it is told otherwise."""

SIZE = 10
WARM_UP = 30
PACKAGES = {
    "searchapp": "searchapp",
    "bare": "elasticsearch",
    "langchain": "langchain-elasticsearch",
    "haystack": "haystack-ai",
}


class KnownVectors:
    """The model, which need not encode again the chunks that are encoded already."""

    def __init__(self, model: Any, facts: Facts) -> None:
        self._model = model
        self._known = dict(zip(_texts(facts), _vectors(facts), strict=True))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def embed_documents(self, texts: Sequence[str]) -> Any:
        """The given vectors; a KeyError when a chunk is not one of the others' too."""
        return np.stack([self._known[text] for text in texts])


def searchapp(facts: Facts, name: str) -> Ask:
    """``Searcher.search`` as the API calls it, highlights and all."""
    from searchapp.embedding import build_embedder, shared
    from searchapp.model import SearchRequest
    from searchapp.settings import load_settings
    from searchapp.wiring import Application

    settings = load_settings(data_dir=Path(facts["folder"]) / name, elasticsearch_url=facts["url"], index_prefix=name)
    shared.CACHED_QUERIES = 0  # the rounds ask the same again
    application = Application(settings)
    application.__dict__["model"] = KnownVectors(build_embedder(settings), facts)
    for outcome in application.ingester.ingest([str(Path(facts["folder"]) / "library")]):
        if outcome.error:
            raise RuntimeError(outcome.error)
    _merge(facts["url"], f"{name}-chunks")
    return lambda query: application.searcher.search(SearchRequest(query, size=SIZE))


def bare(facts: Facts, name: str) -> Ask:
    """One ``_msearch``: a match and a kNN query."""
    from elasticsearch import Elasticsearch, helpers

    client = Elasticsearch(facts["url"], request_timeout=120)
    model = _model(facts)
    vector = {"type": "dense_vector", "dims": 384, "similarity": "cosine", "index_options": {"type": "int8_hnsw"}}
    client.indices.create(index=name, mappings={"properties": {"text": {"type": "text"}, "vector": vector}})
    pairs = zip(_texts(facts), _vectors(facts).tolist(), strict=True)
    helpers.bulk(client, ({"_index": name, "text": text, "vector": values} for text, values in pairs), refresh=True)
    _merge(facts["url"], name)

    def ask(query: str) -> Any:
        values = model.encode(query, show_progress_bar=False).tolist()
        near = {"field": "vector", "query_vector": values, "k": DEPTH, "num_candidates": CANDIDATES}
        fields = {"size": DEPTH, "_source": ["text"]}
        words = {**fields, "query": {"match": {"text": query}}}
        return client.msearch(index=name, searches=[{}, words, {}, {**fields, "knn": near}])

    return ask


def langchain(facts: Facts, name: str) -> Ask:
    """Two ElasticsearchStores, BM25 and dense vectors."""
    from elasticsearch import Elasticsearch
    from langchain_elasticsearch import BM25Strategy, DenseVectorStrategy, ElasticsearchStore
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(
        model_name=facts["model"], model_kwargs={"model_kwargs": _dtype(facts), "local_files_only": True}
    )
    client = Elasticsearch(facts["url"], request_timeout=120)
    words = ElasticsearchStore(index_name=f"{name}-words", client=client, strategy=BM25Strategy())
    near = ElasticsearchStore(
        index_name=f"{name}-near", client=client, embedding=embeddings, strategy=DenseVectorStrategy()
    )
    words.add_texts(_texts(facts))
    near.add_embeddings(list(zip(_texts(facts), _vectors(facts).tolist(), strict=True)))
    for index in ("words", "near"):
        _merge(facts["url"], f"{name}-{index}")
    return lambda query: (
        words.similarity_search(query, k=DEPTH),
        near.similarity_search(query, k=DEPTH, fetch_k=CANDIDATES),
    )


def haystack(facts: Facts, name: str) -> Ask:
    """Its hybrid pipeline, with DocumentJoiner."""
    from elasticsearch import Elasticsearch
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder
    from haystack_integrations.components.retrievers.elasticsearch import (
        ElasticsearchBM25Retriever,
        ElasticsearchEmbeddingRetriever,
    )
    from haystack_integrations.document_stores.elasticsearch import ElasticsearchDocumentStore

    if not _has_root(facts["url"]):
        Elasticsearch.info = lambda *_, **__: {}  # a server without GET /, which Haystack asks to see that one is there
    depth = facts.get("depth", DEPTH)
    store = ElasticsearchDocumentStore(hosts=facts["url"], index=name, request_timeout=120)
    pairs = zip(_texts(facts), _vectors(facts).tolist(), strict=True)
    store.write_documents([Document(content=text, embedding=values) for text, values in pairs], refresh=True)
    _merge(facts["url"], name)
    pipeline = Pipeline()
    embedder = SentenceTransformersTextEmbedder(
        model=facts["model"], progress_bar=False, local_files_only=True, model_kwargs=_dtype(facts)
    )
    pipeline.add_component("embedder", embedder)
    pipeline.add_component("words", ElasticsearchBM25Retriever(document_store=store, top_k=depth))
    near = ElasticsearchEmbeddingRetriever(document_store=store, top_k=depth, num_candidates=CANDIDATES)
    pipeline.add_component("near", near)
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=SIZE))
    pipeline.connect("embedder.embedding", "near.query_embedding")
    pipeline.connect("words", "joiner")
    pipeline.connect("near", "joiner")
    pipeline.warm_up()
    return lambda query: pipeline.run({"embedder": {"text": query}, "words": {"query": query}})


def _texts(facts: Facts) -> list[str]:
    texts: list[str] = json.loads((Path(facts["folder"]) / "texts.json").read_text(encoding="utf-8"))
    return texts


def _vectors(facts: Facts) -> Any:
    return np.load(Path(facts["folder"]) / "vectors.npy")


def _merge(url: str, name: str) -> None:
    from elasticsearch import Elasticsearch

    with Elasticsearch(url, request_timeout=600) as client:
        client.indices.forcemerge(index=name, max_num_segments=1)


def main() -> None:
    """Serve one contender."""
    contender, facts = sys.argv[1], json.loads(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    name = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
    queries = json.loads((Path(facts["folder"]) / "queries.json").read_text(encoding="utf-8"))
    try:
        ask = {one.__name__: one for one in (searchapp, bare, langchain, haystack)}[contender](facts, name)
        for query in queries[:WARM_UP]:
            ask(query)
        ready = {"version": _version(PACKAGES[contender]), "elasticsearch": _server_version(facts["url"])}
        print(json.dumps(ready), file=answers, flush=True)
        with ThreadPoolExecutor(max_workers=1) as thread:
            for _ in sys.stdin:
                print(
                    json.dumps({"milliseconds": thread.submit(_timed, ask, queries).result()}), file=answers, flush=True
                )
    finally:
        _remove(facts["url"], name)


def _timed(ask: Ask, queries: list[str]) -> list[float]:
    taken = []
    for query in queries:
        started = time.perf_counter()
        ask(query)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


if __name__ == "__main__":
    main()
