"""Of whom a sentence speaks: the codes, numbered things, years and names that what it says must be said of.

A value that stands in the cited chunks supports nothing where they say it of another: "PPR-7002 costs 15 euros" beside
"PPR-7001 costs 15 euros". So each thing that a sentence adds must stand in a sentence or row about its subjects: one
that names them, or one that names nobody else in a chunk that does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from searchapp.answer.names import KnownNames, names
from searchapp.answer.quantities import without_dates
from searchapp.text.sentences import CELL_BREAK, sentences
from searchapp.text.words import STOP_WORDS, fold_width, has_cjk

LEADING = 24
"""Characters of a sentence in which a name is its subject."""

LEADING_CJK = 6
"""The same in Chinese."""

CODE_DIGITS = 3
"""Digits from which a code is written in one way only."""

_YEAR_IN = re.compile(r"(?:1[89]|20)\d\d")
_YEAR = re.compile(r"(?<![\dA-Za-z-])(?:1[89]|20)\d\d(?!\d)")
_NUMBERED = re.compile(
    r"(?<![\w-])(?P<label>[^\W\d_]{2,20})[ ](?:no\.? ?|# ?)?(?P<number>\d{1,3}(?:\.\d{1,3}){0,3})(?![\w%]|[.,:]\d)"
)
_NUMBERED_CJK = re.compile(
    r"第\s?(?P<number>\d{1,4}|[一二三四五六七八九十百零]{1,6})\s?(?P<label>[届任代世條条章节節款项項号號期季版次回册集部])"
)
_FOLLOWING = re.compile(r"\s?([^\W\d_]+)")
# What stands before a number that counts: no label of a thing.
_COUNTING = STOP_WORDS | frozenset(
    "about over under than least most top first last next past every all only around nearly almost approximately "
    "weighs weigh costs cost exerts holds has have measures takes took lasts needs need used contains chapter between "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sep oct nov dec after before since until per plus minus equals euro euros eur usd dollars within up day".split()
)
_PRONOUN = re.compile(
    r"\W{0,8}(?:it|its|he|his|she|her|they|their|this|these|that|the)\b|\W{0,8}[它他她该該其此这這本]", re.IGNORECASE
)


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


class Kind(StrEnum):
    """What distinguishes things of a kind: another one of the same kind is another thing."""

    CODE = "code"
    NUMBERED = "numbered"
    YEAR = "year"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a sentence speaks of."""

    kind: Kind
    text: str
    label: str = ""

    @property
    def is_unmistakable(self) -> bool:
        """Whether nobody writes it otherwise: a code like PPR-7002, where J-20 may be J20 and GPT4 GPT-4."""
        digits = sum(map(str.isdigit, self.text))
        return self.kind is Kind.CODE and digits >= CODE_DIGITS and not _YEAR_IN.search(self.text)

    def __str__(self) -> str:
        if self.kind is not Kind.NUMBERED:
            return self.text
        return f"第{self.text}{self.label}" if has_cjk(self.label) else f"{self.label} {self.text}"


def subjects(text: str) -> list[Subject]:
    """All that ``text`` names, in order of kind."""
    text = fold_width(text)
    found = [Subject(Kind.YEAR, match.group()) for match in _YEAR.finditer(without_dates(text))]
    for match in _NUMBERED.finditer(text):
        following = _FOLLOWING.match(text, match.end())
        counts = following and not (following[1].casefold() in STOP_WORDS or following[1].endswith(("ed", "ing")))
        if match["label"].casefold() not in _COUNTING and not has_cjk(match["label"]) and not counts:
            found.append(Subject(Kind.NUMBERED, match["number"], match["label"].casefold()))
    found += [Subject(Kind.NUMBERED, match["number"], match["label"]) for match in _NUMBERED_CJK.finditer(text)]
    for name in names(text):
        found.append(Subject(Kind.CODE if any(map(str.isdigit, name)) else Kind.NAME, name))
    return list(dict.fromkeys(found))


def asked_of(claim: str, question: str) -> list[Subject]:
    """The subjects of a claim: those that it names itself, else for each kind those of the question."""
    own, asked = subjects(claim), subjects(question)
    leading = _leading(claim)
    ours = [
        one
        for one in own
        if one in asked or one.kind in (Kind.CODE, Kind.NUMBERED) or (one.kind is Kind.NAME and one.text in leading)
    ]
    # A sentence that begins with somebody else's name, code or number says itself of whom it speaks.
    other = {one.kind for one in ours if one not in asked} - {Kind.NUMBERED}
    replaced = {(one.kind, one.label) for one in own}
    return ours + [
        one
        for one in asked
        if one not in ours
        and one.kind not in other
        and (one.kind is Kind.NAME or (one.kind, one.label) not in replaced)
    ]


def _leading(text: str) -> str:
    text = fold_width(text)
    return text[: LEADING_CJK if has_cjk(text) else LEADING]


class Said:
    """One sentence or row of a chunk, with the text around it in which its pronouns find whom they mean."""

    def __init__(self, text: str, around: str, heads: str, chunk: str) -> None:
        self.text, self.around = text, f"{heads}\n{around}"
        self._scopes = (_Scope(text), _Scope(self.around), _Scope(f"{heads}\n{chunk}"))

    def may_speak_of(self, subject: Subject) -> bool:
        """Whether its chunk names the subject."""
        return self._scopes[-1].names(subject)

    def is_of_another(self, subject: Subject, known: Sequence[Subject]) -> bool:
        """Whether what is named nearest to it, of the subject's kind, are others only."""
        scopes = self._scopes if subject.kind in (Kind.CODE, Kind.NUMBERED) else self._scopes[:1]
        if subject.kind is Kind.YEAR and CELL_BREAK not in self.text and self._scopes[1].names(subject):
            return False
        for scope in scopes:
            if scope.names(subject):
                return False
            others = [
                one
                for one in scope.subjects
                if one.kind is subject.kind and one.label == subject.label and not _same(one, known)
            ]
            if subject.kind is Kind.NAME:
                if _PRONOUN.match(self.text) or subject.text in self.around.partition("\n")[0]:
                    return False
                leading = self.text if CELL_BREAK in self.text else _leading(self.text)
                others = [one for one in others if one.text in leading]
            if others:
                return True
        return False


class _Scope:
    """A stretch of text, and what it names."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def subjects(self) -> list[Subject]:
        return subjects(self._text)

    @cached_property
    def _known(self) -> KnownNames:
        return KnownNames(self._text)

    def names(self, subject: Subject) -> bool:
        """Whether the subject is named, in this form or in one that means the same."""
        if subject.kind is Kind.NUMBERED:
            return _names_numbered(self._text, subject)
        return subject.text in self._text if subject.kind is Kind.YEAR else self._known.hold(subject.text)


def said_in(heads: str, text: str) -> list[Said]:
    """The sentences and rows of a chunk."""
    heads, parts = fold_width(heads), sentences(fold_width(text))
    chunk = "\n".join(parts)
    return [
        Said(part, "\n".join(parts[max(0, place - 1) : place + 1]), heads, chunk) for place, part in enumerate(parts)
    ]


def _same(one: Subject, known: Sequence[Subject]) -> bool:
    return any(one.text in other.text or other.text in one.text for other in known if other.kind is one.kind)


def _names_numbered(text: str, subject: Subject) -> bool:
    """Whether the number stands beside its label: "boiler 3", "boilers 2 and 3", "fourth season"; or in a row."""
    number, label = re.escape(subject.text), re.escape(subject.label.removesuffix("s"))
    lowered = text.casefold()
    if has_cjk(subject.label):
        return re.search(rf"{number}\s?(?:[—-]\s?\S{{1,4}})?{label}", lowered) is not None
    forms = [
        rf"\b{label}s?\b[^.!?\n]{{0,12}}?(?<![\d.]){number}(?![\d])",
        rf"(?<![\d.]){number}(?:st|nd|rd|th)? {label}",
    ]
    if subject.text.isdigit() and 0 < int(subject.text) <= len(_ORDINALS):
        forms.append(rf"\b{_ORDINALS[int(subject.text) - 1]} {label}")
    return any(re.search(form, lowered) for form in forms) or (
        CELL_BREAK in text and re.search(rf"(?<![\d.]){number}(?![\d.])", text) is not None
    )
