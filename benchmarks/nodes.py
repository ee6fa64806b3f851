"""A rehearsal on three nodes: load, searches, and a node that is killed meanwhile.

    python -m benchmarks.nodes [--chunks 1000000] [--json benchmarks/figures/nodes.json] [--write docs/scaling.md]

Three Elasticsearch nodes are started here, with TLS and security on, and the index is made as searchapp makes it: by
``es apply``. Synthetic passages (``nodes_corpus.py``) are written by the store from several threads, nine tenths of
them as docs/scaling.md advises for a large load: without replicas and refreshes. After ``es forcemerge`` every shard
gets its replica, and both retrievers and the hybrid search are asked real questions, whose vectors the configured model
made. Recall is that of the semantic retriever's first ten against comparing every vector.

While the last tenth is written and searched, the first node, which leads the cluster, is killed with SIGKILL. Told are
what searchers met at the first try and after trying again, how long none of them was answered, when the cluster was
green again on the two nodes left, and whether a single passage is missing.

A million passages take a quarter of an hour and some 8 GB of disk on two cores, and 6 GB of memory with nodes of
``--heap 1g``; only a block of passages a writer is held here. Exit code 1: something was lost, or an error was left
after trying again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.growth_corpus import ExactNeighbours, Query
from benchmarks.nodes_corpus import BLOCK, PASSAGES, TopicVectors, blocks
from benchmarks.nodes_report import passed, table, written
from benchmarks.progress import shown
from searchapp.cluster import apply
from searchapp.cluster.build import LOADING, served
from searchapp.cluster.merging import forcemerge
from searchapp.errors import SearchAppError
from searchapp.ingest.retry import Retry
from searchapp.model import SearchMode, SearchRequest
from searchapp.progress import Progress
from searchapp.search.results import DEPTH
from searchapp.settings import load_settings
from searchapp.stores import DocumentWrite, RetrievalQuery
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.chunks import held_documents
from searchapp.wiring import Application
from tests.services import cluster as nodes
from tests.services.cluster import Cluster

MODES = (SearchMode.KEYWORD, SearchMode.SEMANTIC, SearchMode.HYBRID)
KILLED_AT = 0.25
"""Of the last tenth, how much is written when the node dies."""

SEARCHERS = 2
PATIENCE_SECONDS = 300.0
"""As long a writer or a searcher goes on trying."""

PAUSE_SECONDS = 0.25
GREEN_SECONDS = 3600.0


class Asked:
    """Searchers that never rest while the cluster loses a node; what they met is kept."""

    def __init__(self, application: Application, queries: Sequence[Query]) -> None:
        self._application, self._queries = application, queries
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.searches = self.first_tries_failed = self.failed = 0
        self.errors: dict[str, int] = {}
        self.longest_wait = 0.0
        self.milliseconds: list[float] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._search, args=(number,)) for number in range(SEARCHERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _search(self, number: int) -> None:
        while not self._stop.is_set():
            query = self._queries[number % len(self._queries)]
            number += SEARCHERS
            began, tries, answered = time.monotonic(), 0, False
            while not answered and time.monotonic() - began < PATIENCE_SECONDS:
                tries += 1
                try:
                    answered = bool(self._application.searcher.search(SearchRequest(query.text)).hits)
                except SearchAppError as error:
                    with self._lock:
                        self.errors[error.reason] = self.errors.get(error.reason, 0) + 1
                if not answered:
                    time.sleep(PAUSE_SECONDS)
            spent = time.monotonic() - began
            with self._lock:
                self.searches += 1
                self.first_tries_failed += tries > 1
                self.failed += not answered
                self.longest_wait = max(self.longest_wait, spent)
                self.milliseconds.append(spent * 1000)


class Rehearsal:
    """One cluster with one index in it, from nothing to the last count."""

    def __init__(self, wanted: argparse.Namespace, show: Progress, stack: ExitStack) -> None:
        self.wanted, self.show = wanted, show
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="searchapp-nodes-")))
        show("starting nodes", 0, 0)
        self.cluster: Cluster = nodes.start(folder, heap=wanted.heap, measured=True)
        stack.callback(self.cluster.stop)
        self.application = Application(
            load_settings(
                elasticsearch_url=self.cluster.urls_as("elastic", self.cluster.password),
                elasticsearch_ca_certs=self.cluster.certificates.authority,
                index_prefix="rehearsal",
                index_shards=wanted.shards,
                data_dir=folder,
                models_dir=load_settings().model_folders[0],  # a model is prepared once, not for each rehearsal
                patience_seconds=PATIENCE_SECONDS,
            )
        )
        store = self.application.store
        assert isinstance(store, ElasticsearchStore)
        self.store = store
        show("embedding topics and questions", 0, 0)
        self.vectors = TopicVectors(self.application.model)
        self.queries = self.vectors.questions(wanted.queries)
        self.exact = ExactNeighbours(np.array([query.vector for query in self.queries]))
        for query in self.queries:  # which the application remembers, so that no time goes into the model
            self.application.embedder.embed_query(query.text)
        self.retried = self.refused = 0

    def run(self) -> dict[str, Any]:
        """All of it in order; the figures."""
        apply(self.application)
        live = self.store.live()
        assert live is not None
        resting = self.wanted.chunks * 9 // 10 // BLOCK * BLOCK
        self.set(LOADING)
        spent = self.load(0, resting)
        merged = forcemerge(self.application, show=self.show)
        self.set(served(self.store, live))
        started = time.perf_counter()
        self.show("copying to replicas", 0, 0)
        self.green()
        copied = time.perf_counter() - started
        figures = {
            "chunks": self.wanted.chunks,
            "shards": self.wanted.shards,
            "heap": self.wanted.heap,
            "model": str(self.application.model.fingerprint),
            "elasticsearch": self.server(),
            "writers": self.wanted.writers,
            "chunks_a_second": round(resting / spent),
            "copying_seconds": round(copied, 1),
            "merge": {"seconds": merged.seconds, "before": merged.before.segments, "after": merged.after.segments},
            "bytes_a_chunk": round(merged.after.bytes / resting),
            "at_rest": self.measured(resting),
        }
        return {**figures, "killed": self.killed(resting)}

    def server(self) -> str:
        answer = self.store.client.nodes.info(metric="http", filter_path="nodes.*.version")
        return min(node["version"] for node in answer["nodes"].values())

    def set(self, settings: Mapping[str, Any]) -> None:
        """Change settings of the index."""
        self.store.client.indices.put_settings(index=self.store.names.chunks, settings=settings)

    def load(self, first: int, end: int, wrote: Callable[[int], None] = lambda number: None) -> float:
        """Write the passages of these numbers, several blocks at a time; returns the seconds that it took."""
        starts = iter(range(first, end, BLOCK))
        done = first
        lock = threading.Lock()

        def write() -> None:
            nonlocal done
            while True:
                with lock:
                    start = next(starts, end)
                if start >= end:
                    return
                (block,) = blocks(start, start + BLOCK, self.vectors)
                self.write(block.writes)
                with lock:
                    self.exact.see(block.ids, block.vectors)
                    done += BLOCK
                    self.show("writing", done, self.wanted.chunks)
                    wrote(done)

        started = time.perf_counter()
        with ThreadPoolExecutor(self.wanted.writers) as writers:
            for writer in [writers.submit(write) for _ in range(self.wanted.writers)]:
                writer.result()
        Retry(PATIENCE_SECONDS, self.waits)(self.store.refresh)
        return time.perf_counter() - started

    def write(self, writes: Sequence[DocumentWrite]) -> None:
        """Write documents until none is refused."""
        retry = Retry(PATIENCE_SECONDS, self.waits)
        while writes:
            refused = retry(self.store.write, writes)
            self.refused += len(refused)
            writes = tuple(write for write in writes if write.entry.id in refused)

    def waits(self, waits_for: object) -> None:
        """Count that something is tried again."""
        self.retried += waits_for is not None

    def measured(self, chunks: int) -> dict[str, Any]:
        """Times in milliseconds of both retrievers and the hybrid search, the model's left out, and recall."""
        figures: dict[str, Any] = {"chunks": chunks}
        for number, mode in enumerate(MODES):
            times = []
            for query in [*self.queries[:20], *self.queries]:
                started = time.perf_counter()
                self.application.searcher.search(SearchRequest(query.text, mode))
                times.append((time.perf_counter() - started) * 1000)
            figures[str(mode)] = percentiles(times[20:])
            self.show("searching", number + 1, len(MODES))
        found = [
            [chunk.id for chunk in self.store.search(RetrievalQuery(None, query.vector, DEPTH)).semantic[:10]]
            for query in self.queries
        ]
        return {**figures, "recall_at_10": round(self.exact.recall(found), 4)}

    def killed(self, first: int) -> dict[str, Any]:
        """Write the rest and search meanwhile; a node dies. What was met, and what is there afterwards."""
        at = first + (self.wanted.chunks - first) * KILLED_AT
        asked, died = Asked(self.application, self.queries), 0.0
        seen: dict[str, float] = {}

        def wrote(number: int) -> None:
            nonlocal died
            if number >= at and not died:
                died = time.monotonic()
                self.cluster.kill(0)
                watcher.start()

        def watch() -> None:
            self.cluster.wait(lambda health: health.get("number_of_nodes") == 2 and health["status"] != "red")
            seen["yellow_seconds"] = round(time.monotonic() - died, 1)
            self.green()
            seen["green_seconds"] = round(time.monotonic() - died, 1)

        watcher = threading.Thread(target=watch)
        with asked.running():
            spent = self.load(first, self.wanted.chunks, wrote)
            watcher.join()
        self.show("comparing", 0, 0)
        held = held_documents(self.store.client, self.store.names.chunks)
        whole = sum(one.whole and one.chunks == PASSAGES for one in held)
        return {
            **seen,
            "chunks_a_second": round((self.wanted.chunks - first) / spent),
            "writes_tried_again": self.retried,
            "documents_refused_at_first": self.refused,
            "searches": asked.searches,
            "searches_tried_again": asked.first_tries_failed,
            "searches_failed": asked.failed,
            "met": asked.errors,
            "longest_wait_seconds": round(asked.longest_wait, 1),
            "hybrid": percentiles(asked.milliseconds),
            "chunks_there": self.store.count(),
            "whole_documents_there": whole,
            "after": self.measured(self.wanted.chunks),
        }

    def green(self) -> None:
        """Wait for every copy of every shard."""
        deadline = time.monotonic() + GREEN_SECONDS
        while self.cluster.health().get("status") != "green":
            if time.monotonic() > deadline:
                raise TimeoutError(f"the cluster is not green: {self.cluster.health()}")
            time.sleep(0.5)


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return {"p50_ms": round(float(p50), 1), "p99_ms": round(float(p99), 1)}


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=1_000_000, help=f"a multiple of {10 * BLOCK:,}")
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--writers", type=int, default=2, help="threads that write at the same time")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--heap", default="1g", help="of each of the three nodes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page, between its marks")
    wanted = parser.parse_args(given)
    if wanted.chunks < 10 * BLOCK or wanted.chunks % (10 * BLOCK):
        parser.error(f"--chunks is a multiple of {10 * BLOCK:,}")
    with ExitStack() as stack, shown("three nodes") as show:
        figures = Rehearsal(wanted, show, stack).run()
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if wanted.write:
        wanted.write.write_text(written(wanted.write.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(table(figures))
    return 0 if passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
