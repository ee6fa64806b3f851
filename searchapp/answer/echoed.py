"""The prompt that a model writes once more in its answer: its rules, and the fences with the chunks in them.

Nothing of that is an answer, so it is taken out line by line. Where the last line may yet become one of the prompt's it
is held back until that is known, so that nothing is shown that is taken back later.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from searchapp.answer.prompt_sanitizer import folded
from searchapp.text.words import is_cjk

LEAST_LINE, LEAST_LINE_CJK = 20, 10
"""Characters of a line that is looked for within the rules; a shorter one must be a whole line of them."""

_FENCE = re.compile(r"\s*<passage\b[^<>\n]{0,40}>", re.IGNORECASE)
_FENCE_END = re.compile(r"</passage\s?>", re.IGNORECASE)
_NUMBERED = re.compile(r"\s*\d{1,4}\.?[ \t]*passages?:\s*", re.IGNORECASE)
_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s")
_MARK_ALONE = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)]?)\s*")
_FENCE_BEGUN = re.compile(r"\s*<(?:/?p(?:a(?:s(?:s(?:a(?:g(?:e[^<>\n]{0,40})?)?)?)?)?)?|/)?", re.IGNORECASE)


class Echo(NamedTuple):
    """A text without what it repeats of its prompt, and whether it repeats anything."""

    answer: str
    repeats: bool


def without_prompt(text: str, rules: str, *, whole: bool = True) -> Echo:
    """What ``text`` says beside ``rules``; where it is not the ``whole`` of it yet, its last line may be held back."""
    known = {_bare(line) for line in rules.splitlines()}
    everything = folded(rules)
    kept: list[str] = []
    fenced = repeats = False
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        begun = not whole and number == len(lines) - 1 and not line.endswith("\n")
        if fenced:
            end = _FENCE_END.search(line)
            fenced = end is None
            rest = line[end.end() :] if end else ""
            if rest.strip():
                kept.append(rest.lstrip())
        elif begun and _may_repeat(line, known, everything):
            break
        elif fence := _FENCE.match(line):
            repeats, fenced = True, True
            if end := _FENCE_END.search(line, fence.end()):
                fenced = False
                kept += [line[end.end() :].lstrip()] if line[end.end() :].strip() else []
        elif _FENCE_END.match(line.strip()) or _NUMBERED.match(line) or _repeats(line, known, everything):
            repeats = True
        else:
            kept.append(line)
    return Echo("".join(kept), repeats) if repeats else Echo(text if len(kept) == len(lines) else "".join(kept), False)


def _bare(line: str) -> str:
    return _MARK.sub("", folded(line))


def _repeats(line: str, known: set[str], everything: str) -> bool:
    bare = _bare(line)
    least = LEAST_LINE_CJK if is_cjk(bare) else LEAST_LINE
    return bool(bare) and (bare in known or (len(bare) >= least and bare in everything))


def _may_repeat(line: str, known: set[str], everything: str) -> bool:
    """Whether a line that has not ended may become one of the prompt's."""
    bare = _bare(line)
    if known and _MARK_ALONE.fullmatch(line):
        return True
    if _FENCE_BEGUN.fullmatch(line) or _repeats(line, known, everything):
        return True
    return bool(bare) and any(one.startswith(bare) for one in known)
