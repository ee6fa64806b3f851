"""Two rankings made one.

Both methods need only what the legs return, so they are the same over every store and need no licence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Ranking = Sequence[tuple[str, float]]
"""Ids with their scores, best first."""

RRF_K = 60
"""The constant of reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009, found 60 near the optimum."""


def reciprocal_rank_fusion(rankings: Sequence[Ranking], k: int = RRF_K) -> dict[str, float]:
    """Sum of ``1 / (k + rank)`` over the rankings, ranks from 1 (Cormack et al. 2009); best first."""
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, (key, _) in enumerate(ranking, start=1):
            fused[key] = fused.get(key, 0.0) + 1.0 / (k + rank)
    return _best_first(fused)


def weighted_sum(rankings: Sequence[Ranking], weights: Sequence[float]) -> dict[str, float]:
    """Weighted sum of min-max normalised scores; what a ranking did not bring counts as its minimum, 0; best first.

    Normalising by minimum and maximum and summing is CombSUM of Fox and Shaw 1994 with weights; Bruch et al. 2023
    (arXiv:2210.11934) found it to beat reciprocal rank fusion where the weight fits the data.
    """
    fused: dict[str, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for key, score in normalised(ranking).items():
            fused[key] = fused.get(key, 0.0) + weight * score
    return _best_first(fused)


def normalised(ranking: Ranking) -> Mapping[str, float]:
    """Scores moved to 0 to 1. A ranking whose scores are all equal counts fully."""
    if not ranking:
        return {}
    scores = [score for _, score in ranking]
    low, high = min(scores), max(scores)
    if high == low:
        return {key: 1.0 for key, _ in ranking}
    return {key: (score - low) / (high - low) for key, score in ranking}


def _best_first(fused: Mapping[str, float]) -> dict[str, float]:
    # Ids break ties, so that the same search always gives the same order.
    return dict(sorted(fused.items(), key=lambda item: (-item[1], item[0])))
