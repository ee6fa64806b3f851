"""Whether chunks support a sentence: its facts must occur in them, its words or its meaning must agree with them.

Three looks, the cheap ones first. Numbers, dates and names must all occur. The sentence's words must be covered by the
chunks. Where the words leave it open, the embedding model says how near the sentence is to the nearest one of theirs.
Thresholds and what they reach: docs/quality-answers.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from math import log

from searchapp.answer.evidence import Evidence
from searchapp.answer.names import names
from searchapp.answer.quantities import Date, dates, numbers
from searchapp.answer.subjects import Kind, Subject, asked_of
from searchapp.model import Support
from searchapp.text.chinese import subject_terms
from searchapp.text.words import fold_width, has_cjk, is_cjk, is_stop_term, words

CLEAR_COVERAGE = 0.6
"""Share of a sentence's terms that chunks hold when they say the same."""

ALL_ALLOWANCE = 0.2
"""What a sentence adds to the question counts most; the words that it repeats the chunks need not use."""

SOME_COVERAGE = 0.35
"""Share below which chunks hardly speak of the same thing."""

QUOTED = 0.9
"""Share of its terms at which a sentence repeats one of the chunks, whatever else they say."""

GAP = 0.25
"""Share of a claim's words that another chunk has more of than those that say what it adds (RGB's even half)."""

CLEAR_COSINE = 0.75
SOME_COSINE = 0.55
"""Similarity of two sentences that say the same, and that speak of the same (measured on English)."""

ECHO = 0.7
"""Share of equal words at which a sentence repeats one of a chunk, so that what differs contradicts it."""

CLOSE_ECHO = 0.85
"""Share at which both sentences are the same from end to end."""

LEAST_FLANK = 3
"""Equal words beside an exchanged stretch."""

MOST_SWAPPED = 6
"""Words in a stretch that was exchanged; a longer one is another statement."""

_LIST_MARK = re.compile(r"^\s*(?:\d{1,2}[.)、]|[-*•])\s+")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_NEGATION = re.compile(r"\b(?:not|no|never|none|cannot|without|neither|nor)\b|n['’]t\b|[不没沒未无無非]", re.IGNORECASE)

Nearness = Callable[[str, Sequence[str]], float]
"""Similarity (-1 to 1, ``embedding/similarity.py``) of a claim to the nearest of some sentences."""


_Holds = Callable[[Evidence], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking a sentence found: how far it holds, the facts that the chunks lack, and the words' agreement."""

    support: Support
    missing: tuple[str, ...] = ()
    agreement: float = 0.0


def verify(
    claim: str,
    evidence: Evidence,
    question: str = "",
    nearness: Nearness | None = None,
    elsewhere: Evidence | None = None,
) -> Finding:
    """Check one sentence, without its markers, against the chunks that it cites.

    What only repeats ``question`` proves nothing: what the sentence adds must be there. A year that the question
    brought and the nearest sentence contradicts leaves the claim weak.
    """
    claim = _LIST_MARK.sub("", fold_width(claim)).strip()
    foreign = is_cjk(claim) != is_cjk(evidence.text)
    terms, facts = subject_terms(claim), _facts(claim, with_names=not foreign)
    if not (terms or facts) or not evidence.parts:
        return Finding(Support.UNSUPPORTED)
    asked = Evidence(question)
    missing = tuple(fact for fact, holds in facts.items() if not holds(evidence) and not holds(asked))
    if missing:
        return Finding(Support.UNSUPPORTED, missing)
    if lacking := _of_others(claim, question, facts, evidence, elsewhere):
        return Finding(Support.UNSUPPORTED, lacking)
    agreement = _agreement(terms, facts, evidence, asked)
    if foreign and agreement < CLEAR_COVERAGE:
        # Another language: only figures can be compared.
        return Finding(Support.WEAK if facts else Support.UNSUPPORTED, agreement=agreement)
    nearest = max(evidence.parts, key=lambda part: part.coverage(terms))
    echo = _Echo(claim, nearest.text)
    if agreement >= SOME_COVERAGE and echo.contradicts(evidence, asked):
        return Finding(Support.UNSUPPORTED, agreement=agreement)
    if agreement >= CLEAR_COVERAGE:
        doubtful = (
            echo.turns_round()
            or _another_year(claim, nearest)
            or _is_far(claim, question, facts, evidence, elsewhere or evidence)
        )
        return Finding(Support.WEAK if doubtful else Support.SUPPORTED, agreement=agreement)
    cosine = nearness(claim, evidence.nearest_first(terms)) if nearness and not has_cjk(claim) else -1.0
    if agreement >= SOME_COVERAGE or cosine >= SOME_COSINE:
        return Finding(Support.SUPPORTED if cosine >= CLEAR_COSINE else Support.WEAK, agreement=agreement)
    return Finding(Support.UNSUPPORTED, agreement=agreement)


def _of_others(
    claim: str, question: str, facts: Mapping[str, _Holds], evidence: Evidence, elsewhere: Evidence | None
) -> tuple[str, ...]:
    """The subjects of whom the evidence does not say what the claim adds; none where it does.

    One that stands in no cited chunk lacks where it is a code, or where another chunk that was sent has it.
    """
    wanted = asked_of(claim, question)
    absent = [
        one
        for one in wanted
        if not any(said.may_speak_of(one) for said, _ in evidence.said)
        and (one.is_unmistakable or (elsewhere and any(said.may_speak_of(one) for said, _ in elsewhere.said)))
    ]
    if absent:
        return tuple(map(str, absent))
    asked = Evidence(question)
    wanted = [
        one for one in wanted if one.kind is not Kind.NAME or any(said.may_speak_of(one) for said, _ in evidence.said)
    ]
    known = {one.text for one in wanted}
    same = [*wanted, *(Subject(kind, fact) for fact in facts for kind in (Kind.NAME, Kind.YEAR, Kind.CODE))]
    for fact, holds in facts.items():
        if fact in known or holds(asked):
            continue
        found: list[list[Subject]] = [
            [one for one in wanted if said.is_of_another(one, same)] for said, part in evidence.said if holds(part)
        ]
        if found and all(found):
            fewest: list[Subject] = min(found, key=len)
            return tuple(map(str, fewest))
    return ()


def _is_far(claim: str, question: str, facts: Mapping[str, _Holds], evidence: Evidence, elsewhere: Evidence) -> bool:
    """Whether what the claim adds stands in chunks that have fewer of its other words than another chunk has."""
    asked = Evidence(question)
    terms = subject_terms(claim)
    if any(part.coverage(terms) >= QUOTED for part in evidence.parts):
        return False
    added = {term for term in terms if not asked.holds(term)}
    base = {term for term in terms - added if not term.isdigit()}
    new = [holds for holds in facts.values() if not holds(asked)]
    others = elsewhere.wholes
    if not base or not (added or new) or len(others) < 2:
        return False
    held = [sum(holds(one) for holds in new) + one.coverage(added) / 2 for one in evidence.wholes]
    most = max(held)
    counts = {term: sum(one.holds(term) for one in others) for term in base}
    weights = {term: log(1 + len(others) / count) for term, count in counts.items() if count}
    total = sum(weights.values())
    if not most or not total:
        return False
    best, reached = (
        max(sum(weight for term, weight in weights.items() if one.holds(term)) / total for one in some)
        for some in (others, [one for one, holding in zip(evidence.wholes, held, strict=True) if holding == most])
    )
    return best - reached > GAP


def _another_year(claim: str, nearest: Evidence) -> bool:
    ours, theirs = set(_YEAR.findall(claim)), set(_YEAR.findall(nearest.text))
    return bool(ours and theirs) and not ours & theirs


def _agreement(terms: set[str], facts: Mapping[str, _Holds], evidence: Evidence, asked: Evidence) -> float:
    """Share of what the claim says that the evidence holds; the smaller one of all of it and of what it adds."""
    held = [(evidence.holds(term), asked.holds(term)) for term in terms]
    held += [(holds(evidence), holds(asked)) for holds in facts.values()]
    added = [ok for ok, in_question in held if not in_question]
    shares = [sum(part) / len(part) for part in (added, [ok for ok, _ in held]) if part]
    return min(shares[0], shares[-1] + ALL_ALLOWANCE)


def _facts(claim: str, *, with_names: bool) -> dict[str, _Holds]:
    """The numbers, dates and names of a claim, each with a test whether a text holds it."""
    facts: dict[str, _Holds] = {f"{number:f}": _holds_number(number) for number in numbers(claim, claimed=True)}
    facts |= {str(day): _holds_date(day) for day in dates(claim)}
    return facts | {name: _holds_name(name) for name in (names(claim) if with_names else ())}


def _holds_number(number: Decimal) -> _Holds:
    return lambda text: number in text.numbers


def _holds_date(day: Date) -> _Holds:
    return lambda text: any(day.agrees(other) for other in text.dates)


def _holds_name(name: str) -> _Holds:
    return lambda text: text.names.hold(name)


class _Echo:
    """A claim laid along the sentence that it resembles most."""

    def __init__(self, claim: str, sentence: str) -> None:
        self.claim, self.sentence = claim, sentence
        self._ours, self._theirs = _tokens(claim), _tokens(sentence)
        self._blocks = SequenceMatcher(None, self._ours, self._theirs, autojunk=False).get_opcodes()
        self._same = sum(end - start for kind, start, end, _, _ in self._blocks if kind == "equal")

    def contradicts(self, evidence: Evidence, asked: Evidence) -> bool:
        """Whether the claim repeats the sentence but for a short stretch, exchanged for another one."""
        if not self._ours or self._same / len(self._ours) < ECHO:
            return False
        # What stands elsewhere in the chunks may still be true, unless all the rest is word for word the same.
        close = self._same / max(len(self._ours), len(self._theirs)) >= CLOSE_ECHO
        known = set(self._theirs if close else _tokens(evidence.text)) | set(_tokens(asked.text))
        return any(
            kind == "replace" and self._is_swap(start, end, first, last, known) and self._is_flanked(index)
            for index, (kind, start, end, first, last) in enumerate(self._blocks)
        )

    def turns_round(self) -> bool:
        """Whether claim and sentence say the same but for a "not"."""
        alike = self._same * 2 / (len(self._ours) + len(self._theirs)) >= ECHO
        return alike and bool(_NEGATION.search(self.claim)) != bool(_NEGATION.search(self.sentence))

    def _is_swap(self, start: int, end: int, first: int, last: int, known: set[str]) -> bool:
        new = [token for token in self._ours[start:end] if not is_stop_term(token) and token not in known]
        gone = [token for token in self._theirs[first:last] if not is_stop_term(token)]
        return bool(new) and bool(gone) and end - start <= MOST_SWAPPED and last - first <= MOST_SWAPPED

    def _is_flanked(self, index: int) -> bool:
        beside = [self._blocks[at] for at in (index - 1, index + 1) if 0 <= at < len(self._blocks)]
        return sum(end - start for kind, start, end, _, _ in beside if kind == "equal") >= LEAST_FLANK


def _tokens(text: str) -> list[str]:
    """Words, and Chinese, Japanese and Korean characters, in order."""
    return [token for word in words(text) for token in (word.term[:1] if has_cjk(word.term) else [word.term])]
