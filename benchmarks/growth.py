"""How search, recall, disk and memory grow from ten thousand chunks to a million, on both stores.

    python -m benchmarks.growth [--sizes 10000,100000,1000000] [--stores elasticsearch,lancedb] [--json FILE]

One index a store, as searchapp makes it, grows from size to size with synthetic documents (``growth_corpus.py``). At
each size a process of its own asks the same queries by ``Searcher.search``, their vectors given: keyword, semantic and
hybrid in turn, in several rounds. Recall is that of the semantic retriever's first ten against comparing every vector.
The target: a search of 1,000,000 chunks takes at most twice as long as one of 100,000. Elasticsearch is started with a
heap of 2 GB unless ``--elasticsearch`` names one; ``--merge`` merges its index into one segment at each size.

The figures are written after each size; a store that fails is named, and the other one goes on (exit code 1).
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.growth_corpus import BLOCK, DIMS, Corpus, ExactNeighbours
from benchmarks.keeping import Found, gathered
from benchmarks.report_tables import growth
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.model import SearchMode, SearchRequest
from searchapp.search import Searcher
from searchapp.search.results import DEPTH
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery, build_store
from tests.services import elasticsearch

ELASTICSEARCH = "elasticsearch"
MODES = (SearchMode.KEYWORD, SearchMode.SEMANTIC, SearchMode.HYBRID)
WARM_UP = 20


class GivenVectors(HashedEmbedder):
    """Knows the queries' vectors, so that no time goes into a model."""

    known: dict[str, Any]

    def embed_query(self, text: str) -> Any:
        return self.known[text]


def settings_of(facts: dict[str, Any]) -> Any:
    return load_settings(
        data_dir=Path(facts["folder"]),
        elasticsearch_url=facts["url"],
        index_prefix=facts["prefix"],
        embedding_model=f"hashed:{DIMS}",
    )


def searched(facts: dict[str, Any]) -> dict[str, Any]:
    """Times, the semantic retriever's ids and this process's memory; runs in a process of its own."""
    settings = settings_of(facts)
    store = build_store(settings)
    queries = Corpus().queries(facts["queries"])
    embedder = GivenVectors(str(DIMS), settings)
    embedder.known = {query.text: query.vector for query in queries}
    searcher = Searcher(store, embedder, settings)
    rounds: dict[str, list[dict[str, float]]] = {str(mode): [] for mode in MODES}
    for number in range(-1, facts["rounds"]):  # the first one warms up
        for mode in MODES:
            times = []
            for query in queries if number >= 0 else queries[:WARM_UP]:
                started = time.perf_counter()
                searcher.search(SearchRequest(query.text, mode))
                times.append((time.perf_counter() - started) * 1000)
            if number >= 0:
                p50, p99 = np.percentile(times, [50, 99])
                rounds[str(mode)].append({"p50": float(p50), "p99": float(p99)})
    found = [
        [chunk.id for chunk in store.search(RetrievalQuery(None, query.vector, DEPTH)).semantic[:10]]
        for query in queries
    ]
    latency = {
        mode: {
            f"{name}_{kind}": round(function(one[name] for one in taken), 2)
            for name in ("p50", "p99")
            for kind, function in (("median", statistics.median), ("least", min))
        }
        for mode, taken in rounds.items()
    }
    return {"ms": latency, "found": found, "process_rss_mib": psutil.Process().memory_info().rss / 2**20}


def grown(store_name: str, wanted: argparse.Namespace, progress: Progress) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each size and the figures of one store at it; whatever was started or written is gone at the end."""
    with contextlib.ExitStack() as stack:
        facts = {
            "url": _elasticsearch(wanted.elasticsearch, stack) if store_name == ELASTICSEARCH else "",
            "folder": stack.enter_context(tempfile.TemporaryDirectory(prefix="searchapp-growth-")),
            "prefix": f"growth-{uuid.uuid4().hex[:8]}",
            "queries": wanted.queries,
            "rounds": wanted.rounds,
        }
        settings = settings_of(facts)
        store = build_store(settings)
        stack.callback(store.drop)
        store.prepare(HashedEmbedder(str(DIMS), settings).fingerprint)
        corpus, before = Corpus(), 0
        exact = ExactNeighbours(np.array([query.vector for query in corpus.queries(wanted.queries)]))
        bar = progress.add_task(store_name, total=wanted.sizes[-1])
        for size in wanted.sizes:
            spent = 0.0
            for block in corpus.blocks(before, size):
                exact.see(block.ids, block.vectors)
                started = time.perf_counter()
                failed = store.write(block.writes)
                spent += time.perf_counter() - started
                if failed:
                    raise RuntimeError(f"{len(failed)} documents failed: {next(iter(failed.values()))}")
                progress.advance(bar, BLOCK)
            started = time.perf_counter()
            store.refresh()
            if wanted.merge and facts["url"]:
                _merge(store)
            spent += time.perf_counter() - started
            with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                found = pool.submit(searched, facts).result()
            figures = {
                "ms": found["ms"],
                "recall_at_10": round(exact.recall(found["found"]), 4),
                "bytes_a_chunk": round(_bytes(store, facts) / size),
                "chunks_a_second": round((size - before) / spent),
                "process_rss_mib": round(found["process_rss_mib"]),
                **_server(store, facts),
            }
            progress.console.print(f"{store_name} {size:,}: {json.dumps(figures)}")
            yield str(size), figures
            before = size


def _elasticsearch(url: str, stack: contextlib.ExitStack) -> str:
    if url:
        return url
    server = elasticsearch.start(heap="2g", measured=True)
    stack.callback(server.stop)
    return server.url


def _merge(store: Any) -> None:
    store.client.options(request_timeout=3600).indices.forcemerge(index=store.names.chunks, max_num_segments=1)


def _bytes(store: Any, facts: dict[str, Any]) -> int:
    if facts["url"]:
        total = store.client.indices.stats(index=store.names.chunks, metric="store")["_all"]["primaries"]["store"]
        return int(total["size_in_bytes"])
    import datetime as dt

    store.versions.live().optimize(cleanup_older_than=dt.timedelta(0))  # superseded files are no part of it
    return sum(path.stat().st_size for path in (store.folder / "chunks.lance").rglob("*") if path.is_file())


def _server(store: Any, facts: dict[str, Any]) -> dict[str, int]:
    """Segments and memory of Elasticsearch; nothing of the embedded store, which has no server."""
    if not facts["url"]:
        return {}
    segments = len(store.client.cat.segments(index=store.names.chunks, format="json"))
    (node,) = store.client.nodes.stats(metric="jvm")["nodes"].values()
    told = {"segments": segments, "heap_mib": round(node["jvm"]["mem"]["heap_used_in_bytes"] / 2**20)}
    (info,) = store.client.nodes.info(metric="process")["nodes"].values()
    with contextlib.suppress(psutil.Error):  # a server elsewhere
        told["server_rss_mib"] = round(psutil.Process(info["process"]["id"]).memory_info().rss / 2**20)
    return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000", help=f"multiples of {BLOCK}, rising")
    parser.add_argument("--stores", default="elasticsearch,lancedb")
    parser.add_argument("--elasticsearch", default="", metavar="URL", help="default: one is started")
    parser.add_argument(
        "--merge", action="store_true", help="merge Elasticsearch's index into one segment at each size"
    )
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    wanted = parser.parse_args()
    wanted.sizes = [int(size) for size in wanted.sizes.split(",")]
    if any(size % BLOCK for size in wanted.sizes) or wanted.sizes != sorted(set(wanted.sizes)):
        parser.error(f"--sizes are multiples of {BLOCK:,}, rising")
    result: dict[str, Any] = {"queries": wanted.queries, "rounds": wanted.rounds, "merged": wanted.merge}

    def keep(stores: Found, failed: dict[str, str]) -> None:
        result.update(stores=stores, failed=failed)
        if wanted.json:
            wanted.json.write_text(json.dumps(result, indent=1), encoding="utf-8")

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        _, failed = gathered({one: partial(grown, one, wanted, progress) for one in wanted.stores.split(",")}, keep)
    print(growth(result))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
