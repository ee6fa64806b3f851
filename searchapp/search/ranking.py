"""One ranking of what the retrievers brought, by the request's mode, and what each of them counts in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from searchapp.limits import WINDOW
from searchapp.model import Retriever, SearchMode, SearchRequest
from searchapp.search.fusion import hybrid
from searchapp.search.results import first_depth
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk, RetrievalResults
from searchapp.telemetry.stages import Stage, stage


def ranked(
    retrieved: RetrievalResults, request: SearchRequest, settings: Settings, known_share: float, question: str = ""
) -> Mapping[str, float]:
    """Ids and fused scores, best first. What later pages bring comes after all that earlier ones could show.

    ``known_share`` (0 to 1) is how much of the query the embedding model knows. Sentences are read for the words of
    ``question``; "" leaves that out.
    """
    first = first_depth(request)

    def fused(
        keyword: Sequence[FoundChunk], semantic: Sequence[FoundChunk], depth: int, question: str = ""
    ) -> Mapping[str, float]:
        if request.mode is not SearchMode.HYBRID:
            return {chunk.id: chunk.score for chunk in (keyword if request.mode is SearchMode.KEYWORD else semantic)}
        return hybrid(keyword, semantic, settings, known_share, depth, question)

    with stage(Stage.FUSION):
        best = fused(retrieved.keyword[:first], retrieved.semantic[:first], first, question)
    if max(len(retrieved.keyword), len(retrieved.semantic)) <= first:
        return best
    deeper = fused(retrieved.keyword, retrieved.semantic, WINDOW)
    return dict(best) | {key: score for key, score in deeper.items() if key not in best}


def weights(request: SearchRequest, settings: Settings, known_share: float) -> Mapping[Retriever, float]:
    """What each retriever counts in the fused score, from 0 to 1; empty where ranks are fused, or one runs alone."""
    if request.mode is not SearchMode.HYBRID or settings.fusion is Fusion.RRF:
        return {}
    weight = settings.semantic_weight * known_share
    return {Retriever.KEYWORD: 1.0 - weight, Retriever.SEMANTIC: weight}
