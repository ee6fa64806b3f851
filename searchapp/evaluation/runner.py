"""Judged queries asked of the index in use, or of a throw-away index of the dataset's own corpus, and measured."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from searchapp.evaluation.asking import Asked, Memory, ask, by_document, ranked
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import MRR, NDCG, RECALL, Values, mean, per_query
from searchapp.evaluation.placing import placed
from searchapp.evaluation.sweep import Row, Sweep, sweep
from searchapp.evaluation.vectors import CachedEmbedder
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchapp.embedding import Embedder
    from searchapp.stores import Store
    from searchapp.wiring import Application

VECTORS_FOLDER = "evaluation"
"""Below the data folder: vectors of corpora that were evaluated."""


@dataclass(frozen=True, slots=True)
class ModeFigures:
    """What one mode reached: measures from 0 to 1, latencies in milliseconds, query embedding included."""

    ndcg_at_10: float
    recall_at_100: float
    mrr_at_10: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of every mode over one dataset.

    ``values`` has them query by query. ``unknown`` are judged documents that the index lacks. ``sweep`` holds a row
    for each setting that was tried. ``documents``, ``chunks`` and ``index_seconds`` tell of a corpus of the dataset's
    own, and ``embedded`` how many of its chunks were embedded and not known from an earlier run; without one
    ``chunks`` counts the chunks of the index.
    """

    dataset: str
    split: str
    queries: int
    documents: int
    chunks: int
    index_seconds: float
    results: dict[SearchMode, ModeFigures]
    values: Mapping[SearchMode, Values] = field(default_factory=dict)
    settings: Mapping[str, str | float | None] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    sweep: tuple[Row, ...] = ()
    embedded: int = 0


def evaluate(
    application: Application,
    dataset: Dataset,
    modes: Sequence[SearchMode] = tuple(SearchMode),
    progress: Progress = lambda what, done, total: None,
    swept: Sweep | None = None,
    embedder: Embedder | None = None,
) -> Evaluation:
    """Measure ``modes`` with the application's store, model and settings.

    ``embedder`` is asked in place of the model itself, where others ask that at the same time.

    A dataset with a corpus goes into an index that is removed afterwards; one without judges the index in use.
    Raises UsageError when that holds none of the judged documents, and what ingestion and searches raise.
    """
    if not dataset.has_corpus:
        judged, unknown = placed(application.store, dataset)
        parts = (application.store, embedder or application.model, application.settings)
        return _measured(*parts, judged, modes, progress, swept, unknown=unknown, chunks=application.store.count())
    cached = CachedEmbedder(embedder, application.settings.data_dir / VECTORS_FOLDER) if embedder else None
    with throw_away(application, cached) as trial:
        started = time.perf_counter()
        documents = chunks = 0
        for outcome in trial.ingester.ingest_documents(dataset.documents()):
            documents, chunks = documents + 1, chunks + outcome.chunks
            progress("indexing", documents, 0)
        seconds = round(time.perf_counter() - started, 1)
        embedded = cast("CachedEmbedder", trial.embedder).embedded
        parts = (trial.store, trial.embedder, trial.settings)
        return _measured(
            *parts, dataset, modes, progress, swept,
            documents=documents, chunks=chunks, index_seconds=seconds, embedded=embedded,
        )  # fmt: skip


@contextmanager
def throw_away(application: Application, embedder: Embedder | None = None) -> Iterator[Application]:
    """An application over an empty index of its own, which is removed afterwards.

    Its vectors are ``embedder``'s; without one they are the model's, and kept for the next run.
    """
    from searchapp.wiring import Application as Wired

    settings = application.settings
    embedder = embedder or CachedEmbedder(application.model, settings.data_dir / VECTORS_FOLDER)
    with tempfile.TemporaryDirectory(prefix="searchapp-eval-") as folder:
        trial = Wired(
            settings.model_copy(
                update={
                    "index_prefix": f"{settings.index_prefix}-eval-{uuid.uuid4().hex[:8]}",
                    "data_dir": Path(folder),
                }
            )
        )
        trial.__dict__["embedder"] = embedder  # loaded once
        try:
            yield trial
        finally:
            trial.store.drop()


def measure(
    store: Store, embedder: Embedder, settings: Settings, dataset: Dataset, progress: Progress
) -> dict[SearchMode, ModeFigures]:
    """The figures of every mode of one index."""
    return _measured(store, embedder, settings, dataset, tuple(SearchMode), progress, None).results


def _measured(
    store: Store,
    embedder: Embedder,
    settings: Settings,
    dataset: Dataset,
    modes: Sequence[SearchMode],
    progress: Progress,
    swept: Sweep | None,
    *,
    unknown: tuple[str, ...] = (),
    documents: int = 0,
    chunks: int = 0,
    index_seconds: float = 0.0,
    embedded: int = 0,
) -> Evaluation:
    memory = Memory.of_index(store, embedder, settings)
    asked = ask(store, memory, settings, dataset, modes, progress)
    values = {
        mode: per_query(
            dataset.qrels,
            {
                key: by_document(ranked(retrieved, mode, settings), asked.documents)
                for key, retrieved in asked.retrieved[mode].items()
            },
        )
        for mode in modes
    }
    rows = sweep(memory, settings, dataset, asked, swept, progress) if swept else ()
    return Evaluation(
        dataset.name,
        dataset.split,
        len(dataset.queries),
        documents,
        chunks,
        index_seconds,
        {mode: _figures(mode, values[mode], asked) for mode in modes},
        values,
        _in_use(settings),
        unknown,
        rows,
        embedded,
    )


def _figures(mode: SearchMode, values: Values, asked: Asked) -> ModeFigures:
    import numpy as np

    milliseconds = asked.milliseconds[mode]
    return ModeFigures(
        ndcg_at_10=mean(values, NDCG),
        recall_at_100=mean(values, RECALL),
        mrr_at_10=mean(values, MRR),
        p50_ms=round(float(np.percentile(milliseconds, 50)), 1),
        p99_ms=round(float(np.percentile(milliseconds, 99)), 1),
    )


def _in_use(settings: Settings) -> dict[str, str | float | None]:
    """The settings that decide a ranking, for comparing two runs."""
    return {
        "embedding_model": settings.embedding_model,
        "store": "elasticsearch" if settings.elasticsearch_url else "lancedb",
        "fusion": settings.fusion.value,
        "semantic_weight": settings.semantic_weight,
        "reranker": settings.reranker or None,
        "reranked": settings.reranked if settings.reranker else None,
        "oversample": settings.oversample,
        "candidates": settings.candidates,
        "index_options": settings.index_options.value if settings.index_options else None,
        "chunk_tokens": settings.chunk_tokens,
    }
