"""One model on the sets of one corpus, in throw-away indices of both stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.progress import shown
from benchmarks.quality.plain import plain_index, plainly_fused
from searchapp.embedding import build_embedder
from searchapp.evaluation.asking import Asked, Memory, ask, by_document, of_one, ranked
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import NDCG, RECALL, Values, mean, p_value, per_query
from searchapp.evaluation.runner import throw_away
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.settings import Fusion, Settings, load_settings
from searchapp.wiring import Application

STORES = ("Elasticsearch", "LanceDB")
WEIGHTS = (0.5, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95, 0.98)

Figures = dict[str, Any]
"""Of one model, set and store: ``queries``, means ``ndcg`` and ``recall`` by ranking, ``p`` against plain RRF, nDCG by
``weights``, the semantic ``weight`` in use, and what the vectors were made by (``digest``, ``dtype``)."""


def measured(
    datasets: Mapping[str, Dataset], model: str, keep: Path, elasticsearch: str
) -> Iterator[tuple[str, str, Figures]]:
    """Set, store and figures; ``model`` is what SEARCHAPP_EMBEDDING_MODEL takes.

    Chunks are embedded once, and not again in a second run that keeps its vectors in ``keep``; queries once a run.
    """
    plain: dict[str, Values] = {}
    memory: Memory | None = None
    for store in STORES:
        url = elasticsearch if store == STORES[0] else ""
        settings = load_settings(data_dir=keep, elasticsearch_url=url, index_prefix="quality", embedding_model=model)
        memory = memory or Memory(build_embedder(settings))
        application = Application(settings)
        application.__dict__["model"] = memory  # loaded once for both stores, which then have the same vectors
        with throw_away(application) as trial:
            documents = next(iter(datasets.values())).documents()
            with shown(f"{model} on {store}") as progress:
                for number, outcome in enumerate(trial.ingester.ingest_documents(documents), start=1):
                    assert not outcome.error, outcome
                    progress("documents indexed", number, 0)
                for name, asked in _asked(datasets, trial, progress):
                    with plain_index(trial) as index:
                        if index:
                            fused = plainly_fused(index, datasets[name], asked)
                            plain[name] = _values(datasets[name], asked, fused)
                    yield name, store, _figures(datasets[name], asked, trial.settings, plain[name], memory)


def _asked(datasets: Mapping[str, Dataset], trial: Application, show: Progress) -> Iterator[tuple[str, Asked]]:
    memory = Memory.of_index(trial.store, trial.embedder, trial.settings)
    for name, dataset in datasets.items():
        yield name, ask(trial.store, memory, trial.settings, dataset, (SearchMode.HYBRID,), of_one(name, show))


def _figures(dataset: Dataset, asked: Asked, settings: Settings, plain: Values, memory: Memory) -> Figures:
    retrieved = asked.retrieved[SearchMode.HYBRID]

    def by(mode: SearchMode, **changed: Any) -> Values:
        tried = settings.model_copy(update=changed)
        return _values(dataset, asked, {key: ranked(one, mode, tried) for key, one in retrieved.items()})

    values = {mode.value: by(mode) for mode in SearchMode}
    swept = {f"{weight:g}": by(SearchMode.HYBRID, semantic_weight=weight) for weight in WEIGHTS}
    others = {"rrf": by(SearchMode.HYBRID, fusion=Fusion.RRF), "plain": plain}
    hybrid = values[SearchMode.HYBRID.value][NDCG]
    return {
        "queries": len(dataset.queries),
        "ndcg": {name: mean(of, NDCG) for name, of in (values | others).items()},
        "recall": {name: mean(of, RECALL) for name, of in values.items()},
        "p": p_value([plain[NDCG][key] for key in hybrid], list(hybrid.values())),
        "weights": {weight: mean(of, NDCG) for weight, of in swept.items()},
        "weight": settings.semantic_weight,
        "digest": memory.fingerprint.digest[:12],
        "dtype": memory.fingerprint.dtype,
    }


def _values(dataset: Dataset, asked: Asked, scores: Mapping[str, Mapping[str, float]]) -> Values:
    run = {query_id: by_document(of, asked.documents) for query_id, of in scores.items()}
    return per_query(dataset.qrels, run)
