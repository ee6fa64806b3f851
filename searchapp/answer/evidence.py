"""What some chunks say, prepared once for checking many sentences: their terms, numbers, dates, names and parts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from searchapp.answer.names import KnownNames
from searchapp.answer.quantities import Date, dates, numbers
from searchapp.answer.said import Said, said_in
from searchapp.answer.tables import is_row, scale_of
from searchapp.model import Hit
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, fold_width, has_cjk


class Evidence:
    """What some chunks say, prepared once for checking many sentences."""

    def __init__(self, text: str, chunks: Sequence[tuple[str, str]] = (), scale: int = 1) -> None:
        """``chunks`` are those that ``text`` joins, each as its heads and its text; else it is one.

        ``scale`` is what a caption elsewhere says that its figures are to be multiplied by.
        """
        self.text = fold_width(text)
        self._scale = scale
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
        """The chunks' sentences and rows, each with whom it speaks of and what it says; a row's periods one by one."""
        found = []
        for heads, text in self._chunks:
            scale = scale_of(fold_width(f"{heads}\n{text}"))
            found += [(said, Evidence(said.text, scale=scale)) for said in said_in(heads, text, each_period=True)]
        return found

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
        """The values that occur, and what they are in the units of their table."""
        found = numbers(self.text)
        tables = [(self.text, self._scale)] if self._scale > 1 else []
        tables += [
            (text, scale) for heads, text in self._chunks if (scale := scale_of(fold_width(f"{heads}\n{text}"))) > 1
        ]
        rows = [(part, scale) for text, scale in tables for part in sentences(fold_width(text)) if is_row(part)]
        return found.union(number * scale for row, scale in rows for number in numbers(row))

    @cached_property
    def names(self) -> KnownNames:
        """Knows which names occur."""
        return KnownNames(self.text)

    @cached_property
    def dates(self) -> frozenset[Date]:
        """The days that occur."""
        return dates(self.text)
