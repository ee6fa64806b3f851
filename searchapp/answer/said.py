"""The sentences and rows of chunks, each with what around it tells of whom it speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from searchapp.answer.names import KnownNames
from searchapp.answer.subjects import NAMES, ROMANS, SPAN, Kind, Subject, leading_part, subjects
from searchapp.answer.tables import by_period, columns
from searchapp.text.sentences import CELL_BREAK, sentences
from searchapp.text.words import fold_width, has_cjk

_PRONOUN = re.compile(
    r"\W{0,8}(?:it|its|he|his|she|her|they|their|this|these|that|the)\b|\W{0,8}[它他她该該其此这這]"
    r"|\W{0,8}本(?![周週月年日季])",
    re.IGNORECASE,
)


_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()


def begins_with_pronoun(sentence: str) -> bool:
    """Whether it speaks of what the text before it names."""
    return _PRONOUN.match(sentence) is not None


class Said:
    """One sentence or row of a chunk, with the text around it in which its pronouns find whom they mean."""

    def __init__(self, text: str, around: str, heads: str, chunk: str) -> None:
        self.text, self.around = text, f"{heads}\n{around}"
        self._scopes = (_Scope(text), _Scope(self.around), _Scope(f"{heads}\n{chunk}"))

    def may_speak_of(self, subject: Subject) -> bool:
        """Whether its chunk names the subject."""
        return self._scopes[-1].names(subject)

    def names(self, subject: Subject) -> bool:
        """Whether it names the subject."""
        return self._scopes[0].names(subject)

    def is_of(self, subject: Subject, known: Sequence[Subject]) -> bool:
        """Whether it names the subject itself, and no other one of its kind."""
        scope = self._scopes[0]
        return scope.names(subject) and not scope.others(subject, known)

    def is_of_another(self, subject: Subject, known: Sequence[Subject]) -> bool:
        """Whether what is named nearest to it, of the subject's kind, are others only."""
        scopes = self._scopes if subject.kind in (Kind.CODE, Kind.NUMBERED) else self._scopes[:1]
        if subject.kind is Kind.YEAR and CELL_BREAK not in self.text and self._scopes[1].names(subject):
            return False
        for scope in scopes:
            if scope.names(subject):
                return False
            others = scope.others(subject, known)
            if subject.kind in NAMES:
                if _PRONOUN.match(self.text) or subject.text in self.around.partition("\n")[0]:
                    return False
                anywhere = subject.kind is Kind.PERSON or CELL_BREAK in self.text
                leading = self.text if anywhere else leading_part(self.text)
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

    def others(self, subject: Subject, known: Sequence[Subject]) -> list[Subject]:
        """What it names of the subject's kind that is none of ``known``."""
        return [
            one
            for one in self.subjects
            if one.kind is subject.kind and one.label == subject.label and not _same(one, known)
        ]

    def names(self, subject: Subject) -> bool:
        """Whether the subject is named, in this form or in one that means the same."""
        if subject.kind is Kind.MEASURE or subject.label == SPAN:
            return subject in self.subjects
        if subject.kind is Kind.NUMBERED:
            return _names_numbered(self._text, subject)
        return subject.text in self._text if subject.kind is Kind.YEAR else self._known.hold(subject.text)


def said_in(heads: str, text: str, *, each_period: bool = False) -> list[Said]:
    """The sentences and rows of a chunk; with ``each_period`` a row of figures once for each of its periods."""
    heads, parts = fold_width(heads), sentences(fold_width(text))
    chunk = "\n".join(parts)
    named = columns(parts) if each_period else [""] * len(parts)
    return [
        Said(one, "\n".join([*parts[max(0, place - 1) : place], one]), heads, chunk)
        for place, part in enumerate(parts)
        for one in (by_period(named[place], part) if named[place] else []) or [part]
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
    if subject.text.isdigit() and 0 < int(subject.text) < len(ROMANS):
        forms.append(rf"\b{label}s?\s{ROMANS[int(subject.text)].casefold()}\b")
    return any(re.search(form, lowered) for form in forms) or (
        CELL_BREAK in text and re.search(rf"(?<![\d.]){number}(?![\d.])", text) is not None
    )
