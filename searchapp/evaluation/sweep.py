"""``eval --sweep``: settings tried one after the other over the same queries.

How legs are fused is tried on the legs that were brought already; how they are searched for needs another round trip
a query, and no embedding.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.evaluation.asking import Asked, Memory, Progress, ask, by_document
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import MRR, NDCG, RECALL, Values, mean, per_query
from searchapp.evaluation.ranking import ranked
from searchapp.evaluation.significance import p_value
from searchapp.model import SearchMode
from searchapp.settings import Settings, load_settings
from searchapp.stores import build_store

FUSING = ("fusion", "semantic_weight")
SEARCHING = ("oversample", "candidates")
MOST_ROWS = 200

WEIGHTS = sorted({*(tenth / 10 for tenth in range(11)), Settings.model_fields["semantic_weight"].default})
"""Of the semantic leg: tenths, and what it is unless told otherwise."""

PRESETS: Mapping[str, Sequence[Mapping[str, str]]] = {
    "fusion": (
        {"fusion": "rrf"},
        *({"fusion": "weighted", "semantic_weight": f"{weight:g}"} for weight in WEIGHTS),
    ),
    "index": tuple(
        {"oversample": oversample, "candidates": candidates}
        for candidates in ("1", "2", "5", "10")
        for oversample in ("0", "1", "2", "3", "5")
    ),
}


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


def read_sweep(texts: Sequence[str]) -> Sweep | None:
    """Read ``fusion``, ``index``, or ``setting=value,value``; of several every combination is tried.

    Raises UsageError for anything else.
    """
    axes: list[Sequence[Mapping[str, str]]] = []
    for text in texts:
        name, equals, values = text.strip().partition("=")
        name = name.strip().removeprefix("SEARCHAPP_").lower()
        if not equals and name in PRESETS:
            axes.append(PRESETS[name])
        elif equals and name in (*FUSING, *SEARCHING) and values.strip():
            axes.append([{name: value.strip()} for value in values.split(",")])
        else:
            raise UsageError(
                f"'{text[:60]}' cannot be swept.",
                f"Write fusion, index, or a setting with its values: semantic_weight=0.6,0.8; settings are "
                f"{', '.join((*FUSING, *SEARCHING))}.",
            )
    rows: list[Mapping[str, str]] = [
        {name: value for part in parts for name, value in part.items()} for parts in itertools.product(*axes)
    ]
    if len(rows) > MOST_ROWS:
        raise UsageError(f"That makes {len(rows)} combinations; {MOST_ROWS} are the most.", "Name fewer values.")
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
    if SearchMode.HYBRID not in asked.legs:
        raise UsageError("Only hybrid search can be swept.", "Leave --mode out.")
    if any(name in row for row in swept.rows for name in SEARCHING) and not settings.elasticsearch_url:
        raise UsageError(
            f"The embedded store has no {' or '.join(SEARCHING)}.",
            "Sweep the fusion, or set SEARCHAPP_ELASTICSEARCH_URL.",
        )
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
    legs = asked.legs[SearchMode.HYBRID]
    run = {query: by_document(ranked(one, SearchMode.HYBRID, settings), asked.documents) for query, one in legs.items()}
    return per_query(dataset.qrels, run)


def _typed(row: Mapping[str, str]) -> dict[str, object]:
    read = load_settings(**row)
    return {name: getattr(read, name) for name in row}


def _searched(settings: Settings) -> tuple[float, ...]:
    return tuple(getattr(settings, name) for name in SEARCHING)
