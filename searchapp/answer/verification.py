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
from math import log

from searchapp.answer.contradiction import Echo
from searchapp.answer.evidence import Evidence
from searchapp.answer.names import is_common, names
from searchapp.answer.quantities import Date, dates, numbers
from searchapp.answer.said import Said
from searchapp.answer.subjects import NAMES, Kind, Subject, asked_of, subjects
from searchapp.answer.tables import label
from searchapp.model import Reason, Support
from searchapp.text.chinese import subject_terms
from searchapp.text.words import fold_width, has_cjk, is_cjk

CLEAR_COVERAGE = 0.6
"""Share of a sentence's terms that chunks hold when they say the same."""

ALL_ALLOWANCE = 0.2
"""What a sentence adds to the question counts most; the words that it repeats the chunks need not use."""

SOME_COVERAGE = 0.35
"""Share below which chunks hardly speak of the same thing."""

QUOTED = 0.9
"""Share of its terms at which a sentence repeats one of the chunks, whatever else they say."""

GAP, GAP_CJK = 0.45, 0.18
"""Share of a claim's words that another chunk has more of than those that say what it adds (RGB's even half): English
chunks say the same in more ways."""

CLEAR_COSINE = 0.75
SOME_COSINE = 0.55
"""Similarity of two sentences that say the same, and that speak of the same (measured on English)."""

_LIST_MARK = re.compile(r"^\s*(?:\d{1,2}[.)、]|[-*•])\s+")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")

Nearness = Callable[[str, Sequence[str]], float]
"""Similarity (-1 to 1, ``embedding/similarity.py``) of a claim to the nearest of some sentences."""


_Holds = Callable[[Evidence], bool]


@dataclass(frozen=True, slots=True)
class Finding:
    """What checking a sentence found: how far it holds and why, the facts that the chunks lack, how far words agree."""

    support: Support
    reason: Reason
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
    if not (terms or facts):
        return Finding(Support.UNSUPPORTED, Reason.NOTHING_STATED)
    if not evidence.parts:
        return Finding(Support.UNSUPPORTED, Reason.NOTHING_FOUND)
    asked = Evidence(question)
    missing = tuple(fact for fact, holds in facts.items() if not holds(evidence) and not holds(asked))
    if missing:
        return Finding(Support.UNSUPPORTED, Reason.FACTS_MISSING, missing)
    if lacking := _of_others(claim, question, facts, evidence, elsewhere):
        return Finding(Support.UNSUPPORTED, Reason.OF_OTHERS, lacking)
    agreement = _agreement(terms, facts, evidence, asked)
    if foreign and agreement < CLEAR_COVERAGE:
        # Another language: only figures can be compared.
        support = Support.WEAK if facts else Support.UNSUPPORTED
        return Finding(support, Reason.OTHER_LANGUAGE, agreement=agreement)
    nearest = max(evidence.parts, key=lambda part: part.coverage(terms))
    echo = Echo(claim, nearest.text)
    if agreement >= SOME_COVERAGE and echo.contradicts(evidence, asked):
        return Finding(Support.UNSUPPORTED, Reason.CONTRADICTED, agreement=agreement)
    if agreement >= CLEAR_COVERAGE:
        if echo.turns_round():
            doubt = Reason.NEGATED
        elif _another_year(claim, nearest):
            doubt = Reason.OTHER_YEAR
        elif _is_far(claim, question, facts, evidence, elsewhere or evidence):
            doubt = Reason.FAR
        else:
            return Finding(Support.SUPPORTED, Reason.SAID, agreement=agreement)
        return Finding(Support.WEAK, doubt, agreement=agreement)
    cosine = nearness(claim, evidence.nearest_first(terms)) if nearness and not has_cjk(claim) else -1.0
    if agreement >= SOME_COVERAGE or cosine >= SOME_COSINE:
        if cosine >= CLEAR_COSINE:
            return Finding(Support.SUPPORTED, Reason.MEANT, agreement=agreement)
        return Finding(Support.WEAK, Reason.PARTLY, agreement=agreement)
    return Finding(Support.UNSUPPORTED, Reason.NOT_SAID, agreement=agreement)


def _of_others(
    claim: str, question: str, facts: Mapping[str, _Holds], evidence: Evidence, elsewhere: Evidence | None
) -> tuple[str, ...]:
    """The subjects of whom the evidence does not say what the claim adds; none where it does.

    One that stands in no cited chunk lacks where it is a code, or where another chunk that was sent has it.
    """
    texts = evidence.text + (elsewhere.text if elsewhere else "")
    wanted = [one for one in asked_of(claim, question) if not (one.kind in NAMES and is_common(one.text, texts))]
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
        one for one in wanted if one.kind not in NAMES or any(said.may_speak_of(one) for said, _ in evidence.said)
    ]
    of_question = subjects(question)
    known = {one.text for one in wanted if one.kind is not Kind.NUMBERED or one in of_question}
    same = [*wanted, *(Subject(kind, fact) for fact in facts for kind in (*NAMES, Kind.CODE))]
    same += [one for one in subjects(claim) if one.kind is Kind.YEAR]
    uncited = [one for one in wanted if elsewhere and _named(one, elsewhere) > _named(one, evidence)]
    for fact, holds in facts.items():
        if fact in known or holds(asked):
            continue
        saying = [said for said, part in evidence.said if holds(part)]
        lacking = [one for one in wanted if _says_it_of_others(one, wanted, same, saying, elsewhere_too=one in uncited)]
        if lacking:
            return tuple(map(str, lacking))
        if row := _other_row(saying, evidence, f"{question}\n{claim}"):
            return (row,)
    return ()


def _other_row(saying: Sequence[Said], evidence: Evidence, asked: str) -> str:
    """The label of the row that is asked of, where only rows with less of it say the fact; "" where none is."""
    labels = [label(said.text) for said in saying]
    if not labels or not all(labels):
        return ""
    wanted = Evidence(asked)
    reached = max(wanted.coverage(subject_terms(one)) for one in labels)
    others = (label(said.text) for said, _ in evidence.said)
    return next((one for one in others if one and reached < 1 <= wanted.coverage(subject_terms(one))), "")


def _named(subject: Subject, evidence: Evidence) -> int:
    return sum(said.names(subject) for said, _ in evidence.said)


def _says_it_of_others(
    subject: Subject,
    wanted: Sequence[Subject],
    known: Sequence[Subject],
    saying: Sequence[Said],
    *,
    elsewhere_too: bool,
) -> bool:
    """Whether the sentences that say it are about others of the subject's kind, rather than about it or its like."""
    alike = [one for one in wanted if one.is_like(subject)]
    others = sum(said.is_of_another(subject, known) for said in saying)
    if subject.kind in NAMES:
        return bool(saying) and others == len(saying)
    naming = sum(any(said.names(one) for one in alike) for said in saying)
    clear = any(said.is_of(subject, known) for said in saying)
    enough = others * 2 > len(saying) if subject.kind is Kind.YEAR and not elsewhere_too else others
    return bool(enough) and others > naming and not clear


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
    return best - reached > (GAP_CJK if has_cjk(claim) else GAP)


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
