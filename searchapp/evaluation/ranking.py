"""Legs that were kept, ranked as a search ranks them."""

from __future__ import annotations

from collections.abc import Mapping

from searchapp.evaluation.asking import Legs
from searchapp.model import SearchMode
from searchapp.search.fusion import reciprocal_rank_fusion, weighted_sum
from searchapp.search.searcher import DEPTH
from searchapp.settings import Fusion, Settings


def ranked(legs: Legs, mode: SearchMode, settings: Settings) -> Mapping[str, float]:
    """Passages with their scores, best first."""
    if mode is SearchMode.KEYWORD:
        return dict(legs.keyword)
    if mode is SearchMode.SEMANTIC:
        return dict(legs.semantic)
    if settings.fusion is Fusion.RRF:
        return reciprocal_rank_fusion([legs.keyword, legs.semantic])
    return weighted_sum(legs.keyword, legs.semantic, settings.semantic_weight * legs.known_share, DEPTH)
