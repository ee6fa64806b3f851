"""What each way of keeping vectors in Elasticsearch finds, how fast, and how many bytes a chunk takes.

    python -m benchmarks.index_options DATASET_DIR [--options all] [--split test] [--json]

``--options``: all, or hnsw,bbq_hnsw:3,flat and so on; :3 ranks three times as many again by whole vectors. "settings"
is the default way with settings of the index (``variants.py``), such as int8_hnsw:2+shards=3 or
int8_hnsw:2+early=off; what the server does not know or has no licence for is named and left out. The dataset is a
folder in BEIR layout with a corpus.jsonl; the server is the one of SEARCHAPP_ELASTICSEARCH_URL.

The chunks go into one throw-away index a way, all at once, so that each is embedded once. Then every query is asked
of every index in turn, so that whatever else the machine does falls on all of them alike.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.mirrored import AnsweredEmbedder, AnsweredStore, MirroredStore
from benchmarks.progress import shown
from benchmarks.variants import BBQ_DISK, EVERY_VARIANT, Kept, Variant, read_variants
from searchapp.cli.common import orderly_end
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from searchapp.evaluation import Dataset, read_dataset
from searchapp.model import Hit, SearchMode, SearchRequest, Vector
from searchapp.progress import Progress
from searchapp.search import Searcher
from searchapp.search.results import DEPTH
from searchapp.settings import IndexOptions, load_settings
from searchapp.stores import RetrievalQuery, RetrievalResults
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """What one variant reached.

    ``recall_at_10`` is the share of the ten nearest chunks (by exact search) that it finds. Latencies are those of
    the semantic retriever, in milliseconds, without embedding the query. ``disk_bytes`` is the whole index for each
    chunk, text included; ``memory_bytes`` what a fast search keeps in the page cache for each (None where the server
    does not say). ``index_seconds``: writing and merging.
    """

    ndcg_at_10: float
    hybrid_ndcg_at_10: float
    recall_at_10: float
    p50_ms: float
    p99_ms: float
    disk_bytes: int
    memory_bytes: int | None
    index_seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All variants over one dataset."""

    dataset: str
    split: str
    queries: int
    chunks: int
    results: Mapping[str, VariantFigures]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Variants that the server refuses, and its words."""


EXACT = Kept(str(IndexOptions.FLAT))
"""Recall is measured against it."""

RECALL_AT = 10
WARM_UP_QUERIES = 20
MERGE_SECONDS = 3600.0


def compare(
    application: Application,
    dataset: Dataset,
    variants: Sequence[Variant] = EVERY_VARIANT,
    progress: Progress = lambda what, done, total: None,
) -> Comparison:
    """Index the dataset once for each way of keeping vectors, and measure each variant; the indices are removed again.

    Raises UsageError when the embedded store is configured, and what indexing and searching raise.
    """
    elasticsearch_store(application).check()
    with ExitStack() as stack:
        trial = _Trial(application, [EXACT, *(variant.kept for variant in variants)], stack)
        trial.index(dataset, progress)
        return trial.measure(dataset, variants, progress)


@dataclass(slots=True)
class _Asked:
    """What the queries brought for one variant: documents with their best score, by query, and times."""

    semantic: dict[str, dict[str, float]] = field(default_factory=dict)
    hybrid: dict[str, dict[str, float]] = field(default_factory=dict)
    recalls: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


class _Trial:
    def __init__(self, application: Application, indices: Sequence[Kept], stack: ExitStack) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="searchapp-eval-")))
        run = f"{application.settings.index_prefix}-eval-{uuid.uuid4().hex[:8]}"
        self.settings = application.settings.model_copy(update={"data_dir": folder})
        self.embedder = application.embedder
        self.prefixes = {kept: f"{run}-{number}" for number, kept in enumerate(dict.fromkeys(indices))}
        self.refused: dict[Kept, str] = {}
        self.stores: dict[Kept, ElasticsearchStore] = {}
        for kept in self.prefixes:
            store = self._store(kept)
            stack.callback(store.drop)
            try:
                store.prepare(self.embedder.fingerprint)
            except (ServiceRefusedError, ServiceUnavailableError, IncompatibleServerError) as error:
                if kept == EXACT:
                    raise
                self.refused[kept] = error.message
            else:
                self.stores[kept] = store

    def _store(self, kept: Kept, oversample: float = 0.0) -> ElasticsearchStore:
        named = {"index_prefix": self.prefixes[kept], "oversample": oversample, "index_shards": kept.shards}
        if kept.options != BBQ_DISK:
            named["index_options"] = IndexOptions(kept.options)
        store = ElasticsearchStore(self.settings.model_copy(update=named))
        templates = store.templates
        store.templates = lambda dims: kept.of(templates(dims))
        return store

    def _application(self, store: ElasticsearchStore) -> Application:
        built = Application(store.settings)
        built.__dict__.update(store=store, embedder=self.embedder)  # loaded once
        return built

    def index(self, dataset: Dataset, progress: Progress) -> None:
        mirrored = MirroredStore(self.stores[EXACT].settings, self.stores, EXACT, self.embedder)
        for number, _ in enumerate(self._application(mirrored).ingester.ingest_documents(dataset.documents()), start=1):
            progress("indexing", number, 0)
        self.stores = mirrored.stores
        self.refused |= mirrored.refused
        self.index_seconds = mirrored.seconds
        for number, (kept, store) in enumerate(self.stores.items(), start=1):
            started = time.perf_counter()
            with reading(store.where):
                # Into one segment: otherwise chance decides how many there are, and with it the speed.
                slow = store.client.options(request_timeout=MERGE_SECONDS)
                slow.indices.forcemerge(index=store.names.chunks, max_num_segments=1)
            store.refresh()
            self.index_seconds[kept] += time.perf_counter() - started
            progress("merging", number, len(self.stores))

    def measure(self, dataset: Dataset, variants: Sequence[Variant], progress: Progress) -> Comparison:
        exact = self.stores[EXACT]
        asked = {variant: _Asked() for variant in variants if variant.kept in self.stores}
        stores = {variant: self._store(variant.kept, variant.oversample) for variant in asked}
        queries = list(dataset.queries.items())
        warming_up = queries[:WARM_UP_QUERIES]
        for number, (query_id, text) in enumerate([*warming_up, *queries], start=1):
            vector = self.embedder.embed_query(text)
            both = exact.search(RetrievalQuery(keywords=text, vector=vector, depth=DEPTH))
            nearest = {chunk.id for chunk in both.semantic[:RECALL_AT]}
            for variant, store in stores.items():
                started = time.perf_counter()
                found = store.search(RetrievalQuery(keywords=None, vector=vector, depth=DEPTH)).semantic
                elapsed = (time.perf_counter() - started) * 1000
                if number <= len(warming_up):
                    continue
                at = asked[variant]
                at.milliseconds.append(elapsed)
                at.recalls.append(len(nearest & {chunk.id for chunk in found[:RECALL_AT]}) / max(1, len(nearest)))
                at.semantic[query_id] = _best((chunk.document_id, chunk.score) for chunk in found)
                fused = self._fused(text, vector, RetrievalResults(both.keyword, found))
                at.hybrid[query_id] = _best((hit.document_id, hit.score) for hit in fused)
            progress("searching", number, len(warming_up) + len(queries))
        results = {str(variant): self._figures(dataset, variant, at) for variant, at in asked.items()}
        left_out = {str(one): self.refused[one.kept] for one in variants if one.kept in self.refused}
        return Comparison(dataset.name, dataset.split, len(queries), exact.count(), results, left_out)

    def _fused(self, text: str, vector: Vector, retrieved: RetrievalResults) -> tuple[Hit, ...]:
        """Both retrievers as the searcher fuses them; the query is neither embedded nor sent again."""
        store = AnsweredStore(self.stores[EXACT].settings, retrieved)
        searcher = Searcher(store, AnsweredEmbedder(self.embedder, vector), self.settings)
        return searcher.search(SearchRequest(text, SearchMode.HYBRID, size=DEPTH)).hits

    def _figures(self, dataset: Dataset, variant: Variant, asked: _Asked) -> VariantFigures:
        import numpy as np

        store = self.stores[variant.kept]
        disk, memory = _bytes_a_chunk(store, variant.kept)
        return VariantFigures(
            ndcg_at_10=_ndcg(dataset, asked.semantic),
            hybrid_ndcg_at_10=_ndcg(dataset, asked.hybrid),
            recall_at_10=round(statistics.fmean(asked.recalls), 4),
            p50_ms=round(float(np.percentile(asked.milliseconds, 50)), 1),
            p99_ms=round(float(np.percentile(asked.milliseconds, 99)), 1),
            disk_bytes=disk,
            memory_bytes=memory,
            index_seconds=round(self.index_seconds[variant.kept], 1),
        )


def _best(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Each document with the score of its best chunk."""
    best: dict[str, float] = {}
    for document_id, score in scored:
        best.setdefault(document_id, score)
    return best


def _ndcg(dataset: Dataset, run: Mapping[str, Mapping[str, float]]) -> float:
    import ir_measures
    from ir_measures import nDCG

    measure = nDCG @ 10
    return round(float(ir_measures.calc_aggregate([measure], dataset.qrels, run)[measure]), 4)


def _bytes_a_chunk(store: ElasticsearchStore, kept: Kept) -> tuple[int, int | None]:
    """Bytes on disk and in memory for each chunk. From 9.1 the server tells the size of each kind of vector file."""
    with reading(store.where):
        answer = store.client.indices.stats(index=store.names.chunks, metric="docs,store,dense_vector")
    stats = answer["_all"]["primaries"]
    count = max(1, stats["docs"]["count"])
    disk = round(stats["store"]["size_in_bytes"] / count)
    files = stats.get("dense_vector", {}).get("off_heap")
    if not files:
        return disk, None
    vectors = ("total_veq_size_bytes", "total_veb_size_bytes") if kept.is_quantised else ("total_vec_size_bytes",)
    return disk, round(sum(files[name] for name in (*vectors, "total_vex_size_bytes")) / count)


def main(given: Sequence[str] | None = None) -> int:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path, metavar="DATASET_DIR", help="judged queries and their documents")
    parser.add_argument("--options", default="all", metavar="TYPES", help="which ways, with commas between them")
    parser.add_argument("--split", default="test", help="which judgements: qrels/SPLIT.tsv")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    wanted = parser.parse_args(given)
    try:
        variants, judged = read_variants(wanted.options), read_dataset(wanted.dataset, wanted.split)
        if not judged.has_corpus:
            raise UsageError("plain", text=f"{wanted.dataset} has no corpus.jsonl, and vectors are made of documents.")
        with orderly_end(), shown(judged.name) as show:
            compared = compare(Application(load_settings()), judged, variants, show)
    except SearchAppError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps(dataclasses.asdict(compared)) if wanted.json else table(compared))
    return 0


def table(compared: Comparison) -> str:
    """A row a variant: nDCG@10, recall@10 and latency of the semantic retriever, and bytes a chunk.

    Latencies are told in milliseconds, and as multiples of those of the first row.
    """
    columns = (
        "index options", "nDCG@10", "hybrid", "recall@10", "p50 ms", "times", "p99 ms", "times", "memory", "disk",
        "index s",
    )  # fmt: skip
    first = next(iter(compared.results.values()), None)
    lines = [
        f"{compared.dataset} ({compared.split}): {compared.queries} queries, {compared.chunks} passages\n",
        f"| {' | '.join(columns)} |",
        "|---|" + "---:|" * (len(columns) - 1),
    ]
    for name, row in compared.results.items():
        quality = (row.ndcg_at_10, row.hybrid_ndcg_at_10, row.recall_at_10)
        memory = "" if row.memory_bytes is None else f"{row.memory_bytes:,}"
        cells = (
            *(f"{value:.4f}" for value in quality), f"{row.p50_ms:.1f}", _times(row.p50_ms, first and first.p50_ms),
            f"{row.p99_ms:.1f}", _times(row.p99_ms, first and first.p99_ms), memory,
            f"{row.disk_bytes:,}", f"{row.index_seconds:.1f}",
        )  # fmt: skip
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [f"\nLeft out: {name}. {why}" for name, why in compared.left_out.items()]
    return "\n".join(lines)


def _times(milliseconds: float, first: float | None) -> str:
    return f"{milliseconds / first:.2f}" if first else ""


if __name__ == "__main__":
    sys.exit(main())
