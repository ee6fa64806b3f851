"""What some chunks say, prepared once for checking many sentences: their terms, numbers, dates, names and parts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from searchapp.answer.names import KnownNames
from searchapp.answer.quantities import Date, dates, numbers
from searchapp.answer.subjects import Said, said_in
from searchapp.model import Hit
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, fold_width, has_cjk


class Evidence:
    """What some chunks say, prepared once for checking many sentences."""

    def __init__(self, text: str, chunks: Sequence[tuple[str, str]] = ()) -> None:
        """``chunks`` are those that ``text`` joins, each as its heads and its text; else it is one."""
        self.text = fold_width(text)
        self._chunks = chunks or (("", text),)

    @classmethod
    def of(cls, chunks: Sequence[Hit]) -> Evidence:
        """What the chunks say, their titles and headings included."""
        pairs = [("\n".join((hit.title, *hit.headings)), hit.text) for hit in chunks]
        return cls("\n".join("\n".join(pair) for pair in pairs), pairs)

    @cached_property
    def wholes(self) -> list[Evidence]:
        """Each chunk with its title and headings."""
        return [Evidence("\n".join(pair)) for pair in self._chunks]

    @cached_property
    def said(self) -> list[tuple[Said, Evidence]]:
        """The chunks' sentences and rows, each with whom it speaks of and what it says."""
        found = [said for heads, text in self._chunks for said in said_in(heads, text)]
        return [(said, Evidence(said.text)) for said in found]

    @cached_property
    def parts(self) -> list[Evidence]:
        """The chunks' sentences, headings among them, each to be asked by itself."""
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
