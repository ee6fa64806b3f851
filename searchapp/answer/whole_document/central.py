"""A document in its own words: its leading sentence, and those that hold most of what it speaks of again and again.

No model takes part. A sentence counts by how common its words are in the document, and what has been quoted already
counts less (after SumBasic: Nenkova and Vanderwende, 2005, MSR-TR-2005-101).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from searchapp.answer.markers import with_markers
from searchapp.model import Hit, Sentence, Support
from searchapp.text.sentences import CELL_BREAK, is_whole, sentences
from searchapp.text.words import is_stop_term, words

MOST_READ = 4000
"""Sentences that are looked at."""

LEAST_CHARACTERS, MOST_CHARACTERS = 8, 400
"""Shorter lines are headings and fragments; longer ones are no quotation."""

SAID_BEFORE = 0.5
"""What a word counts again that has been quoted. SumBasic squares its share, which leaves only asides to quote."""

QUOTED = 6
"""Sentences of a summary; of each document that is compared the half."""


def central(chunks: Sequence[Hit], most: int = QUOTED) -> tuple[Sentence, ...]:
    """Up to ``most`` sentences of one document, in reading order, each citing its chunk (numbers from 1)."""
    candidates = list(islice(_candidates(chunks), MOST_READ))
    prose = [one for one in candidates if is_whole(one[1])]
    candidates = prose if len(prose) >= min(most, 2) else candidates
    if not candidates:
        return ()
    terms = [[word.term for word in words(text) if not is_stop_term(word.term)] for _, text in candidates]
    count = Counter(term for found in terms for term in set(found))
    total = sum(count.values()) or 1
    weight = {term: times / total for term, times in count.items()}
    chosen: list[int] = []
    left = set(range(len(candidates)))
    while left and len(chosen) < most:
        # The first sentence says what a document is about more often than any other does.
        best = 0 if not chosen else max(left, key=lambda at: (_mean(terms[at], weight), -at))
        chosen.append(best)
        left.discard(best)
        for term in set(terms[best]):
            weight[term] *= SAID_BEFORE
    return tuple(_quoted(*candidates[at]) for at in sorted(chosen))


def _candidates(chunks: Sequence[Hit]) -> Sequence[tuple[int, str]]:
    found: dict[str, int] = {}
    for number, hit in enumerate(chunks, start=1):
        above = {hit.title, *hit.headings}
        for text in sentences(hit.text):
            if (
                LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS
                and text not in above
                and not text.endswith(("?", "？"))
            ):
                found.setdefault(text, number)
    return [(number, text) for text, number in found.items()]


def _mean(terms: Sequence[str], weight: dict[str, float]) -> float:
    return sum(weight[term] for term in terms) / len(terms) if len(terms) > 2 else 0.0


def _quoted(number: int, text: str) -> Sentence:
    support = Support.WEAK if CELL_BREAK in text else Support.SUPPORTED  # a row says little without its columns' names
    return Sentence(with_markers(text, (number,)), (number,), support)
