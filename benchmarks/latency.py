"""How long a hybrid search takes on Elasticsearch, against encoding its query and the slower of its retrievers.

    python benchmarks/latency.py --elasticsearch http://localhost:9200 [--dataset ../shared/data/scifact] [--json FILE]

puts the corpus (SciFact: 5,183 documents) into a throw-away index and asks every test query four ways in turn: encode
it; the keyword retriever alone; the semantic retriever alone; a hybrid search as the API makes it. The order turns
with each query, so that whatever else the machine does falls on all alike. The target is a ratio of at most 1.3
between the medians of hybrid and of encoding plus the slower retriever; where the time goes within a hybrid search is
shown too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.report_tables import latency
from searchapp.cli.common import orderly_end
from searchapp.evaluation.dataset import read_dataset
from searchapp.evaluation.runner import throw_away
from searchapp.model import SearchMode, SearchRequest
from searchapp.search import Searcher
from searchapp.search.results import DEPTH
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery
from searchapp.wiring import Application

DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
MOST = 1.3
WARM_UP = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, default=DATA / "scifact", help="folder in BEIR layout")
    parser.add_argument("--elasticsearch", required=True, help="address of a server to put a throw-away index on")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/quality"), help="vectors of the last runs")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    arguments = parser.parse_args()
    settings = load_settings(data_dir=arguments.keep, elasticsearch_url=arguments.elasticsearch, index_prefix="latency")
    dataset = read_dataset(arguments.dataset)
    with throw_away(Application(settings)) as trial:
        count = sum(1 for _ in trial.ingester.ingest_documents(dataset.documents()))
        trial.store.client.indices.forcemerge(  # type: ignore[attr-defined]
            index=trial.store.names.chunks,
            max_num_segments=1,  # type: ignore[attr-defined]
        )
        texts = list(dataset.queries.values())[: arguments.queries]
        figures = {
            "dataset": arguments.dataset.name,
            "documents": count,
            "passages": trial.store.count(),
            "cores": os.cpu_count(),
            "elasticsearch": server_version(trial),
            **measured(trial, texts),
        }
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(latency(figures))


def server_version(trial: Application) -> str:
    nodes = trial.store.client.nodes.info(filter_path="nodes.*.version")["nodes"]  # type: ignore[attr-defined]
    return ", ".join(sorted({node["version"] for node in nodes.values()}))


def measured(trial: Application, texts: list[str]) -> dict[str, Any]:
    store, embedder = trial.store, trial.embedder
    searcher = Searcher(store, embedder, trial.settings)
    times: dict[str, list[float]] = {"encode": [], "keyword": [], "semantic": [], "hybrid": []}
    inside: dict[str, list[float]] = {"encoding": [], "both retrievers": [], "the rest": []}
    vectors = {text: embedder.embed_query(text) for text in texts}
    for number, text in enumerate([*texts[:WARM_UP], *texts]):
        ways: list[tuple[str, Callable[[], object]]] = [
            ("encode", lambda text=text: embedder.embed_query(text)),
            ("keyword", lambda text=text: store.search(RetrievalQuery(keywords=text, vector=None, depth=DEPTH))),
            (
                "semantic",
                lambda text=text: store.search(RetrievalQuery(keywords=None, vector=vectors[text], depth=DEPTH)),
            ),
            ("hybrid", lambda text=text: searcher.search(SearchRequest(text, SearchMode.HYBRID))),
        ]
        first = number % len(ways)
        for name, way in (*ways[first:], *ways[:first]):
            with watched(embedder, store) as parts:
                started = time.perf_counter()
                way()
                elapsed = (time.perf_counter() - started) * 1000
            if number < WARM_UP:
                continue
            times[name].append(elapsed)
            if name == "hybrid":
                inside["encoding"].append(parts["embed_query"])
                inside["both retrievers"].append(parts["search"])
                inside["the rest"].append(elapsed - sum(parts.values()))
    p50 = {name: statistics.median(found) for name, found in times.items()}
    baseline = p50["encode"] + max(p50["keyword"], p50["semantic"])
    ratio = p50["hybrid"] / baseline
    return {
        "queries": len(texts),
        "p50_ms": {name: round(value, 2) for name, value in p50.items()},
        "hybrid_inside_p50_ms": {name: round(statistics.median(found), 2) for name, found in inside.items()},
        "encode_plus_slower_retriever_ms": round(baseline, 2),
        "ratio": round(ratio, 3),
        "target": MOST,
    }


@contextmanager
def watched(embedder: Any, store: Any) -> Iterator[dict[str, float]]:
    """Milliseconds spent in encoding and in the store."""
    parts = {"embed_query": 0.0, "search": 0.0}

    def timed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*arguments)
            finally:
                parts[name] += (time.perf_counter() - started) * 1000

        return run

    embedder.embed_query, store.search = timed("embed_query", embedder.embed_query), timed("search", store.search)
    try:
        yield parts
    finally:
        del embedder.embed_query, store.search


if __name__ == "__main__":
    with orderly_end():  # the throw-away index goes in any case
        main()
