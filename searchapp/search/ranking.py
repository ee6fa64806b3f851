"""One ranking of what the retrievers brought, by the request's mode, and what each of them counts in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from searchapp.limits import WINDOW
from searchapp.model import Retriever, SearchMode, SearchRequest
from searchapp.search.fusion import best_first, hybrid
from searchapp.search.results import first_depth
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk, RetrievalResults
from searchapp.telemetry.stages import Stage, stage

TRUSTED = 10
"""Places in which fusion knows better: what it ranks before a sure hit is none of the weak ones."""


def ranked(
    retrieved: RetrievalResults,
    request: SearchRequest,
    settings: Settings,
    known_share: float,
    question: str = "",
    doubtful: Collection[str] = (),
) -> tuple[Mapping[str, float], frozenset[str]]:
    """Ids and fused scores, best first, and which are weak. What later pages bring comes after all of earlier ones.

    ``known_share``: see ``nearness.known_share``. Sentences are read for the words of
    ``question``; "" leaves that out. ``doubtful`` are the ids of hits that may be weak (``weakness.py``).
    """
    first = first_depth(request)

    def fused(
        keyword: Sequence[FoundChunk], semantic: Sequence[FoundChunk], depth: int, question: str = ""
    ) -> Mapping[str, float]:
        if request.mode is not SearchMode.HYBRID:
            alone = keyword if request.mode is SearchMode.KEYWORD else semantic
            return best_first({chunk.id: chunk.score for chunk in alone})  # stores break ties as rows came to lie
        return hybrid(keyword, semantic, settings, known_share, depth, question)

    with stage(Stage.FUSION):
        best, weak = _weak_last(fused(retrieved.keyword[:first], retrieved.semantic[:first], first, question), doubtful)
    if max(len(retrieved.keyword), len(retrieved.semantic)) <= first:
        return best, weak
    deeper = fused(retrieved.keyword, retrieved.semantic, WINDOW)
    rest, weak_too = _weak_last({key: score for key, score in deeper.items() if key not in best}, doubtful)
    return dict(best) | dict(rest), weak | weak_too


def _weak_last(scores: Mapping[str, float], doubtful: Collection[str]) -> tuple[Mapping[str, float], frozenset[str]]:
    """The doubtful ones behind all others, but for those that are ranked before a sure one of the best."""
    order = list(scores)
    sure = [place for place, key in enumerate(order[:TRUSTED]) if key not in doubtful]
    kept = sure[-1] + 1 if sure else 0
    weak = frozenset(key for key in order[kept:] if key in doubtful)
    if not weak:
        return scores, weak
    return {key: scores[key] for key in sorted(order, key=lambda key: key in weak)}, weak


def weights(request: SearchRequest, settings: Settings, known_share: float) -> Mapping[Retriever, float]:
    """What each retriever counts in the fused score, from 0 to 1; empty where ranks are fused, or one runs alone."""
    if request.mode is not SearchMode.HYBRID or settings.fusion is Fusion.RRF:
        return {}
    weight = settings.semantic_weight * known_share
    return {Retriever.KEYWORD: 1.0 - weight, Retriever.SEMANTIC: weight}
