"""Chunks that do not agree: what several documents say of the same thing, each with another number, day or name."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from searchapp.answer.names import names
from searchapp.answer.quantities import dates, numbers, without_dates
from searchapp.answer.said import Said, said_in
from searchapp.answer.subjects import Kind, asked_of
from searchapp.model import Hit
from searchapp.text.chinese import subject_terms
from searchapp.text.question_words import TERMS
from searchapp.text.words import content_terms, fold_width, has_cjk

MOST_COMPARED = 8
"""Chunks that are compared, best first."""

MOST_SHOWN = 4
"""Statements that are shown side by side."""

LEAST_ABOUT = 0.6
"""Share of the question's words that a sentence must hold, with its title and headings, to state what is asked."""

LEAST_ALIKE = 0.5
"""Share of their words, values left out, that two sentences have in common which state the same."""

_AMOUNT = re.compile(
    r"\bhow (?:much|many|long|old|often|far|high|heavy|big|large|fast)\b|\b(?:number|price|cost|rent|fee|phone|weigh|"
    r"weight|pay|length|height|speed|rate|limit|amount|temperature|pressure)\b|多少|几|价格|價格|费用|租金|电话|号码|重量|多重|多长|多久|多高",
    re.IGNORECASE,
)
_DAY = re.compile(
    r"\bwhen\b|\b(?:date|day|deadline|year)\b|什么时候|何时|何時|哪天|哪一天|哪年|日期|时间", re.IGNORECASE
)
_NAME = re.compile(r"\b(?:who|whom|whose|where|which|what)\b|谁|誰|哪里|哪儿|在哪|何处|哪个|哪位|什么", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one chunk states: the sentence, and the chunk's number among those that were sent (from 1)."""

    text: str
    number: int
    values: frozenset[Hashable]
    words: frozenset[str]


def disagreement(question: str, chunks: Sequence[Hit]) -> tuple[Statement, ...]:
    """The statements of different documents on what is asked that cannot all hold; none where they agree."""
    question = fold_width(question)
    found: list[Statement] = []
    for number, hit in enumerate(chunks[:MOST_COMPARED], start=1):
        if stated := _stated(question, hit, number):
            found.append(stated)
    for first in found:
        other = [
            one
            for one in found
            if chunks[one.number - 1].document_id != chunks[first.number - 1].document_id and _contradict(first, one)
        ]
        if other:
            return (first, *other)[:MOST_SHOWN]
    return ()


def _stated(question: str, hit: Hit, number: int) -> Statement | None:
    terms = subject_terms(question) - TERMS
    wanted = asked_of("", question)
    best: tuple[float, Statement] | None = None
    for said in said_in("\n".join((hit.title, *hit.headings)), hit.text):
        values = _values(question, said.text)
        if not values or any(not said.may_speak_of(one) or said.is_of_another(one, wanted) for one in wanted):
            continue
        about = _share(terms, said)
        if about >= LEAST_ABOUT and (best is None or about > best[0]):
            of_values = content_terms(" ".join(value for value in values if isinstance(value, str)))
            words = frozenset(one for one in content_terms(said.text) - of_values if not any(map(str.isdigit, one)))
            best = about, Statement(said.text, number, values, words)
    return best[1] if best else None


def _share(terms: set[str], said: Said) -> float:
    held = content_terms(said.around)
    return sum(term in held or (has_cjk(term) and term in said.around) for term in terms) / len(terms) if terms else 0.0


def _values(question: str, text: str) -> frozenset[Hashable]:
    """The values of the kind that is asked for, but for those of the question."""
    years = {one.text for one in asked_of("", question) if one.kind is Kind.YEAR}
    if _AMOUNT.search(question):
        bare = without_dates(text)
        return frozenset(value for value in numbers(bare, claimed=True) - numbers(question) if str(value) not in years)
    if _DAY.search(question):
        found = dates(text)
        return frozenset(found) or frozenset(re.findall(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)", text)) - years
    return frozenset(set(names(text)) - set(names(question))) if _NAME.search(question) else frozenset()


def _contradict(one: Statement, other: Statement) -> bool:
    either = one.words | other.words
    alike = len(one.words & other.words) / len(either) if either else 1.0
    return not one.values & other.values and alike >= LEAST_ALIKE
