"""What passages say: the side against which a sentence of an answer is checked."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from searchapp.answer.names import KnownNames
from searchapp.answer.quantities import Date, dates, numbers
from searchapp.model import Hit
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, fold_width, has_cjk


class Evidence:
    """What some passages say, prepared once for checking many sentences."""

    def __init__(self, text: str) -> None:
        self.text = fold_width(text)

    @classmethod
    def of(cls, passages: Sequence[Hit]) -> Evidence:
        """What the passages say, their titles and headings included."""
        return cls("\n".join("\n".join((hit.title, *hit.headings, hit.text)) for hit in passages))

    @cached_property
    def parts(self) -> list[Evidence]:
        """The passages' sentences, headings among them, each to be asked by itself."""
        return [Evidence(sentence) for sentence in sentences(self.text)]

    def nearest_first(self, terms: set[str]) -> list[str]:
        """The sentences, those that hold most of the terms first."""
        return [part.text for part in sorted(self.parts, key=lambda part: -part.coverage(terms))]

    @cached_property
    def terms(self) -> set[str]:
        """The terms that occur."""
        return content_terms(self.text)

    def coverage(self, terms: set[str]) -> float:
        """Share (0 to 1) of the terms that occur."""
        return sum(self.holds(term) for term in terms) / len(terms) if terms else 0.0

    def holds(self, term: str) -> bool:
        """Whether a term occurs: a Chinese word anywhere in the text, any other one as a term of it."""
        return term in self.terms or (has_cjk(term) and term in self.text)

    @cached_property
    def numbers(self) -> frozenset[Decimal]:
        """The values that occur."""
        return numbers(self.text)

    @cached_property
    def names(self) -> KnownNames:
        """Knows which names occur."""
        return KnownNames(self.text)

    @cached_property
    def dates(self) -> frozenset[Date]:
        """The days that occur."""
        return dates(self.text)
