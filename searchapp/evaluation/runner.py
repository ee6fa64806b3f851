"""Indexes a judged corpus into a throw-away index, runs its queries in each mode, and measures."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from searchapp.evaluation.dataset import Dataset
from searchapp.model import SearchMode, SearchRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchapp.search import Searcher
    from searchapp.wiring import Application

DEPTH = 100
"""Documents that a run ranks for each query; recall is measured at this depth."""

PASSAGES_PER_DOCUMENT = 3
"""Passages asked for so that DEPTH documents are among them; a document ranks by its best passage."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True, slots=True)
class LegFigures:
    """What one mode reached: measures from 0 to 1, latencies in milliseconds, query embedding included."""

    ndcg_at_10: float
    recall_at_100: float
    mrr_at_10: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of every mode over one dataset."""

    dataset: str
    split: str
    queries: int
    documents: int
    chunks: int
    index_seconds: float
    results: dict[SearchMode, LegFigures]


def evaluate(
    application: Application,
    dataset: Dataset,
    modes: Sequence[SearchMode] = tuple(SearchMode),
    progress: Progress = lambda what, done, total: None,
) -> Evaluation:
    """Measure ``modes`` with the application's store, model and settings, in an index that is removed afterwards."""
    with _throw_away(application) as trial:
        started = time.perf_counter()
        documents = chunks = 0
        for outcome in trial.ingester.ingest_documents(dataset.documents()):
            documents, chunks = documents + 1, chunks + outcome.chunks
            progress("indexing", documents, 0)
        seconds = time.perf_counter() - started
        results = {mode: measure(trial.searcher, dataset, mode, progress) for mode in modes}
    return Evaluation(dataset.name, dataset.split, len(dataset.queries), documents, chunks, round(seconds, 1), results)


@contextmanager
def _throw_away(application: Application) -> Iterator[Application]:
    from searchapp.wiring import Application as Wired

    settings = application.settings
    with tempfile.TemporaryDirectory(prefix="searchapp-eval-") as folder:
        trial = Wired(
            settings.model_copy(
                update={
                    "index_prefix": f"{settings.index_prefix}-eval-{uuid.uuid4().hex[:8]}",
                    "data_dir": Path(folder),
                }
            )
        )
        trial.__dict__["embedder"] = application.model  # loaded once, and no query's time is a cache's
        try:
            yield trial
        finally:
            trial.store.drop()


def measure(searcher: Searcher, dataset: Dataset, mode: SearchMode, progress: Progress) -> LegFigures:
    """Ask every query in one mode, and score what comes back against the judgements."""
    import ir_measures
    import numpy as np
    from ir_measures import RR, R, nDCG

    runs: dict[str, dict[str, float]] = {}
    latencies: list[float] = []
    for number, (query_id, text) in enumerate(dataset.queries.items(), start=1):
        results = searcher.search(SearchRequest(text, mode, size=DEPTH * PASSAGES_PER_DOCUMENT))
        latencies.append(results.took_ms)
        best: dict[str, float] = {}
        for hit in results.hits:
            if len(best) < DEPTH:
                best.setdefault(hit.document_id, hit.score)
        runs[query_id] = best
        progress(f"searching, {mode}", number, len(dataset.queries))
    measures = ir_measures.calc_aggregate([nDCG @ 10, R @ 100, RR @ 10], dataset.qrels, runs)
    return LegFigures(
        ndcg_at_10=round(measures[nDCG @ 10], 4),
        recall_at_100=round(measures[R @ 100], 4),
        mrr_at_10=round(measures[RR @ 10], 4),
        p50_ms=round(float(np.percentile(latencies, 50)), 1),
        p99_ms=round(float(np.percentile(latencies, 99)), 1),
    )
