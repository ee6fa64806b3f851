"""Whether what was found can bear an answer at all. Without evidence there is no answer, whatever a model would say.

Two signs: the words of the question that stand together in a passage, and its nearness in meaning. An embedding model
that does not know the question's language finds any two texts near, so there the words decide alone.
Thresholds and what they reach: docs/quality-answers.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.model import Hit, Leg
from searchapp.text.chinese import subject_terms
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, fold_width, has_cjk

LEAST_KNOWN = 0.9
"""Share of the question's tokens that the embedding model knows, from which its nearness counts."""

LEAST_SUM = 0.95
"""Least sum of words that stand together (0 to 1) and cosine."""

LEAST_TOGETHER = 0.6
"""Least share of the question's words that, standing together, suffice whatever the cosine."""

WINDOW = 2
"""Sentences in a row in which words stand together; a pronoun refers to the sentence before."""

MOST_PASSAGES = 8
"""Passages that are looked at, best first."""

# What asks, in Chinese: no passage that answers says it again.
_ASKING = frozenset(
    "什么 哪些 怎么 怎样 怎么办 怎么样 如何 多少 多久 为什么 为何 何时 何处 谁 哪里 哪儿 哪个 是否 有没有 分别".split()
    + "时候 名字 时间 地方".split()
)


def has_evidence(question: str, hits: Sequence[Hit], known_share: float = 1.0) -> bool:
    """Whether at least one of the best hits speaks of what is asked.

    ``known_share`` (0 to 1) is how much of the question the embedding model knows (``Tokenizer.known_share``).
    """
    terms = subject_terms(fold_width(question)) - _ASKING or content_terms(question)
    best = hits[:MOST_PASSAGES]
    together = max((_together(terms, _all_text(hit)) for hit in best), default=0.0)
    near = max((_cosine(hit) for hit in best), default=0.0) if known_share >= LEAST_KNOWN else 0.0
    return together >= LEAST_TOGETHER or together + near >= LEAST_SUM


def coverage(terms: set[str], text: str) -> float:
    """Share (0 to 1) of ``terms`` that occur in ``text``; 0 when there are none."""
    return len(terms & content_terms(text)) / len(terms) if terms else 0.0


def _together(terms: set[str], text: str) -> float:
    """Greatest share (0 to 1) of ``terms``, by weight, that occur in neighbouring sentences of ``text``."""
    parts = sentences(text)
    held = [
        {term for term in terms if has_cjk(term) and term in part} | (terms & content_terms(part)) for part in parts
    ]
    total = sum(map(_weight, terms))
    windows = (set[str]().union(*held[start : start + WINDOW]) for start in range(len(parts)))
    return max((sum(map(_weight, window)) / total for window in windows), default=0.0) if total else 0.0


def _weight(term: str) -> float:
    """A long word says more than a short one, much as a rare one does."""
    return len(term) if has_cjk(term) else 1 + len(term) / 4


def _cosine(hit: Hit) -> float:
    place = hit.legs.get(Leg.SEMANTIC)
    return place.score if place else 0.0


def _all_text(hit: Hit) -> str:
    return fold_width("\n".join((hit.title, *hit.headings, hit.text)))
