"""Evaluations as JSON, for ``eval --json`` and ``models compare --json``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeAlias

from searchapp.evaluation.baseline import Difference
from searchapp.evaluation.models import Comparison, ModelFigures
from searchapp.evaluation.runner import Evaluation, ModeFigures
from searchapp.evaluation.sweep import Row

Json: TypeAlias = dict[str, Any]
"""A JSON object: strings, numbers, booleans, None, lists and further objects."""


def evaluation_json(evaluation: Evaluation, compared: Sequence[Difference] = ()) -> Json:
    """The figures of an evaluation by mode, of the settings that were swept, and its differences from a baseline."""
    told: Json = {
        "dataset": evaluation.dataset,
        "split": evaluation.split,
        "queries": evaluation.queries,
        "documents": evaluation.documents,
        "chunks": evaluation.chunks,
        "embedded": evaluation.embedded,
        "index_seconds": evaluation.index_seconds,
        "settings": dict(evaluation.settings),
        "unknown_documents": list(evaluation.unknown),
        "results": {
            mode.value: {**_measures(figures), "p50_ms": figures.p50_ms, "p99_ms": figures.p99_ms}
            for mode, figures in evaluation.results.items()
        },
    }
    if evaluation.sweep:
        told["sweep"] = [
            {"settings": dict(row.settings), "in_use": row.in_use, "p": row.p, **_measures(row)}
            for row in evaluation.sweep
        ]
    if compared:
        told["baseline"] = [{**dataclasses.asdict(one), "mode": one.mode.value} for one in compared]
    return told


def comparison_json(comparison: Comparison) -> Json:
    """Models over the same documents: figures of each, and how far two agree."""
    return {
        "dataset": comparison.dataset,
        "weak_judgements": comparison.weak,
        "documents": comparison.documents,
        "queries": comparison.queries,
        "unknown_documents": list(comparison.unknown),
        "models": [_model_json(one) for one in comparison.models],
        "agreement": [{"models": list(pair), "top_10_shared": share} for pair, share in comparison.agreement.items()],
    }


def _model_json(of: ModelFigures) -> Json:
    if of.error:
        return {"model": of.model, "error": dataclasses.asdict(of.error)}
    return {
        "model": of.model,
        "ndcg@10": {mode.value: value for mode, value in of.ndcg_at_10.items()},
        "passages": of.passages,
        "passages_per_second": of.passages_per_second,
        "vector_bytes": of.vector_bytes,
        "disk_bytes": of.disk_bytes,
        "dims": of.dims,
        "max_tokens": of.max_tokens,
    }


def _measures(figures: ModeFigures | Row) -> Json:
    return {"ndcg@10": figures.ndcg_at_10, "recall@100": figures.recall_at_100, "mrr@10": figures.mrr_at_10}
