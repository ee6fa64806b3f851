"""Whether what was found can bear an answer at all. Without evidence there is no answer, whatever a model would say.

Two signs: the words of the question that stand together in a chunk, or a part in each of several, and nearness in
meaning. An embedding model that does not know the question's language finds any two texts near, so there the words
decide alone. Numbers of the question must stand where its words do.
Thresholds and what they reach: docs/quality-answers.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from searchapp.answer.quantities import numbers
from searchapp.model import Hit, Retriever
from searchapp.search.nearness import CROWDED
from searchapp.text.chinese import subject_terms
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk

LEAST_KNOWN = 0.9
"""Share of the question's tokens that the embedding model knows, from which its nearness counts."""

LEAST_SUM = 0.95
"""Least sum of words that stand together (0 to 1) and cosine."""

LEAST_TOGETHER = 0.6
"""Least share of the question's words that, standing together, suffice whatever the cosine."""

LEAST_SPREAD = 0.8
"""The same, where several chunks hold them, each a part of the question."""

LEAST_SPREAD_SUM = 1.1
"""Least sum of that and the cosine."""

LEAST_ACROSS = 0.4
"""Least similarity of a chunk in another script than the question's, which can hold none of its words."""

NEARLY = 0.15
"""Share by which a place may have fewer words than the best one, to be looked at for the question's numbers."""

WINDOW = 2
"""Sentences in a row in which words stand together; a pronoun refers to the sentence before."""

MOST_PASSAGES = 8
"""Chunks that are looked at, best first."""

# What asks, in Chinese: no chunk that answers says it again.
_ASKING = frozenset(
    "什么 哪些 怎么 怎样 怎么办 怎么样 如何 多少 多久 为什么 为何 何时 何处 谁 哪里 哪儿 哪个 是否 有没有 分别".split()
    + "时候 名字 时间 地方".split()
)


_ENGLISH_ASKING = re.compile(r"\?|\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)

# 什么颜色, 哪支球队: the kind of thing that is asked for; who names the thing need not name its kind.
_KIND = re.compile(
    r"(?:什么(?:样的?)?|怎么样的|怎样的?|哪[一几两二三些]?[个支部种位家座本项场届条所款间片块类名]?)(?=[\u4e00-\u9fff])"
)


class _Window(NamedTuple):
    """Neighbouring sentences, the question's terms among them, and their share (0 to 1) by weight."""

    text: str
    terms: set[str]
    share: float


def has_evidence(question: str, hits: Sequence[Hit], known_share: float = 1.0) -> bool:
    """Whether the best hits speak of what is asked: one of them, or several that together hold its words.

    ``known_share`` (0 to 1) is how much of the question the embedding model knows (``Tokenizer.reading``).
    """
    question = fold_width(question)
    terms = _asked_about(question)
    best = hits[:MOST_PASSAGES]
    if known_share >= LEAST_KNOWN and _is_near_across(question, best):
        return True
    chunks = [_windows(terms, _all_text(hit)) for hit in best]
    heads = [max(windows, key=lambda window: window.share) for windows in chunks if windows]
    together = max((head.share for head in heads), default=0.0)
    if not together or not _has_numbers(question, chunks, together - NEARLY):
        return False
    spread = _share(terms, set[str]().union(*(head.terms for head in heads)))
    if known_share < LEAST_KNOWN:
        return together >= LEAST_TOGETHER or spread >= LEAST_SPREAD
    near = max(map(_cosine, best), default=0.0) - (CROWDED if is_cjk(question) else 0.0)
    return together >= LEAST_TOGETHER or together + near >= LEAST_SUM or spread + near >= LEAST_SPREAD_SUM


def _asked_about(question: str) -> set[str]:
    """The terms that a chunk which answers must have: neither what asks nor the kind of thing that is asked for."""
    terms = subject_terms(question) - _ASKING
    for match in _KIND.finditer(question):
        kinds = {term for term in terms if has_cjk(term) and question.startswith(term, match.end())}
        if kinds and len(terms) > 1:
            terms.discard(max(kinds, key=len))
    return terms or content_terms(question)


def _has_numbers(question: str, chunks: Sequence[Sequence[_Window]], least: float) -> bool:
    """Whether what the question counts or dates stands where its words do: the final of 2018 is not that of 2019."""
    claims = not (has_cjk(question) or _ENGLISH_ASKING.search(question))  # a document may say otherwise
    wanted = numbers(question, claimed=True)
    return (
        claims
        or not wanted
        or any(wanted <= numbers(window.text) for windows in chunks for window in windows if window.share >= least)
    )


def _windows(terms: set[str], text: str) -> list[_Window]:
    parts = sentences(text)
    held = [
        {term for term in terms if has_cjk(term) and term in part} | (terms & content_terms(part)) for part in parts
    ]
    found = [
        (" ".join(parts[start : start + WINDOW]), set[str]().union(*held[start : start + WINDOW]))
        for start in range(len(parts))
    ]
    return [_Window(text, inside, _share(terms, inside)) for text, inside in found]


def _share(terms: set[str], held: set[str]) -> float:
    return sum(map(_weight, held)) / sum(map(_weight, terms)) if terms else 0.0


def _weight(term: str) -> float:
    """A long word says more than a short one, much as a rare one does."""
    return len(term) if has_cjk(term) else 1 + len(term) / 4


def _is_near_across(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a chunk in another script is near in meaning; its words and the question's cannot be compared."""
    asked, wanted = is_cjk(question), numbers(question, claimed=True)
    return any(
        _cosine(hit) >= LEAST_ACROSS and is_cjk(hit.text) is not asked and wanted <= numbers(_all_text(hit))
        for hit in hits
    )


def _cosine(hit: Hit) -> float:
    """The chunk's similarity to the question, on the scale of ``embedding/similarity.py``."""
    place = hit.scores.get(Retriever.SEMANTIC)
    return (place.score or 0.0) if place else 0.0


def _all_text(hit: Hit) -> str:
    return fold_width("\n".join((hit.title, *hit.headings, hit.text)))
