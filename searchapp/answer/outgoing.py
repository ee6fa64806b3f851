"""What of a growing answer may be sent to the reader: its citations as ``[n]``, whatever brackets the model writes.

A bracket that has not closed, and a number that may be a citation only where its sentence ends, wait for what follows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchapp.answer.markers import marks, weak_mark
from searchapp.answer.statements import Statement

LONGEST_WAIT = 80
"""Characters that wait at most; what is longer is no citation."""

_OPEN = re.compile(
    r"\s*(?:\\?[\[【［〔(（][^\[\]【】［］〔〕()（）\n]{0,60}(?:[\]】］〕)）](?:\([^()\s]{0,300})?)?\s?[-–—~～,，、;；&和及与與至到]?\s?"
    r"|[¹²³⁴-⁹][⁰¹²³⁴-⁹]?[.!?。！？…*_]{0,8}\s*|[(（]\s?[1-9]\d?\s?[)）][.!?。！？…*_]{0,8}\s*)\Z"
)
_MAY_BE_WEAK = re.compile(r"[(（]\s?[1-9]\d?\s?[)）]|[¹²³⁴-⁹]")


def ready(text: str, sent: int) -> int:
    """Where the part of ``text`` ends that may be sent, after the first ``sent`` characters."""
    waiting = _OPEN.search(text, max(sent, len(text) - LONGEST_WAIT))
    return waiting.start() if waiting else len(text)


def written(text: str, start: int, end: int, statements: Sequence[Statement], chunks: int) -> str:
    """``text[start:end]`` with its citations as ``[n]``; those that may be something else name one of ``chunks``."""
    line = text.rfind("\n", 0, start) + 1
    edits = [(line + one.start, line + one.end, one.numbers) for one in marks(text[line:end]) if line + one.end > start]
    if _MAY_BE_WEAK.search(text, start, end):
        for statement in statements:
            if statement.end > start and (weak := weak_mark(text[statement.start : statement.end], chunks)):
                begin, stop, number = weak
                edits.append((statement.start + begin, statement.start + stop, (number,)))
    parts: list[str] = []
    at = start
    for begin, stop, numbers in sorted(edits):
        begin += len(text[begin:stop]) - len(text[begin:stop].lstrip())  # what stands before it may be sent already
        if begin < at or stop > end:
            continue
        parts += [text[at:begin], *(f"[{number}]" for number in numbers)]
        at = stop
    return "".join([*parts, text[at:end]])
