"""The query's words that stand together in one sentence; BM25 and vectors look at a passage as a whole."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby

from searchapp.stores import FoundChunk
from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import passage_spans
from searchapp.text.words import content_terms, fold_width


def shares(query: str, passages: Sequence[FoundChunk]) -> list[float]:
    """For each passage how much of ``query`` its best sentence has, title included, from 0 to 1.

    A word counts the more, the fewer of ``passages`` have it: ``log(1 + n / (1 + df))``.
    """
    wanted = frozenset(content_terms(query))
    had = [_sentences(wanted, passage) for passage in passages]
    frequency = Counter(term for sentences in had for term in frozenset[str]().union(*sentences))
    weights = {term: math.log(1.0 + len(passages) / (1 + frequency[term])) for term in wanted}
    whole = _weight(weights, wanted) or 1.0
    return [max(_weight(weights, sentence) for sentence in sentences) / whole for sentences in had]


def _sentences(wanted: frozenset[str], passage: FoundChunk) -> set[frozenset[str]]:
    """Which of the ``wanted`` terms the sentences have that have any, those of the title in all of them."""
    named = frozenset(word.term for word in occurrences(fold_width(passage.title), wanted))
    text = fold_width(passage.text)
    found = occurrences(text, wanted)
    terms = named.union(word.term for word in found)
    if len(terms) <= len(named) + 1:  # some sentence has them all
        return {terms}
    ends = [end for _, end in passage_spans(text)]
    parted = groupby(found, lambda word: bisect_right(ends, word.start))
    return {named.union(word.term for word in sentence) for _, sentence in parted}


def _weight(weights: Mapping[str, float], sentence: frozenset[str]) -> float:
    # In one order: what is added up in another differs in the last digit from run to run.
    return sum(weights[term] for term in sorted(sentence))
