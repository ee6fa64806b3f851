"""Answers made from RGB's chunks, right ones and wrong ones, to measure the checker of sentences with.

Four ways to make a wrong one: from RGB's counterfeit chunks (the same chunk with another answer written into it),
from its counterfeit answer, by citing another question's chunks, and by saying of one thing what they say of another.
Half of the questions (even numbers) were used to set thresholds, the other half (odd numbers) is reported.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchapp.answer.evidence import Evidence
from searchapp.answer.quantities import dates, numbers
from searchapp.answer.verification import verify
from searchapp.model import Support
from searchapp.text.sentences import sentences
from searchapp.text.words import content_terms, has_cjk

ELSEWHERE = 37
"""Distance to the question whose chunks are cited wrongly."""

MOST_PASSAGES = 8

LEAST_LIKENESS = 0.3
"""Share of their words that two questions have in common which ask the same of two things."""

_ASKING = re.compile(
    r"(在)?(哪中国)?(多少|几)(个|位|人|名|天|岁|次)?"
    r"|哪(一)?(个|位|座|支|家|里|国|年|天|些|部)?(国家|城市|省|省份|队|人|公司)?"
    r"|谁|什么时候|何时|什么(时间|名字|地方)?|何地"
)


@dataclass(frozen=True)
class Case:
    """A sentence that the chunks support, or do not."""

    kind: str
    claim: str
    evidence: Evidence
    question: str
    right: bool
    elsewhere: Evidence | None = None
    """All the chunks that were sent, where the sentence cites some of them."""


def counterfactual(path: Path, *, odd: bool | None = None) -> Iterator[Case]:
    """From a file with counterfeits: quoted sentences and composed statements, each right and wrong."""
    for record in records(path, odd):
        evidence = Evidence("\n".join(flat(record["positive"])))
        question = record["query"]
        right, wrong = _first_difference(flat(record["positive"]), flat(record["positive_wrong"]))
        yield Case("quoted", right, evidence, question, True)
        yield Case("quoted", wrong, evidence, question, False)
        yield Case("composed", statement(question, _first(record["answer"])), evidence, question, True)
        yield Case("composed", statement(question, _first(record["fakeanswer"])), evidence, question, False)


def _first_difference(right: list[str], wrong: list[str]) -> tuple[str, str]:
    for true, false in zip(right, wrong, strict=True):
        for pair in zip(sentences(true), sentences(false), strict=False):
            if pair[0] != pair[1]:
                return pair
    return "", ""


def unrelated(path: Path, *, odd: bool | None = None) -> Iterator[Case]:
    """Right sentences that cite their own chunks, and the same ones that cite another question's."""
    everything = list(records(path, None))
    for index, record in enumerate(everything):
        if odd is not None and index % 2 != odd:
            continue
        other = everything[(index + ELSEWHERE) % len(everything)]
        own, others = (Evidence("\n".join(flat(one["positive"])[:MOST_PASSAGES])) for one in (record, other))
        question, answer = record["query"], _first(record["answer"])
        quoted = next(
            (s for text in flat(record["positive"])[:MOST_PASSAGES] for s in sentences(text) if answer in s), ""
        )
        for kind, claim in (("quoted", quoted), ("composed", statement(question, answer))):
            if claim:
                yield Case(kind, claim, own, question, True)
                yield Case(kind, claim, others, question, False)


def another_entity(path: Path, *, odd: bool | None = None) -> Iterator[Case]:
    """What the chunks say of one thing, said of another: the fact that answers the most similar question.

    The chunks of both questions are sent. A right sentence cites its own, a wrong one those that state its fact.
    """
    everything = list(records(path, None))
    terms = [content_terms(record["query"]) for record in everything]
    for index, record in enumerate(everything):
        if odd is not None and index % 2 != odd:
            continue
        own, question = flat(record["positive"])[:MOST_PASSAGES], record["query"]
        alike = [
            (len(terms[index] & terms[place]) / max(1, len(terms[index] | terms[place])), -place)
            for place, other in enumerate(everything)
            if place != index and _is_another_fact(record, other, "\n".join(own))
        ]
        likeness, place = max(alike, default=(0.0, 0))
        if likeness < LEAST_LIKENESS:
            continue
        other = everything[-place]
        theirs = flat(other["positive"])[:MOST_PASSAGES]
        sent = _chunks([*own, *theirs])
        yield Case("composed", statement(question, _first(record["answer"])), _chunks(own), question, True, sent)
        yield Case("composed", statement(question, _first(other["answer"])), _chunks(theirs), question, False, sent)


def _is_another_fact(record: dict[str, Any], other: dict[str, Any], own: str) -> bool:
    """Whether the other question's answer is of the same kind as this one's, and nowhere in this one's chunks."""
    answer = _first(other["answer"])
    return (
        _kind(answer) == _kind(_first(record["answer"]))
        and not set(flat(record["answer"])) & set(flat(other["answer"]))
        and answer not in own
    )


def _kind(answer: str) -> str:
    if dates(answer) or re.search(r"\d{4}年|^\w+,? \d{4}$", answer):
        return "date"
    is_name = re.search(r"[A-Za-z\u4e00-\u9fff]{4}", answer)
    return "number" if numbers(answer, claimed=True) and re.search(r"\d", answer) and not is_name else "name"


def _chunks(texts: list[str]) -> Evidence:
    return Evidence("\n".join(texts), [("", text) for text in texts])


def statement(question: str, answer: str) -> str:
    """The question with the answer in the place of the word that asks, or behind it."""
    question = question.rstrip("？? ")
    asking = _ASKING.search(question) if has_cjk(question) else None
    return question[: asking.start()] + answer + question[asking.end() :] if asking else f"{question}: {answer}"


def tally(cases: Iterable[Case]) -> dict[bool, Counter[Support]]:
    """How often right and wrong sentences are marked what."""
    counts: dict[bool, Counter[Support]] = {True: Counter(), False: Counter()}
    for case in cases:
        counts[case.right][_support(case)] += 1
    return counts


def _support(case: Case) -> Support:
    return verify(case.claim, case.evidence, case.question, elsewhere=case.elsewhere).support


def balanced_accuracy(cases: Iterable[Case]) -> float:
    """Mean of the share of right sentences that are supported and of wrong ones that are not."""
    counts = tally(cases)
    right, wrong = counts[True], counts[False]
    return (right[Support.SUPPORTED] / right.total() + 1 - wrong[Support.SUPPORTED] / wrong.total()) / 2


def records(path: Path, odd: bool | None) -> Iterator[dict[str, Any]]:
    """The lines of one of RGB's files; ``odd`` chooses a half of them."""
    with path.open(encoding="utf-8") as file:
        for index, line in enumerate(file):
            if odd is None or index % 2 == odd:
                yield json.loads(line)


def flat(value: Any) -> list[str]:
    """The texts of nested lists, in order."""
    return [text for item in value for text in flat(item)] if isinstance(value, list) else [str(value)]


def _first(value: Any) -> str:
    return flat(value)[0] if flat(value) else ""
