"""What a hybrid search ranks by: both legs' scores, and the query's words that stand together in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.search.fusion import best_first, reciprocal_rank_fusion, weighted_sum
from searchapp.search.reranker import reranker_named
from searchapp.search.together import shares
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk

LOOKED_AT = 20
"""Best passages whose sentences are read: two pages; 30 or 60 ranked no better on SciFact's train queries."""

KNOWN, BLIND = 0.22, 0.5
"""What a sentence with all the words adds to a fused score of at most 1, where the embedding model knows all of the
query's tokens and where it knows none; decisions 43 and 48 have the figures."""


def hybrid(
    keyword: Sequence[FoundChunk],
    semantic: Sequence[FoundChunk],
    settings: Settings,
    known_share: float,
    depth: int,
    text: str = "",
) -> dict[str, float]:
    """Ids with their scores, best first.

    ``known_share`` of the query's tokens stand in the model's vocabulary: a model that reads a query as unknown tokens
    (an English one, of Chinese) says little about its meaning. ``depth`` is the most that each leg was asked for.
    Without ``text``, the query, no passage is read: neither its sentences nor by the reranker. Raises
    ModelUnavailableError when the reranker that the settings name cannot be loaded.
    """
    fused = _fused(keyword, semantic, settings, known_share, depth, text)
    if not settings.reranker or not text:
        return fused
    passages = {chunk.id: chunk for chunk in (*semantic, *keyword)}
    return reranker_named(settings.reranker).reranked(text, fused, passages, settings.reranked)


def _fused(
    keyword: Sequence[FoundChunk],
    semantic: Sequence[FoundChunk],
    settings: Settings,
    known_share: float,
    depth: int,
    text: str,
) -> dict[str, float]:
    words = [(chunk.id, chunk.score) for chunk in keyword]
    meaning = [(chunk.id, chunk.score) for chunk in semantic]
    if settings.fusion is Fusion.RRF:
        return reciprocal_rank_fusion([words, meaning])
    fused = weighted_sum(words, meaning, settings.semantic_weight * known_share, depth)
    if not text:
        return fused
    passages = {chunk.id: chunk for chunk in (*semantic, *keyword)}
    best = list(fused)[:LOOKED_AT]
    weight = KNOWN * known_share + BLIND * (1.0 - known_share)
    for key, share in zip(best, shares(text, [passages[key] for key in best]), strict=True):
        fused[key] += weight * share
    return best_first(fused)
