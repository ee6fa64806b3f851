"""``eval --index-options``: what each way of keeping vectors finds, how fast, and how many bytes a passage takes.

The passages go into one throw-away index a way, all at once, so that each is embedded once. Then every query is asked
of every index in turn, so that whatever else the machine does falls on all of them alike.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from searchapp.cluster.store import elasticsearch_store
from searchapp.cluster.vector_variants import EVERY_VARIANT, Comparison, Variant, VariantFigures
from searchapp.embedding import Embedder, Fingerprint
from searchapp.errors import StorageError
from searchapp.evaluation import Dataset
from searchapp.model import Hit, SearchMode, SearchRequest, Vector
from searchapp.search import Searcher
from searchapp.search.searcher import DEPTH
from searchapp.settings import IndexOptions, Settings
from searchapp.stores import DocumentWrite, LegQuery, LegResults
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.documents import chunk_source

if TYPE_CHECKING:
    from searchapp.wiring import Application

RECALL_AT = 10
WARM_UP_QUERIES = 20
MERGE_SECONDS = 3600.0

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known)."""


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
        # Flat is exact: recall is measured against it.
        trial = _Trial(application, {IndexOptions.FLAT, *(variant.options for variant in variants)}, stack)
        trial.index(dataset, progress)
        return trial.measure(dataset, variants, progress)


@dataclass(slots=True)
class _Asked:
    """What the queries brought for one variant: documents with their best score, by query, and times."""

    semantic: dict[str, dict[str, float]] = field(default_factory=dict)
    hybrid: dict[str, dict[str, float]] = field(default_factory=dict)
    recalls: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


class _MirroredStore(ElasticsearchStore):
    """Writes new passages to several stores, so that each is chunked, embedded and made JSON of once."""

    def __init__(self, settings: Settings, stores: Sequence[ElasticsearchStore]) -> None:
        super().__init__(settings)
        self.stores = stores
        self.seconds = dict.fromkeys(range(len(stores)), 0.0)

    def prepare(self, fingerprint: Fingerprint) -> None:
        for store in self.stores:
            store.prepare(fingerprint)

    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        now = dt.datetime.now(dt.UTC)
        actions = [
            Action.index("", embedded.chunk.id, chunk_source(write.entry, embedded, now))
            for write in documents
            for embedded in write.chunks
        ]
        for number, store in enumerate(self.stores):
            started = time.perf_counter()
            with reading(store.where):
                failures = write_all(store.client, (action.into(store.names.chunks) for action in actions))
            if failures:
                reason = next(iter(failures.values()))
                raise StorageError(
                    f"{len(failures)} passages could not be written: {reason}.", "Nothing is kept of it."
                )
            self.seconds[number] += time.perf_counter() - started
        return {}

    def refresh(self) -> None:
        for store in self.stores:
            store.refresh()


class _AnsweredStore(ElasticsearchStore):
    """Answers with legs that were asked for already."""

    def __init__(self, settings: Settings, legs: LegResults) -> None:
        super().__init__(settings)
        self.legs = legs

    def fingerprint(self) -> None:
        return None  # the model was checked when the legs were asked for

    def search(self, query: LegQuery) -> LegResults:
        return self.legs


class _AnsweredEmbedder:
    """Knows the vector of the query already; everything else is the embedder's."""

    def __init__(self, embedder: Embedder, vector: Vector) -> None:
        self.fingerprint, self.tokenizer = embedder.fingerprint, embedder.tokenizer
        self.embed_documents = embedder.embed_documents
        self.vector = vector

    def embed_query(self, text: str) -> Vector:
        return self.vector


class _Trial:
    def __init__(self, application: Application, types: set[IndexOptions], stack: ExitStack) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="searchapp-eval-")))
        run = f"{application.settings.index_prefix}-eval-{uuid.uuid4().hex[:8]}"
        self.settings = application.settings.model_copy(update={"data_dir": folder})
        self.embedder = application.embedder
        self.prefixes = {options: f"{run}-{options}" for options in sorted(types)}
        self.stores = {options: self._store(options) for options in self.prefixes}
        for store in self.stores.values():
            stack.callback(store.drop)

    def _store(self, options: IndexOptions, oversample: float = 0.0) -> ElasticsearchStore:
        named = {"index_prefix": self.prefixes[options], "index_options": options, "oversample": oversample}
        return ElasticsearchStore(self.settings.model_copy(update=named))

    def _application(self, store: ElasticsearchStore) -> Application:
        from searchapp.wiring import Application

        built = Application(store.settings)
        built.__dict__.update(store=store, embedder=self.embedder)  # loaded once
        return built

    def index(self, dataset: Dataset, progress: Progress) -> None:
        first = next(iter(self.stores.values()))
        mirrored = _MirroredStore(first.settings, list(self.stores.values()))
        for number, _ in enumerate(self._application(mirrored).ingester.ingest_documents(dataset.documents()), start=1):
            progress("indexing", number, 0)
        self.index_seconds = dict(zip(self.stores, mirrored.seconds.values(), strict=True))
        for number, (options, store) in enumerate(self.stores.items(), start=1):
            started = time.perf_counter()
            with reading(store.where):
                # Into one segment: otherwise chance decides how many there are, and with it the speed.
                slow = store.client.options(request_timeout=MERGE_SECONDS)
                slow.indices.forcemerge(index=store.names.chunks, max_num_segments=1)
            store.refresh()
            self.index_seconds[options] += time.perf_counter() - started
            progress("merging", number, len(self.stores))

    def measure(self, dataset: Dataset, variants: Sequence[Variant], progress: Progress) -> Comparison:
        exact = self.stores[IndexOptions.FLAT]
        asked = {variant: _Asked() for variant in variants}
        stores = {variant: self._store(variant.options, variant.oversample) for variant in variants}
        queries = list(dataset.queries.items())
        warming_up = queries[:WARM_UP_QUERIES]
        for number, (query_id, text) in enumerate([*warming_up, *queries], start=1):
            vector = self.embedder.embed_query(text)
            both = exact.search(LegQuery(keywords=text, vector=vector, depth=DEPTH))
            nearest = {chunk.id for chunk in both.semantic[:RECALL_AT]}
            for variant, store in stores.items():
                started = time.perf_counter()
                found = store.search(LegQuery(keywords=None, vector=vector, depth=DEPTH)).semantic
                elapsed = (time.perf_counter() - started) * 1000
                if number <= len(warming_up):
                    continue
                at = asked[variant]
                at.milliseconds.append(elapsed)
                at.recalls.append(len(nearest & {chunk.id for chunk in found[:RECALL_AT]}) / max(1, len(nearest)))
                at.semantic[query_id] = _best((chunk.document_id, chunk.score) for chunk in found)
                fused = self._fused(text, vector, LegResults(both.keyword, found))
                at.hybrid[query_id] = _best((hit.document_id, hit.score) for hit in fused)
            progress("searching", number, len(warming_up) + len(queries))
        results = {str(variant): self._figures(dataset, variant, at) for variant, at in asked.items()}
        return Comparison(dataset.name, dataset.split, len(queries), exact.count(), results)

    def _fused(self, text: str, vector: Vector, legs: LegResults) -> tuple[Hit, ...]:
        """Both legs as the searcher fuses them; the query is neither embedded nor sent again."""
        store = _AnsweredStore(self.stores[IndexOptions.FLAT].settings, legs)
        searcher = Searcher(store, _AnsweredEmbedder(self.embedder, vector), self.settings)
        return searcher.search(SearchRequest(text, SearchMode.HYBRID, size=DEPTH)).hits

    def _figures(self, dataset: Dataset, variant: Variant, asked: _Asked) -> VariantFigures:
        import numpy as np

        store = self.stores[variant.options]
        disk, memory = _bytes_a_chunk(store, variant.options)
        return VariantFigures(
            ndcg_at_10=_ndcg(dataset, asked.semantic),
            hybrid_ndcg_at_10=_ndcg(dataset, asked.hybrid),
            recall_at_10=round(statistics.fmean(asked.recalls), 4),
            p50_ms=round(float(np.percentile(asked.milliseconds, 50)), 1),
            p99_ms=round(float(np.percentile(asked.milliseconds, 99)), 1),
            disk_bytes=disk,
            memory_bytes=memory,
            index_seconds=round(self.index_seconds[variant.options], 1),
        )


def _best(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Each document with the score of its best passage."""
    best: dict[str, float] = {}
    for document_id, score in scored:
        best.setdefault(document_id, score)
    return best


def _ndcg(dataset: Dataset, run: Mapping[str, Mapping[str, float]]) -> float:
    import ir_measures
    from ir_measures import nDCG

    measure = nDCG @ 10
    return round(float(ir_measures.calc_aggregate([measure], dataset.qrels, run)[measure]), 4)


def _bytes_a_chunk(store: ElasticsearchStore, options: IndexOptions) -> tuple[int, int | None]:
    """Bytes on disk and in memory for each passage. From 9.1 the server tells the size of each kind of vector file."""
    with reading(store.where):
        answer = store.client.indices.stats(index=store.names.chunks, metric="docs,store,dense_vector")
    stats = answer["_all"]["primaries"]
    count = max(1, stats["docs"]["count"])
    disk = round(stats["store"]["size_in_bytes"] / count)
    files = stats.get("dense_vector", {}).get("off_heap")
    if not files:
        return disk, None
    vectors = ("total_veq_size_bytes", "total_veb_size_bytes") if options.is_quantised else ("total_vec_size_bytes",)
    return disk, round(sum(files[name] for name in (*vectors, "total_vex_size_bytes")) / count)
