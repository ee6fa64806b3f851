"""Doubtful hits: what was found, but is neither near to the query in meaning nor has half of its words.

Those that ``ranking.py`` does not rank before a sure one are weak: they stand behind all others, and apart from them.
One word of six, or one character of a Chinese query, is no answer.
"""

from __future__ import annotations

from searchapp.search.nearness import ACROSS, across_scripts, within_script
from searchapp.stores import FoundChunk, RetrievalQuery, RetrievalResults
from searchapp.text.chinese import simplified, subject_terms
from searchapp.text.occurrences import occurrences
from searchapp.text.words import fold_width, has_cjk

LEAST_WORDS = 0.5
"""Share of the query's words from which a hit is not doubtful, however far it is."""

SURE = 0.12
"""What the best chunk must be nearer by than one that is found, in Chinese, Japanese and Korean and for what the model
cannot read, or all without enough words are doubtful: gibberish has up to 0.55 (decision 73)."""

SURE_ACROSS = 0.33
"""The same in another script, as a similarity: what Chinese queries off the topic have at most (decision 52)."""


def doubtful_ids(retrieved: RetrievalResults, asked: RetrievalQuery, least: float, *, readable: bool) -> frozenset[str]:
    """The ids of the doubtful ones among what was found; scores of the semantic retriever are similarities.

    None where no least similarity is set, where words alone are searched for, nor where the query says exactly what
    must stand there; nor is a chunk without a vector, of which nobody knows yet how near it is.
    """
    terms = frozenset(_terms(asked.text))
    if least <= -1.0 or asked.vector is None or asked.exact or asked.required:
        return frozenset()
    within, sure = _thresholds(asked.text, least, readable=readable)
    foreign = across_scripts(asked.text, retrieved.semantic) if readable else frozenset()
    near: set[str] = set()
    for thresholds, some in (
        ((within, sure), [one for one in retrieved.semantic if one.id not in foreign]),
        ((least * ACROSS, SURE_ACROSS), [one for one in retrieved.semantic if one.id in foreign]),
    ):
        if max((one.score for one in some), default=-1.0) >= max(thresholds):
            near |= {one.id for one in some if one.score >= thresholds[0] and any(map(str.isalnum, one.text))}
    # Where all that the semantic retriever brought are near, so may be what it did not bring.
    goes_on = len(retrieved.semantic) >= asked.depth and retrieved.semantic[-1].id in near
    named = {one.id for one in retrieved.semantic} if goes_on else None
    every = {one.id: one for one in (*retrieved.semantic, *retrieved.keyword)}
    return frozenset(
        key
        for key, chunk in every.items()
        if key not in near
        and not chunk.unembedded
        and not (named is not None and key not in named)
        and _share(chunk, terms) < LEAST_WORDS
    )


def _thresholds(query: str, least: float, *, readable: bool) -> tuple[float, float]:
    """From which similarity a chunk in the query's own script is near, and the best one surely."""
    within = within_script(query, least, readable=readable)
    return within, within + (SURE if within > least else 0.0)


def _terms(text: str) -> set[str]:
    return subject_terms(simplified(fold_width(text)) if has_cjk(text) else fold_width(text))


def _share(chunk: FoundChunk, terms: frozenset[str]) -> float:
    if not terms:
        return 0.0
    text = fold_width("\n".join((chunk.title, *chunk.headings, chunk.text, chunk.source)))
    if any(map(has_cjk, terms)):
        text = simplified(text)
    held = {word.term for word in occurrences(text, frozenset(term for term in terms if not has_cjk(term)))}
    held |= {term for term in terms if has_cjk(term) and term in text}
    return sum(map(_weight, held)) / sum(map(_weight, terms))


def _weight(term: str) -> float:
    """A long word says more than a short one, much as a rare one does."""
    return len(term) if has_cjk(term) else 1 + len(term) / 4
