"""Two rankings made one.

Both methods need only what the retrievers return, so they are the same over every store and need no licence.
``hybrid`` adds what the query's words that stand together in one sentence are worth (``shares``: BM25 and vectors look
at a chunk as a whole), and a reranker's word.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from searchapp.search.reranker import reranker_named
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk
from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import chunk_spans
from searchapp.text.words import content_terms, fold_width

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
    """Weighted sum of the scores, each as its share of its retriever's best one; best first.

    Counting from the least that a retriever can give (BM25: 0, similarity: -1) and not from the least that it brought
    keeps small differences small, so that a retriever that finds everything alike hardly moves the ranking. Bruch et
    al. 2023 (arXiv:2210.11934) call it the theoretical minimum and found it to beat min-max and reciprocal rank
    fusion. What a retriever did not bring counts as the last chunk that it did; but where the keyword retriever
    brought fewer than ``depth`` it brought all, and what is missing has none of the words. The semantic retriever is
    approximate and proves nothing.
    """
    words, meaning = _share_of_best(keyword, least=0.0), _share_of_best(semantic, least=-1.0)
    last_word = min(words.values(), default=0.0) if len(keyword) >= depth else 0.0
    last_meaning = min(meaning.values(), default=0.0)
    return best_first(
        {
            key: (1.0 - semantic_weight) * words.get(key, last_word) + semantic_weight * meaning.get(key, last_meaning)
            for key in words.keys() | meaning.keys()
        }
    )


def _share_of_best(ranking: Ranking, least: float) -> Mapping[str, float]:
    best = max((score for _, score in ranking), default=least) - least
    return {key: (score - least) / best if best > 0 else 1.0 for key, score in ranking}


def best_first(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores, highest first; ids break ties, so that the same search always gives the same order."""
    # Python's sort keeps the order of equals, also in reverse; pairs of score and id take twice as long to sort.
    return {key: scores[key] for key in sorted(sorted(scores), key=scores.__getitem__, reverse=True)}


def shares(query: str, chunks: Sequence[FoundChunk]) -> list[float]:
    """For each chunk how much of ``query`` its best sentence has, title included, from 0 to 1.

    A word counts the more, the fewer of ``passages`` have it: ``log(1 + n / (1 + df))``.
    """
    wanted = frozenset(content_terms(query))
    had = [_sentences(wanted, chunk) for chunk in chunks]
    frequency = Counter(term for sentences in had for term in frozenset[str]().union(*sentences))
    weights = {term: math.log(1.0 + len(chunks) / (1 + frequency[term])) for term in wanted}
    whole = _weight(weights, wanted) or 1.0
    return [max(_weight(weights, sentence) for sentence in sentences) / whole for sentences in had]


def _sentences(wanted: frozenset[str], chunk: FoundChunk) -> set[frozenset[str]]:
    """Which of the ``wanted`` terms the sentences have that have any, those of the title in all of them."""
    named = frozenset(word.term for word in occurrences(fold_width(chunk.title), wanted))
    text = fold_width(chunk.text)
    found = occurrences(text, wanted)
    terms = named.union(word.term for word in found)
    if len(terms) <= len(named) + 1:  # some sentence has them all
        return {terms}
    ends = [end for _, end in chunk_spans(text)]
    parted = groupby(found, lambda word: bisect_right(ends, word.start))
    return {named.union(word.term for word in sentence) for _, sentence in parted}


def _weight(weights: Mapping[str, float], sentence: frozenset[str]) -> float:
    # In one order: what is added up in another differs in the last digit from run to run.
    return sum(weights[term] for term in sorted(sentence))


LOOKED_AT = 20
"""Best chunks whose sentences are read: two pages; 30 or 60 ranked no better on SciFact's train queries."""

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
    (an English one, of Chinese) says little about its meaning. ``depth`` is the most that each retriever was asked for.
    Without ``text``, the query, no chunk is read: neither its sentences nor by the reranker. Raises
    ModelUnavailableError when the reranker that the settings name cannot be loaded.
    """
    fused = _fused(keyword, semantic, settings, known_share, depth, text)
    if not settings.reranker or not text:
        return fused
    chunks = {chunk.id: chunk for chunk in (*semantic, *keyword)}
    return reranker_named(settings.reranker).reranked(text, fused, chunks, settings.reranked)


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
    chunks = {chunk.id: chunk for chunk in (*semantic, *keyword)}
    best = list(fused)[:LOOKED_AT]
    weight = KNOWN * known_share + BLIND * (1.0 - known_share)
    for key, share in zip(best, shares(text, [chunks[key] for key in best]), strict=True):
        fused[key] += weight * share
    return best_first(fused)
