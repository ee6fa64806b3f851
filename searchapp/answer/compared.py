"""Years, numbers and codes that a question compares: the question is asked once for each of them.

"Is valve 3 or valve 4 open?" asks of two valves, which no chunk need name together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import partial
from itertools import islice, pairwise

from searchapp.answer.codes import CODE, shape
from searchapp.text.words import CJK, STOP_WORDS

MOST_VALUES = 12
"""Years, numbers and codes of a question that are looked at one by one."""

LONGEST_GAP = 30
"""Characters between two values that stand side by side."""

_COMPARING = re.compile(
    r"\b(?:and|or|to|than|vs|versus|between|both|each|compared?|comparison|differ(?:ence|ences|ent)?)\b"
    r"|[-–~,、,和与及或跟比]|还是|以及|到|至|と|や|와|과",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\b(?:and|or|to|than|vs|versus)\b|[-–~,、和与及或跟比]|还是|以及|到|至|と|や|와|과", re.IGNORECASE)
_RANGE = re.compile(r"\bto\b|[-–~到至]", re.IGNORECASE)
_SMALL = shape("3")
_NO_LABEL = STOP_WORDS | {"between"}
_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
_BESIDE = frozenset("in of for the at on a 年 度 款 号 版 层 楼 章 月".split())
"""What stands before or behind each of them: in 2003 and in 2017; 2003年和2017年."""


def each_value(question: str) -> list[str]:
    """The question once for each of the years, numbers or codes that it compares, without the others of its kind."""
    if not _COMPARING.search(question):
        return [question]
    kinds = _kinds(question)
    if not kinds:
        return [question]
    if len(kinds) == 1 and _stand_side_by_side(question, kinds[0]):
        return _one_by_one(question, kinds[0])
    every = [[match.group() for match in _once(found)] for found in kinds]
    asked = []
    for place in range(max(map(len, every))):
        others = {value for values in every for value in values if value != values[place % len(values)]}
        asked.append(" ".join(CODE.sub(partial(_but, others), question).split()))
    return asked


def each_side_by_side(question: str) -> list[str]:
    """The same where they stand side by side and name things: no range, no quantity (between 3 and 5 bar)."""
    kinds = _kinds(question)
    if len(kinds) != 1 or not _stand_side_by_side(question, kinds[0]):
        return []
    first, *_, last = kinds[0]
    if shape(first.group()) == _SMALL:
        before = _WORD.findall(question[: first.start()].casefold())
        if not before or before[-1] in _NO_LABEL or _RANGE.search(question, first.end(), last.start()):
            return []
    return _one_by_one(question, kinds[0])


def _kinds(question: str) -> list[list[re.Match[str]]]:
    alike: dict[str, list[re.Match[str]]] = defaultdict(list)
    for match in islice(CODE.finditer(question), MOST_VALUES):
        alike[shape(match.group())].append(match)
    return [found for found in alike.values() if len({match.group() for match in found}) > 1]


def _one_by_one(question: str, found: Sequence[re.Match[str]]) -> list[str]:
    first, *_, last = found
    return [f"{question[: first.start()]}{one.group()}{question[last.end() :]}" for one in _once(found)]


def _once(found: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    return list({match.group(): match for match in reversed(found)}.values())[::-1]


def _stand_side_by_side(question: str, found: Sequence[re.Match[str]]) -> bool:
    """Whether nothing but "and", "or" and what each of them has parts them: valve 3 or valve 4."""
    label = set(_WORD.findall(question[max(0, found[0].start() - LONGEST_GAP) : found[0].start()].casefold())[-4:])
    for one, other in pairwise(found):
        gap = question[one.end() : other.start()]
        rest = set(_WORD.findall(_JOINT.sub(" ", gap).casefold()))
        if len(gap) > LONGEST_GAP or not _JOINT.search(gap) or not rest <= _BESIDE | label:
            return False
    return True


def _but(others: Collection[str], match: re.Match[str]) -> str:
    return " " if match.group() in others else match.group()
