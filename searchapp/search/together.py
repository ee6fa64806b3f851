"""The query's words that stand together in one sentence; BM25 and vectors look at a passage as a whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from searchapp.stores import FoundChunk
from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import passage_spans
from searchapp.text.words import content_terms, fold_width


def shares(query: str, passages: Sequence[FoundChunk]) -> list[float]:
    """For each passage how much of ``query`` its best sentence has, title included, from 0 to 1.

    A word counts the more, the fewer of ``passages`` have it: ``log(1 + n / (1 + df))``.
    """
    wanted = content_terms(query)
    had = [_sentences(wanted, passage) for passage in passages]
    frequency = Counter(term for sentences in had for term in frozenset[str]().union(*sentences))
    weights = {term: math.log(1.0 + len(passages) / (1 + frequency[term])) for term in wanted}
    whole = sum(weights.values())
    return [
        max((_weight(weights, sentence) for sentence in sentences), default=0.0) / (whole or 1.0) for sentences in had
    ]


def _sentences(wanted: set[str], passage: FoundChunk) -> set[frozenset[str]]:
    """Which of the ``wanted`` terms each sentence has, those of the title in all of them."""
    named = {word.term for word in occurrences(fold_width(passage.title), wanted)}
    text = fold_width(passage.text)
    found = [(word.start, word.term) for word in occurrences(text, wanted)]
    if not found:
        return {frozenset(named)}
    sentences: set[frozenset[str]] = set()
    at = 0
    for start, end in passage_spans(text):
        held = set(named)
        while at < len(found) and found[at][0] < end:
            if found[at][0] >= start:
                held.add(found[at][1])
            at += 1
        sentences.add(frozenset(held))
    return sentences


def _weight(weights: Mapping[str, float], sentence: frozenset[str]) -> float:
    # In one order: what is added up in another differs in the last digit from run to run.
    return sum(weights[term] for term in sorted(sentence))
