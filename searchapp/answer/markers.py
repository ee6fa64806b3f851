"""Citations as language models write them: ``[1]`` was asked for, and 【1】, ``[^1^]``, "(passage 2)" or ¹ come.

A bare ``(1)`` and a raised ¹ may be anything else. They are citations only at a sentence's end, where they name a chunk
that was sent and nothing before them says otherwise ("step (1)", "km²").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

BRACKETED = r"\\?[\[【［〔(（][^\[\]【】［］〔〕()（）\n]{1,60}[\]】］〕)）](?:\([^()\s]{1,300}\))?"
"""Pattern of what may be a citation, with the link that a model laid on it; ``numbers_in`` says whether it is one."""

RAISED = r"(?<=[.!?。！？…\"”’])[¹²³⁴-⁹][⁰¹²³⁴-⁹]?+"
"""Pattern of a raised number behind a stop."""

_LABELS = frozenset(
    "passage passages source sources document documents doc docs reference references ref refs citation citations "
    "chunk chunks excerpt excerpts 段落 来源 來源 文档 文檔 资料 資料 引用 出处 出處 参考 參考".split()
)
_RANGES = frozenset("- – — ~ ～ 至 到 to".split())
_LINKS = _RANGES | frozenset(", ， 、 ; ； & and 和 及 与 與 : ： # no .".split())
_INSIDE = re.compile(r"\d+|[^\W\d_]+|\S")
_MARK = re.compile(rf"`[^`\n]{{1,200}}+`|(?P<mark>{BRACKETED}|{RAISED})")
_AT = re.compile(rf"{BRACKETED}|{RAISED}")
_BETWEEN = re.compile(r"\s?([-–—~～,，、;；&和及与與至到]|and\b)\s?")
LONGEST_RANGE = 20
"""Numbers that [1-20] names; a longer range is no citation of passages."""


class Mark(NamedTuple):
    """A citation at ``text[start:end]``, with the white space before it, and the numbers that it names."""

    start: int
    end: int
    numbers: tuple[int, ...]


def numbers_in(written: str) -> tuple[int, ...]:
    """The numbers of a citation with its brackets; none where it is something else: ``[x]``, ``(1)``, ``[2019]``."""
    written = written.partition("](")[0].translate(_RAISED)
    named = written[:1].isdigit() or written.lstrip("\\")[:1] in "[【［〔"
    found: list[int] = []
    spans = False
    for token in _INSIDE.findall(written.strip("\\[]【】［］〔〕()（） ").strip("^").partition("†")[0].rstrip("\\")):
        if token.isdigit():
            number = int(token)
            if not number or len(token) > 3:
                return ()
            found += range(found[-1] + 1, number) if spans and number <= found[-1] + LONGEST_RANGE else ()
            found.append(number)
        elif token.casefold() in _LABELS:
            named = True
        elif token.casefold() not in _LINKS:
            return ()
        spans = bool(found) and token in _RANGES
    return tuple(found) if named else ()


def marker_at(text: str, at: int, limit: int) -> int:
    """Where the citation ends that begins at ``at``; ``at`` itself where there is none."""
    match = _AT.match(text, at, limit)
    return match.end() if match and numbers_in(match.group()) else at


def markers_end(text: str, at: int, limit: int) -> int:
    """Where the citations end that follow ``at`` on its line: `` [1][2]``, ``[1], [3]``."""
    first = True
    while True:
        begin = at
        if not first and (between := _BETWEEN.match(text, at, limit)):
            begin = between.end()
        while begin < limit and text[begin] in " \t":
            begin += 1
        if (end := marker_at(text, begin, limit)) == begin:
            return at
        at, first = end, False


def marks(text: str) -> Iterator[Mark]:
    """The citations in ``text`` but for those in its code, one after another; words between two are the second's."""
    last: Mark | None = None
    at = 0
    while match := _MARK.search(text, at):
        numbers = numbers_in(match["mark"]) if match["mark"] else ()
        at = match.end() if numbers or not match["mark"] else match.start() + 1
        if numbers:
            start = match.start()
            while start and text[start - 1].isspace():
                start -= 1
            if last and (between := _BETWEEN.fullmatch(text, last.end, match.start())):
                start = last.end
                if between[1] in _RANGES and last.numbers[-1] < numbers[0] <= last.numbers[-1] + LONGEST_RANGE:
                    numbers = (*range(last.numbers[-1] + 1, numbers[0]), *numbers)  # [1]-[3]
            last = Mark(start, match.end(), numbers)
            yield last


# At the end of a sentence, before its stop or behind it.
_WEAK = re.compile(
    r"(?:[(（]\s?(?P<bare>[1-9]\d?)\s?[)）]|(?P<raised>[¹²³⁴-⁹][⁰¹²³⁴-⁹]?))(?P<stop>[.!?。！？…*_]{0,8})\Z"
)
_ENUMERATED = re.compile(r"[(（]\s?\d{1,3}\s?[)）]")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# What is counted or raised to a power, so that the number belongs to it.
_COUNTED = frozenset(
    "step steps figure fig figures equation eq section sections table option options version part chapter item items "
    "note case question type class group phase level rule article paragraph page line column row number no appendix "
    "inch inches feet foot yard yards mile miles meter meters metre metres".split()
)
_COUNTED_CJK = tuple(
    "步骤 步驟 图 圖 表 式 公式 章 节 節 条 條 款 项 項 选项 選項 方案 第 附录 附錄 注 例 号 號".split()
)
LEAST_WORD = 3
"""Letters before a raised number; shorter ones are units (m², km²)."""


def markers(text: str, sent: int = 0) -> list[int]:
    """The numbers that the markers in ``text`` name, in order: ``[1]``, ``【2、3】``, ``[4-6]``.

    Marks that may be something else count only where they name one of the first ``sent`` chunks.
    """
    weak = _weak(text, sent)
    return [number for mark in marks(text) for number in mark.numbers] + ([_number_of(weak)] if weak else [])


def without_markers(text: str, sent: int = 0) -> str:
    """The text alone."""
    if weak := _weak(text, sent):
        return (text[: _gap_before(text, weak)] + text[weak.start("stop") :]).strip()
    parts: list[str] = []
    at = 0
    for mark in marks(text):
        parts.append(text[at : mark.start])
        at = mark.end
    return "".join([*parts, text[at:]]).strip()


def with_markers(text: str, numbers: Sequence[int]) -> str:
    """The text with its markers behind it; those of a table's row stand in its last cell."""
    if not numbers:
        return text
    written = "".join(f"[{number}]" for number in numbers)
    if text.startswith("|") and text.endswith("|") and len(text) > 1:
        return f"{text[:-1].rstrip()} {written} |"
    return f"{text} {written}"


def weak_mark(text: str, sent: int) -> tuple[int, int, int] | None:
    """Where the bare number at a sentence's end stands that cites one of the ``sent`` chunks, and that number."""
    match = _weak(text, sent)
    return (match.start(), match.start("stop"), _number_of(match)) if match else None


def _weak(text: str, sent: int) -> re.Match[str] | None:
    """The bare number at the text's end that cites one of the ``sent`` chunks."""
    match = _WEAK.search(text, max(0, len(text) - 20)) if sent else None
    if not match or _number_of(match) > sent or any(marks(text)):
        return None
    before = text[: match.start()].rstrip()
    behind_stop = before[-1:] in tuple('.!?。！？…"”’')
    word = re.split(r"\W", before.rstrip('.!?。！？…"”’)*_')[-40:])[-1]
    if not before or (match["bare"] and len(_ENUMERATED.findall(text)) > 1):
        return None
    if match["bare"]:
        return None if _counts(word) else match
    is_power = word[-1:].isdigit() or (word.isascii() and len(word) < LEAST_WORD) or _counts(word)
    return match if behind_stop or not is_power else None


def _counts(word: str) -> bool:
    return word.casefold() in _COUNTED or word.endswith(_COUNTED_CJK)


def _number_of(match: re.Match[str]) -> int:
    return int((match["bare"] or match["raised"]).translate(_RAISED))


def _gap_before(text: str, weak: re.Match[str]) -> int:
    start = weak.start()
    while start and text[start - 1].isspace():
        start -= 1
    return start
