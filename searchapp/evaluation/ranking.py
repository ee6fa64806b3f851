"""Legs that were kept, ranked as a search ranks them."""

from __future__ import annotations

from collections.abc import Mapping

from searchapp.evaluation.asking import Legs
from searchapp.model import SearchMode
from searchapp.search.ranking import hybrid
from searchapp.search.searcher import DEPTH
from searchapp.settings import Settings


def ranked(legs: Legs, mode: SearchMode, settings: Settings) -> Mapping[str, float]:
    """Passages with their scores, best first."""
    if mode is not SearchMode.HYBRID:
        return {chunk.id: chunk.score for chunk in (legs.keyword if mode is SearchMode.KEYWORD else legs.semantic)}
    return hybrid(legs.keyword, legs.semantic, settings, legs.known_share, DEPTH, legs.text)
