"""``eval --sweep``: settings tried one after the other over the same queries.

How retrievers are fused is tried on the retrievers that were brought already; how they are searched for needs another
round trip a query, and no embedding.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.evaluation.asking import Asked, Memory, ask, by_document, ranked
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import MRR, NDCG, RECALL, Values, mean, p_value, per_query
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.settings import Settings, load_settings
from searchapp.stores import build_store

FUSING = ("fusion", "semantic_weight")
SEARCHING = ("oversample", "candidates")
MOST_ROWS = 200

WEIGHTS = (*(tenth / 10 for tenth in range(11)), 0.95, 0.97, 0.98, 0.99)
"""Of the semantic retriever: tenths, and finer near the end, where the best weight of a strong model lies."""


def _fusions(settings: Settings) -> Sequence[Mapping[str, str]]:
    """RRF, and the weighted sum by ``WEIGHTS`` and by the weight in use."""
    weights = sorted({*WEIGHTS, settings.semantic_weight})
    return (
        {"fusion": "rrf"},
        *({"fusion": "weighted", "semantic_weight": f"{weight:.12g}"} for weight in weights),
    )


def _searches(_: Settings) -> Sequence[Mapping[str, str]]:
    return tuple(
        {"oversample": oversample, "candidates": candidates}
        for candidates in ("1", "2", "5", "10")
        for oversample in ("0", "1", "2", "3", "5")
    )


PRESETS: Mapping[str, Callable[[Settings], Sequence[Mapping[str, str]]]] = {"fusion": _fusions, "index": _searches}


@dataclass(frozen=True, slots=True)
class Sweep:
    """The combinations of settings that are to be tried, as texts by the settings' names."""

    rows: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One combination in hybrid search; ``p`` of its nDCG@10 against that of the settings in use (``Difference``)."""

    settings: Mapping[str, str]
    ndcg_at_10: float
    recall_at_100: float
    mrr_at_10: float
    p: float
    in_use: bool


def read_sweep(texts: Sequence[str], settings: Settings | None = None) -> Sweep | None:
    """Read ``fusion``, ``index``, or ``setting=value,value``; of several every combination is tried.

    ``settings`` are those in use (None: the environment's). Raises UsageError for anything else.
    """
    settings = settings or load_settings()
    axes: list[Sequence[Mapping[str, str]]] = []
    for text in texts:
        name, equals, values = text.strip().partition("=")
        name = name.strip().removeprefix("SEARCHAPP_").lower()
        if not equals and name in PRESETS:
            axes.append(PRESETS[name](settings))
        elif equals and name in (*FUSING, *SEARCHING) and values.strip():
            axes.append([{name: value.strip()} for value in values.split(",")])
        else:
            raise UsageError("sweep_wrong", text=text[:60], settings=(*FUSING, *SEARCHING))
    rows: list[Mapping[str, str]] = [
        {name: value for part in parts for name, value in part.items()} for parts in itertools.product(*axes)
    ]
    if len(rows) > MOST_ROWS:
        raise UsageError("combinations_too_many", number=len(rows), most=MOST_ROWS)
    for row in rows:
        load_settings(**row)  # what a setting may be, it knows itself
    return Sweep(rows) if axes else None


def sweep(
    embedder: Memory,
    settings: Settings,
    dataset: Dataset,
    asked: Asked,
    swept: Sweep,
    progress: Progress,
) -> tuple[Row, ...]:
    """A row for each combination. Raises UsageError where the run is not hybrid, or the store has no such setting."""
    if SearchMode.HYBRID not in asked.retrieved:
        raise UsageError("sweep_not_hybrid")
    if any(name in row for row in swept.rows for name in SEARCHING) and not settings.elasticsearch_url:
        raise UsageError("sweep_needs_elasticsearch")
    known = {_searched(settings): asked}
    in_use = _values(dataset, asked, settings)
    rows: list[Row] = []
    for number, row in enumerate(swept.rows, start=1):
        tried = settings.model_copy(update=_typed(row))
        if (key := _searched(tried)) not in known:
            # It goes on with the index and the vectors that are there.
            known[key] = ask(build_store(tried), embedder, tried, dataset, (SearchMode.HYBRID,), progress)
        values = _values(dataset, known[key], tried)
        rows.append(
            Row(
                row,
                mean(values, NDCG),
                mean(values, RECALL),
                mean(values, MRR),
                p_value(list(in_use[NDCG].values()), [values[NDCG][query] for query in in_use[NDCG]]),
                tried == settings,
            )
        )
        progress("sweeping", number, len(swept.rows))
    return tuple(rows)


def _values(dataset: Dataset, asked: Asked, settings: Settings) -> Values:
    retrieved = asked.retrieved[SearchMode.HYBRID]
    run = {
        query: by_document(ranked(one, SearchMode.HYBRID, settings), asked.documents)
        for query, one in retrieved.items()
    }
    return per_query(dataset.qrels, run)


def _typed(row: Mapping[str, str]) -> dict[str, object]:
    read = load_settings(**row)
    return {name: getattr(read, name) for name in row}


def _searched(settings: Settings) -> tuple[float, ...]:
    return tuple(getattr(settings, name) for name in SEARCHING)
