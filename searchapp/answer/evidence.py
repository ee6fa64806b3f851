"""Whether what was found can bear an answer at all. Without evidence there is no answer, whatever a model would say."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.model import Hit, Leg
from searchapp.text.words import content_terms

LEAST_COSINE = 0.5
"""A passage this near to the question speaks of the same thing, also in other words (measured with MiniLM)."""

LEAST_COVERAGE = 0.4
"""A passage with this share of the question's terms speaks of the same thing."""


def has_evidence(question: str, hits: Sequence[Hit]) -> bool:
    """Whether at least one hit is near enough to the question, in meaning or in words."""
    terms = content_terms(question)
    return any(_cosine(hit) >= LEAST_COSINE or coverage(terms, _all_text(hit)) >= LEAST_COVERAGE for hit in hits)


def coverage(terms: set[str], text: str) -> float:
    """Share (0 to 1) of ``terms`` that occur in ``text``; 0 when there are none."""
    return len(terms & content_terms(text)) / len(terms) if terms else 0.0


def _cosine(hit: Hit) -> float:
    place = hit.legs.get(Leg.SEMANTIC)
    return place.score if place else -1.0


def _all_text(hit: Hit) -> str:
    return "\n".join((hit.title, *hit.headings, hit.text))
