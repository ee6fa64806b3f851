"""What a reasoning model thinks aloud in its answer's own text, told apart from the answer.

Models mark thoughts in many ways, and not always whole: where the prompt's template has begun them, only their end is
there. An answer may also speak of such a mark, within a sentence or in quotation marks. All of the text so far is read
each time: a mark may come in pieces, and what it is may show only in what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = r"(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|seed:think|思考|推理)"
_MARK = re.compile(
    rf"(?P<open><\s{{0,2}}{_NAME}\s{{0,2}}>|\[think(?:ing)?\]|◁think▷|<\|(?:(?:begin|start)(?:_of)?_)?{_NAME}\|>)"
    rf"|(?P<close><\s{{0,2}}/\s{{0,2}}{_NAME}\s{{0,2}}>|\[/think(?:ing)?\]|◁/think▷|<\|(?:end(?:_of)?_|/){_NAME}\|>)",
    re.IGNORECASE,
)
_AROUND_ANSWER = re.compile(
    r"\A\s*<(?:answer|\|begin_of_solution\|)>|<(?:/answer|\|end_of_solution\|)>\s*\Z", re.IGNORECASE
)
"""What some of these models put around the answer."""

_UNFINISHED = re.compile(r"(?:<[\s/|\w:]{0,24}|\[[/a-z]{0,9}|◁[/a-z]{0,6})\Z", re.IGNORECASE)
"""What may become a mark with the next piece."""

LONGEST_MARK = 30
_HALF_WIDTH = str.maketrans("＜＞／［］｜", "<>/[]|")
_SENTENCE_ENDS = ".!?。！？…"
_QUOTES = {"`": "`", '"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»", "《": "》"}
_BETWEEN_TWO_NAMED = frozenset("|and|or|to|until|with|/|,|...|…|-|–|和|与|或|到|、|と|및".split("|"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A text without its thoughts.

    ``unmarked``: there were thoughts that only their end marked. ``thinking``: some have begun and not ended, so that
    what follows is no answer yet.
    """

    answer: str
    unmarked: bool = False
    thinking: bool = False


def without_thoughts(text: str, *, whole: bool = True) -> Reading:
    """The answer in ``text``; where that is not the ``whole`` of it yet, without what may be a mark's beginning."""
    plain = text.translate(_HALF_WIDTH)
    if not whole and (unfinished := _UNFINISHED.search(plain, max(0, len(plain) - LONGEST_MARK))):
        plain = plain[: unfinished.start()]
    marks = [mark for mark in _MARK.finditer(plain) if not _is_quoted(plain, mark)]
    ends_after: list[int | None] = [None] * len(marks)
    for at in range(len(marks) - 1, 0, -1):
        ends_after[at - 1] = at if marks[at]["close"] else ends_after[at]
    kept, start, unmarked = "", 0, False
    number = 0
    while number < len(marks):
        mark = marks[number]
        before = _joined(kept, text[start : mark.start()])
        after = ends_after[number]
        if mark["open"] and after is None:
            if _begins_thoughts(plain, mark):
                return Reading(_bare(before), unmarked, thinking=True)
            if not whole:  # whether it is spoken of, or ends, will be seen
                return Reading(_bare(before), unmarked)
        elif mark["open"] and after is not None:
            end = marks[after]
            number = after
            if _begins_thoughts(plain, mark):
                kept, start = before, end.end()
            elif _is_on_its_own(plain, end):  # thoughts that spoke of the mark of their beginning
                kept, start, unmarked = "", end.end(), True
            elif plain[mark.end() : end.start()].strip().casefold() not in _BETWEEN_TWO_NAMED:
                kept, start = before, end.end()
        else:
            ends = _ends_thoughts(plain, mark, whole=whole)
            if ends is None:
                return Reading(_bare(before), unmarked)
            if ends:
                unmarked = unmarked or any(map(str.isalnum, before))
                kept, start = "", mark.end()
        number += 1
    return Reading(_bare(_joined(kept, text[start : len(plain)])), unmarked)


def _joined(kept: str, rest: str) -> str:
    return kept + (rest.lstrip(" ") if kept[-1:].isspace() else rest)


def _bare(answer: str) -> str:
    return _AROUND_ANSWER.sub("", answer).lstrip()


def _is_quoted(text: str, mark: re.Match[str]) -> bool:
    closing = _QUOTES.get(text[mark.start() - 1 : mark.start()])
    return closing is not None and text.startswith(closing, mark.end())


def _is_apart(text: str, mark: re.Match[str]) -> bool:
    """Whether it begins the text or a line, or follows a whole sentence."""
    before = text[: mark.start()].rstrip(" \t")
    return not before or before[-1] in f"\n{_SENTENCE_ENDS}"


def _is_on_its_own(text: str, mark: re.Match[str]) -> bool:
    return _is_apart(text, mark) and text[mark.end() :].lstrip(" \t")[:1] in ("", "\n")


def _begins_thoughts(text: str, mark: re.Match[str]) -> bool:
    return _is_apart(text, mark) or text[mark.end() :].lstrip(" \t").startswith("\n")


def _ends_thoughts(text: str, mark: re.Match[str], *, whole: bool) -> bool | None:
    """Whether a mark of the end without one of the beginning is one, or is spoken of; None while it cannot be told."""
    if _is_apart(text, mark) or text[mark.start() - 1].isalnum():
        return True
    following = text[mark.end() :].lstrip(" \t")
    if not following:
        return False if whole else None
    return following[0] == "\n" or following[0].isupper()
