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
    return best_first(fused)


def weighted_sum(keyword: Ranking, semantic: Ranking, semantic_weight: float, depth: int) -> dict[str, float]:
    """Weighted sum of the scores, each as its share of its leg's best one; best first.

    Counting from the least that a leg can give (BM25: 0, cosine: -1) and not from the least that it brought keeps small
    differences small, so that a leg that finds everything alike hardly moves the ranking. Bruch et al. 2023
    (arXiv:2210.11934) call it the theoretical minimum and found it to beat min-max and reciprocal rank fusion. What a
    leg did not bring counts as the last passage that it did; but where the keyword leg brought fewer than ``depth`` it
    brought all, and what is missing has none of the words. The semantic leg is approximate and proves nothing.
    """
    words, meaning = _shares(keyword, least=0.0), _shares(semantic, least=-1.0)
    last_word = min(words.values(), default=0.0) if len(keyword) >= depth else 0.0
    last_meaning = min(meaning.values(), default=0.0)
    return best_first(
        {
            key: (1.0 - semantic_weight) * words.get(key, last_word) + semantic_weight * meaning.get(key, last_meaning)
            for key in words.keys() | meaning.keys()
        }
    )


def _shares(ranking: Ranking, least: float) -> Mapping[str, float]:
    best = max((score for _, score in ranking), default=least) - least
    return {key: (score - least) / best if best > 0 else 1.0 for key, score in ranking}


def best_first(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores, highest first; ids break ties, so that the same search always gives the same order."""
    # Python's sort keeps the order of equals, also in reverse; pairs of score and id take twice as long to sort.
    return {key: scores[key] for key in sorted(sorted(scores), key=scores.__getitem__, reverse=True)}
