"""A question of several parts, split by rules: each part is searched for by itself.

Parts stand side by side, as two questions in one or two subjects that are compared, or one is the subject of another
(``nested``). Where a rule splits what belongs together nothing is lost: the whole question is searched for too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from searchapp.answer.compared import each_side_by_side
from searchapp.answer.conversation import stands_alone
from searchapp.answer.nested import ARTICLES, WORD, names_in, nested, text_of
from searchapp.text import question_words
from searchapp.text.chinese import tagged
from searchapp.text.words import CJK, content_terms, fold_width, has_cjk

MOST_PARTS = 4
"""Parts that are searched for; each costs an embedding and a search."""

MOST_CHARACTERS = 600
"""A question that is longer is a text, and is searched for as it is."""


_AROUND_CJK = re.compile(rf"(?<=[{CJK}]) | (?=[{CJK}])")


class Part(NamedTuple):
    """One part of a question."""

    text: str
    """What is searched for."""
    asked: str
    """The words of it that a chunk must speak of."""


class Parts(NamedTuple):
    """The parts of one question; none where it is a single one."""

    parts: tuple[Part, ...] = ()
    chained: bool = False
    """Whether the last part asks about the answers to the others, so that all are needed."""


def split(question: str) -> Parts:
    """The parts of ``question``, at most ``MOST_PARTS``, in the order in which they are needed."""
    text = _AROUND_CJK.sub("", " ".join(fold_width(question).split()))
    if len(text) > MOST_CHARACTERS:
        return Parts()
    beside = [one for one in dict.fromkeys(_beside(text)) if content_terms(one.text)][:MOST_PARTS]
    if len(beside) > 1:
        return Parts(tuple(beside))
    found = nested(text, MOST_PARTS - 1)
    if found is None:
        return Parts()
    return Parts((*(Part(one, one) for one in found.inner), Part(found.outer, found.asked)), chained=True)


def _beside(text: str) -> Iterator[Part]:
    """What is asked side by side; the text itself where it is one question."""
    clauses = [clause for one in _QUESTION_END.split(text) for clause in _clauses(one)]
    for clause in clauses:
        searched = clause
        if clause is not clauses[0] and (not stands_alone(clause) or question_words.CHINESE.match(clause)):
            subject = " ".join(word for word in WORD.findall(clauses[0]) if content_terms(word))
            searched = f"{subject} {clause}"
        asked = clause if content_terms(clause) else searched
        for one in _each_compared(searched):
            yield Part(one, asked if one is searched else one)


def _each_compared(question: str) -> Iterator[str]:
    """The question about each of the years, codes or subjects that it compares, without the words that compare."""
    if values := each_side_by_side(question):
        for one in values:
            if has_cjk(one):
                yield _CHINESE_COMPARING.sub("", one).removeprefix("请").strip(" ?")
            else:
                yield text_of([word for word in WORD.findall(one) if word.lower() not in _COMPARING])
    else:
        yield from _compared_in_chinese(question) if has_cjk(question) else _compared(question)


def _clauses(text: str) -> list[str]:
    """Who wrote it | when did it appear; 流程是什么 | 谁来审批."""
    if not has_cjk(text):
        return _english_clauses(text)
    clauses = _CHINESE_CLAUSE.split(text)
    return clauses if all(map(question_words.CHINESE.search, clauses)) else [text]


_QUESTION_END = re.compile(rf"(?<=\?)(?:\s++|(?=[{CJK}]))")
_AND = frozenset(("and", "or", "but", "as", "well", "also", ",", ";"))


def _english_clauses(question: str) -> list[str]:
    words = WORD.findall(question)
    cuts = [0]
    for at in range(2, len(words) - 2):
        lowered = words[at].lower()
        if (
            lowered in question_words.ENGLISH
            and words[at - 1].lower() in _AND
            and words[at - 2].lower() not in question_words.ENGLISH
        ):
            cuts.append(at)
    found = []
    for start, end in zip(cuts, [*cuts[1:], len(words)], strict=True):
        while end > start + 1 and end < len(words) and words[end - 1].lower() in _AND:
            end -= 1
        found.append(text_of(words[start:end]))
    return (
        found if len(cuts) > 1 and question_words.ENGLISH & {word.lower() for word in words[: cuts[1]]} else [question]
    )


_COMPARING = frozenset(
    "each both respectively compare compared comparison versus vs vs. between difference differences differ".split()
)
_CHOOSING = frozenset("which who whether is are was were does did more less rather better worse prefer".split())
_BETWEEN = frozenset(("and", "or", "vs", "vs.", "versus", "with", "to", "than", ","))
_SUBJECTS_END = frozenset((*"?!;:()", "in", "for", "when", "at", "on", "under"))
_LEADING = frozenset(("in", "of", "for"))
"""Stands before each of the subjects: in 2003 and in 2017."""


def _compared(question: str) -> Iterator[str]:
    """The question about each of the subjects that it compares, or about each year or code."""
    words = WORD.findall(question)
    lowered = [word.lower() for word in words]
    comparing = bool(_COMPARING.intersection(lowered)) or ("or" in lowered and bool(_CHOOSING.intersection(lowered)))
    for start, end, named in (*_runs(words), *_behind("between", lowered), *_behind("compare", lowered)):
        subjects = _subjects(words[start:end])
        if len(subjects) > 1 and comparing:
            before = [word for word in words[:start] if named or content_terms(word)]
            yield from (
                text_of([word for word in (*before, one, *words[end:]) if word.lower() not in _COMPARING])
                for one in subjects
            )
            return
    yield question


def _runs(words: list[str]) -> Iterator[tuple[int, int, bool]]:
    """Where names stand, those that are compared together."""
    run: tuple[int, int] | None = None
    for start, end in names_in(words):
        between = {word.lower() for word in words[run[1] : start]} if run else set[str]()
        if run and between & _BETWEEN and between <= _BETWEEN | ARTICLES | _LEADING:
            run = run[0], end
        else:
            if run:
                yield *run, True
            run = start, end
    if run:
        yield *run, True


def _behind(word: str, lowered: list[str]) -> Iterator[tuple[int, int, bool]]:
    """Where the subjects behind "between" or "compare" stand, which need not be names."""
    if word in lowered:
        start = end = lowered.index(word) + 1
        while end < len(lowered) and lowered[end] not in _SUBJECTS_END:
            end += 1
        yield start, end, False


def _subjects(words: list[str]) -> list[str]:
    found: list[list[str]] = [[]]
    for word in words:
        if word.lower() in _BETWEEN:
            found.append([])
        elif word.lower() not in ARTICLES and (found[-1] or word.lower() not in _LEADING):
            found[-1].append(word)
    return [text_of(one) for one in found if one]


_CHINESE_CLAUSE = re.compile(r"(?<=[^，,；;]{4})(?:[，,；;](?:以及|并且|而且|还有|另外|和)?|以及|并且)(?=[^，,；;]{4})")
_CHINESE_AND = frozenset("和 与 跟 及 以及 、 还是 同".split())
_CHINESE_SUBJECTS_END = frozenset(
    "的 分别 各自 各 各有 都 哪 哪个 谁 有 有何 相比 相比之下 之间 在 是 怎么 如何 更 哪里 ? ， ,".split()
)
_CHINESE_COMPARING = re.compile(
    r"分别|各自|各有|各|都|哪一?个?更|谁更|相比(?:之下)?|之间|还是|比较一?下?|对比一?下?"
    r"|有(?:什么|何|哪些)(?:区别|不同|差异|差别|异同)|(?:的|有)?(?:区别|不同|差异|差别|异同)(?:是什么|在哪里?)?"
)


def _compared_in_chinese(question: str) -> Iterator[str]:
    """北京和上海的人口分别是多少: the question about each of its subjects."""
    words = [word for word, _ in tagged(question)]
    joints = [at for at, word in enumerate(words) if word in _CHINESE_AND and at]
    edges = [-1, *joints, _subjects_end(words, joints[-1] + 1)] if joints else []
    subjects = ["".join(words[start + 1 : stop]) for start, stop in pairwise(edges)]
    if not subjects or not _CHINESE_COMPARING.search(question):
        yield question
        return
    rest = _CHINESE_COMPARING.sub("", "".join(words[edges[-1] :])).strip(" ?")
    for subject in subjects:
        if bare := _CHINESE_COMPARING.sub("", subject).removeprefix("请").strip(" ?"):
            yield f"{bare}{rest}"


def _subjects_end(words: list[str], start: int) -> int:
    """Where the last subject ends: before a word that says something of it, or behind its year or code."""
    for at in range(start, len(words)):
        if words[at] in _CHINESE_SUBJECTS_END:
            return at
        if re.search(r"\d", words[at]):
            return at + 1 + (words[at + 1 : at + 2] in (["年"], ["年度"], ["款"], ["号"], ["版"]))
    return len(words)
