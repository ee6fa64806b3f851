"""The contenders of ``ingest.py``, each a process: ``python ingest_contenders.py NAME FACTS``.

A contender prints one line of JSON when it is ready and one for each line that it reads: what it did in how many
seconds. Each imports only what its own environment holds.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

Facts = dict[str, Any]
Task = Callable[[], Facts]

MODEL = "sentence-transformers:all-MiniLM-L6-v2"
"""The peers' model, for all: the one that their environment has the weights of."""

WARM_UP = 64
PREFIX = "searchapp-bench"


def prepare(facts: Facts) -> tuple[Facts, Task]:
    """Cut the library as searchapp does, into a file of chunks for all; tells what searchapp and libraries choose."""
    from sentence_transformers import SentenceTransformer

    from searchapp.chunking import chunk_document
    from searchapp.embedding import build_embedder
    from searchapp.embedding.models import PACKAGED
    from searchapp.embedding.weights import find_weights
    from searchapp.settings import load_settings
    from searchapp.sources import Loader, SourceRef, discover

    settings = load_settings(data_dir=Path(facts["folder"]) / "data", elasticsearch_url="", embedding_model=MODEL)
    embedder = build_embedder(settings)
    passages: dict[str, str] = {}
    with Loader(settings) as loader:
        for found in discover([facts["library"]]):
            assert isinstance(found, SourceRef)
            document = loader.load(found)
            for chunk in chunk_document(document, embedder, settings.chunk_overlap_tokens, settings.chunk_tokens):
                passages[chunk.hash] = chunk.embedded_text
    Path(facts["passages"]).write_text("\n".join(map(json.dumps, passages.values())), encoding="utf-8")
    weights = find_weights(PACKAGED)
    assert weights is not None
    model = str(weights.path)
    return {
        "passages": len(passages),
        "model": model,
        "dtype": embedder.fingerprint.dtype,
        "library_dtype": _name(SentenceTransformer(model, local_files_only=True).dtype),
    }, dict


def searchapp(facts: Facts) -> tuple[Facts, Task]:
    """``searchapp ingest`` over a folder, into Elasticsearch where there is a URL, else into the embedded store."""
    from searchapp.embedding import build_embedder
    from searchapp.settings import load_settings

    settings = load_settings(
        data_dir=Path(facts["folder"]) / "data",
        elasticsearch_url=facts["url"],
        embedding_model=MODEL,
        embedding_precision=facts["precision"],
    )
    embedder = build_embedder(settings)
    texts = _texts(facts)
    embedder.embed_documents(texts[:WARM_UP])

    def task() -> Facts:
        ingested = _ingest(facts, embedder)
        if ingested["embedded"] != len(texts):
            raise RuntimeError(f"{ingested['embedded']} passages were embedded, not {len(texts)}")
        return {"passages": ingested["embedded"], "seconds": ingested["seconds"]}

    return {
        "version": _version("searchapp"),
        "dtype": embedder.fingerprint.dtype,
        "batch_size": settings.embedding_batch_size,
        "store": _server(facts) if facts["url"] else f"LanceDB {_version('lancedb')}",
    }, task


def _ingest(facts: Facts, embedder: Any) -> Facts:
    """A run into a new index that is removed afterwards; the time is from the first file to the last refresh."""
    from searchapp.settings import load_settings
    from searchapp.wiring import Application

    name = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
    settings = load_settings(
        data_dir=Path(facts["folder"]) / name,
        elasticsearch_url=facts["url"],
        index_prefix=name,
        embedding_model=facts.get("embedder", "sentence-transformers:all-MiniLM-L6-v2"),
    )
    application = Application(settings)
    if embedder is not None:
        application.__dict__["embedder"] = embedder  # loaded and warm, as the others' is
    started = time.perf_counter()
    embedded = 0
    for outcome in application.ingester.ingest([facts["library"]]):
        if outcome.error:
            raise RuntimeError(outcome.error)
        embedded += outcome.embedded
    seconds = time.perf_counter() - started
    if facts["url"]:
        _remove(facts["url"], name)
    else:
        application.store.drop()
    return {"embedded": embedded, "seconds": seconds}


def memory(facts: Facts) -> tuple[Facts, Task]:
    """One run of ingestion in a fresh process, and the peak of its memory in MiB and of its largest child's."""
    import resource

    from searchapp.sources.sandbox import IDLE_WORKER

    def task() -> Facts:
        ingested = _ingest(facts, None)
        IDLE_WORKER.end()  # only a child that has ended is counted
        unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
        peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return {"process_mib": peaks[0] / unit, "parser_mib": peaks[1] / unit, **ingested}

    return {}, task


def bare(facts: Facts) -> tuple[Facts, Task]:
    """The model alone: one call over all chunks, which it sorts by length itself."""
    model = _model(facts)
    texts = _texts(facts)

    def encode(some: list[str]) -> None:
        model.encode(some, convert_to_tensor=True, show_progress_bar=False)

    encode(texts[:WARM_UP])

    def task() -> Facts:
        started = time.perf_counter()
        encode(texts)
        return {"passages": len(texts), "seconds": time.perf_counter() - started}

    return {"version": "", "dtype": _name(model.dtype), "batch_size": _batch_size(model), "store": ""}, task


def langchain(facts: Facts) -> tuple[Facts, Task]:
    """LangChain: ElasticsearchStore.add_texts over HuggingFaceEmbeddings."""
    from elasticsearch import Elasticsearch
    from langchain_elasticsearch import ElasticsearchStore
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(
        model_name=facts["model"], model_kwargs={"local_files_only": True, "model_kwargs": _dtype(facts)}
    )
    texts = _texts(facts)
    embeddings.embed_documents(texts[:WARM_UP])
    client = Elasticsearch(facts["url"], request_timeout=120)

    def task() -> Facts:
        name = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
        store = ElasticsearchStore(index_name=name, embedding=embeddings, client=client)
        started = time.perf_counter()
        store.add_texts(texts)
        seconds = time.perf_counter() - started
        _check(facts["url"], name, len(texts))
        return {"passages": len(texts), "seconds": seconds}

    return {
        "version": _version("langchain-elasticsearch"),
        "dtype": _name(embeddings._client.dtype),
        "batch_size": _batch_size(embeddings._client),
        "store": _server(facts),
    }, task


def haystack(facts: Facts) -> tuple[Facts, Task]:
    """Haystack: SentenceTransformersDocumentEmbedder, then ElasticsearchDocumentStore.write_documents."""
    from elasticsearch import Elasticsearch
    from haystack import Document
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersDocumentEmbedder
    from haystack_integrations.document_stores.elasticsearch import ElasticsearchDocumentStore

    if not _has_root(facts["url"]):
        Elasticsearch.info = lambda *_, **__: {}  # a server without GET /, which Haystack asks to see that one is there
    embedder = SentenceTransformersDocumentEmbedder(
        model=facts["model"], progress_bar=False, local_files_only=True, model_kwargs=_dtype(facts)
    )
    embedder.warm_up()
    texts = _texts(facts)
    embedder.run([Document(content=text) for text in texts[:WARM_UP]])

    def task() -> Facts:
        name = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
        store = ElasticsearchDocumentStore(hosts=facts["url"], index=name, request_timeout=120)
        started = time.perf_counter()
        # By default it would wait for the server's next refresh, up to a second.
        store.write_documents(embedder.run([Document(content=text) for text in texts])["documents"], refresh=True)
        seconds = time.perf_counter() - started
        _check(facts["url"], name, len(texts))
        return {"passages": len(texts), "seconds": seconds}

    return {
        "version": _version("haystack-ai"),
        "dtype": _name(embedder.embedding_backend.model.dtype),
        "batch_size": embedder.batch_size,
        "store": _server(facts),
    }, task


def _model(facts: Facts) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(facts["model"], local_files_only=True, model_kwargs=_dtype(facts))


def _dtype(facts: Facts) -> Facts:
    """What gives a library the precision of the facts; nothing where they name none, so that it chooses."""
    import torch

    return {"dtype": getattr(torch, facts["dtype"])} if facts.get("dtype") else {}


def _name(dtype: Any) -> str:
    return str(dtype).removeprefix("torch.")


def _batch_size(model: Any) -> int:
    """What ``encode`` takes at once unless it is told otherwise."""
    from inspect import signature

    return int(signature(model.encode).parameters["batch_size"].default)


def _texts(facts: Facts) -> list[str]:
    return [json.loads(line) for line in Path(facts["passages"]).read_text(encoding="utf-8").splitlines()]


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _ask(url: str, path: str, method: str = "GET") -> Any:
    with urlopen(Request(f"{url}{path}", method=method), timeout=120) as answer:
        return json.loads(answer.read())


def _server_version(url: str) -> str:
    nodes = _ask(url, "/_nodes/_all/info?filter_path=nodes.*.version")["nodes"]
    return ", ".join(sorted({node["version"] for node in nodes.values()}))


def _server(facts: Facts) -> str:
    return f"Elasticsearch {_server_version(facts['url'])}"


def _has_root(url: str) -> bool:
    try:
        return bool(_ask(url, "/"))
    except OSError:
        return False


def _check(url: str, name: str, passages: int) -> None:
    found = _ask(url, f"/{name}/_count")["count"]
    _remove(url, name)
    if found != passages:
        raise RuntimeError(f"{found} passages are searchable, not {passages}")


def _remove(url: str, name: str) -> None:
    """Remove the indices and templates of one run."""
    indices = [found["index"] for found in _ask(url, f"/_cat/indices/{name}*?format=json&h=index&expand_wildcards=all")]
    for index in indices:
        _ask(url, f"/{index}", "DELETE")
    for kind, key in (("_index_template", "index_templates"), ("_component_template", "component_templates")):
        for template in _ask(url, f"/{kind}?filter_path={key}.name").get(key, ()):
            if template["name"].startswith(name):
                _ask(url, f"/{kind}/{template['name']}", "DELETE")


def main() -> None:
    """Serve one contender."""
    name, facts = sys.argv[1], json.loads(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    contenders = {one.__name__: one for one in (prepare, searchapp, memory, bare, langchain, haystack)}
    ready, task = contenders[name](facts)
    print(json.dumps(ready), file=answers, flush=True)
    # In a thread, as searchapp embeds: for PyTorch's main thread the same batches cost 1.5 times the processor time.
    with ThreadPoolExecutor(max_workers=1) as thread:
        for _ in sys.stdin:
            print(json.dumps(thread.submit(task).result()), file=answers, flush=True)


if __name__ == "__main__":
    main()
