"""Two rankings made one.

Both methods need only what the retrievers return, so they are the same over every store and need no licence.
``hybrid`` adds what the query's words that stand together in one sentence are worth (``shares``: BM25 and vectors look
at a chunk as a whole), and a reranker's word.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from searchapp.search.nearness import across_scripts
from searchapp.search.reranker import reranker_named
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk
from searchapp.text import question_words
from searchapp.text.chinese import subject_terms
from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import chunk_spans
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk

Ranking = Sequence[tuple[str, float]]
"""Ids with their scores, best first."""

RRF_K = 60
"""The constant of reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009, found 60 near the optimum."""


def reciprocal_rank_fusion(
    rankings: Sequence[Ranking], k: int = RRF_K, unembedded: Collection[str] = ()
) -> dict[str, float]:
    """Sum of ``1 / (k + rank)`` over the rankings, ranks from 1 (Cormack et al. 2009); best first.

    What is ``unembedded`` stands in one of them alone, and counts as if it stood there in all.
    """
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, (key, _) in enumerate(ranking, start=1):
            fused[key] = fused.get(key, 0.0) + (len(rankings) if key in unembedded else 1) / (k + rank)
    return best_first(fused)


def weighted_sum(
    keyword: Ranking, semantic: Ranking, semantic_weight: float, depth: int, unembedded: Collection[str] = ()
) -> dict[str, float]:
    """Weighted sum of the scores, each as its share of its retriever's best one; best first.

    Counting from the least that a retriever can give (BM25: 0, similarity: -1) and not from the least that it brought
    keeps small differences small, so that a retriever that finds everything alike hardly moves the ranking. Bruch et
    al. 2023 (arXiv:2210.11934) call it the theoretical minimum and found it to beat min-max and reciprocal rank
    fusion. What a retriever did not bring counts as the last chunk that it did; but where the keyword retriever
    brought fewer than ``depth`` it brought all, and what is missing has none of the words. The semantic retriever is
    approximate and proves nothing. What is ``unembedded`` it could not bring: that counts as its mean one.
    """
    words, meaning = _share_of_best(keyword, least=0.0), _share_of_best(semantic, least=-1.0)
    last_word = min(words.values(), default=0.0) if len(keyword) >= depth else 0.0
    last_meaning = min(meaning.values(), default=0.0)
    if unembedded and meaning:
        meaning = {**dict.fromkeys(unembedded, sum(meaning.values()) / len(meaning)), **meaning}
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


IN_TITLE = 0.8
"""What the words count that a title has, in a chunk with none of its own: it begins every chunk of its document."""

OTHER_SCRIPT = 0.4
"""What a share counts in a text of another script than the query's, where few words can be the same."""


def shares(query: str, chunks: Sequence[FoundChunk]) -> list[float]:
    """For each chunk how much of ``query`` its best sentence has, title included, from 0 to 1.

    A word counts the more, the fewer of ``chunks`` have it: ``log(1 + n / (1 + df))``, squared, as the verb of a
    question stands in most of what was found. The share is squared, too: half of the words say little beside what
    vectors know of all of them. A text in another script than the query's (``across_scripts``) is measured by the words
    that could stand there (decision 62). Of a query that is read in two ways (``_readings``) it is the mean.
    """
    readings = _readings(query)
    every = frozenset[str]().union(*readings)
    had = [_sentences(every, chunk) for chunk in chunks]
    frequency = Counter(term for named, sentences in had for term in named.union(*sentences))
    weights = {term: math.log(1.0 + len(chunks) / (1 + frequency[term])) ** 2 for term in every}
    across = across_scripts(query, chunks)

    def share(
        chunk: FoundChunk, wanted: frozenset[str], named: frozenset[str], sentences: set[frozenset[str]]
    ) -> float:
        countable = wanted
        if chunk.id in across and is_cjk(query):
            countable = frozenset(term for term in wanted if not has_cjk(term)) or wanted
        best = max(_weight(weights, (named | sentence) & countable) for sentence in sentences)
        part = best / (_weight(weights, countable) or 1.0)
        if not any(sentence & wanted for sentence in sentences):
            part *= IN_TITLE
        return part * part * (OTHER_SCRIPT if chunk.id in across else 1.0)

    return [
        sum(share(chunk, wanted, *of) for wanted in readings) / len(readings)
        for chunk, of in zip(chunks, had, strict=True)
    ]


def _readings(query: str) -> Sequence[frozenset[str]]:
    """The terms of ``query``; of a Chinese one its pairs of characters, and its words without those that ask.

    Pairs find what is cut otherwise, and reward whoever repeats the question; words tell what it is about (decision
    100).
    """
    pairs = frozenset(content_terms(query))
    words = frozenset(subject_terms(query)) - question_words.TERMS if has_cjk(query) else frozenset()
    return (pairs, words) if words and words != pairs else (pairs,)


def _sentences(wanted: frozenset[str], chunk: FoundChunk) -> tuple[frozenset[str], set[frozenset[str]]]:
    """Which of the ``wanted`` terms the title has, and which of them the sentences that have any."""
    named = frozenset(word.term for word in occurrences(fold_width(chunk.title), wanted))
    text = fold_width(chunk.text)
    found = occurrences(text, wanted)
    terms = frozenset(word.term for word in found)
    if len(terms) <= 1:  # some sentence has them all
        return named, {terms}
    ends = [end for _, end in chunk_spans(text)]
    parted = groupby(found, lambda word: bisect_right(ends, word.start))
    return named, {frozenset(word.term for word in sentence) for _, sentence in parted}


def _weight(weights: Mapping[str, float], terms: frozenset[str]) -> float:
    # In one order: what is added up in another differs in the last digit from run to run.
    return sum(weights[term] for term in sorted(terms))


LOOKED_AT = 20
"""Best chunks whose sentences are read: two pages; 30 or 60 ranked no better on SciFact's train queries."""

KNOWN, BLIND = 0.28, 0.65
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

    ``known_share``: see ``nearness.known_share``; a model that reads a query, or what it brought, as unknown tokens (an
    English one, of Chinese) says little about its meaning. ``depth`` is the most that each retriever was asked for.
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
    unembedded = {chunk.id for chunk in keyword if chunk.unembedded}
    if settings.fusion is Fusion.RRF:
        return reciprocal_rank_fusion([words, meaning], unembedded=unembedded)
    fused = weighted_sum(words, meaning, settings.semantic_weight * known_share, depth, unembedded)
    if not text:
        return fused
    chunks = {chunk.id: chunk for chunk in (*semantic, *keyword)}
    best = list(fused)[:LOOKED_AT]
    weight = KNOWN * known_share + BLIND * (1.0 - known_share)
    for key, share in zip(best, shares(text, [chunks[key] for key in best]), strict=True):
        fused[key] += weight * share
    return best_first(fused)
