"""The statements of an answer that grows: its sentences and rows of tables, read as the Markdown that models write.

Headings, rules, fences, heads of tables, numbers of lists and sources below the text state nothing. A statement is
given as soon as what has come settles where it ends, its markers included, so that it is the same however the text was
cut into pieces: ``A. [3] B. [1]`` gives "A. [3]" when the B has come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from searchapp.answer.markdown import projected
from searchapp.answer.markers import markers_end, marks
from searchapp.answer.names import names
from searchapp.answer.quantities import numbers
from searchapp.text.sentences import is_whole, sentence_spans

_ITEM = re.compile(
    r"(?:(?:[-*+•·◦▪]|\d{1,3}[.)]|[(（]\d{1,2}[)）]|\[[ xX]\])[ \t]+|(?:\d{1,3}[、．]|（\d{1,2}）|[①-⑳>•])[ \t]*)+"
)
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*(\w*)")
_RULE = re.compile(r"([-*_=—])(?:[ \t]*\1){2,}[ \t]*|=+[ \t]*")
_DELIMITER = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-*+:?[ \t]*+)*+")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*")
_BOLD_LINE = re.compile(r"(?P<mark>\*\*|__)(?!\s)[^*_\n]{1,200}(?P=mark)[ \t]*[:：]?[ \t]*")
_BOLD_OPEN = re.compile(r"(?:\*\*|__)[^*_\n]{0,200}+(?:[*_]{1,2}+[ \t]*+[:：]?+[ \t]*+)?+")
_DEFINITION = re.compile(r"\[\^?[^\[\]\n]{1,40}\]:[ \t]")
# What a line begins with before it is known what it is.
_UNDETERMINED = re.compile(r"[-*_=#|:>~`+•·◦▪\s\d.)(（）、．①-⑳—]*+(?:\[\^?[^\[\]\n]{0,40}+\]?:?)?")
_BRACKET_BEGUN = re.compile(r"[ \t]{0,3}[-–—~～,，、;；&和]?[ \t]?\\?(?:[\[【［〔(（][^\]】］〕)）\n]{0,60})?")
_ENDING_WEAK = re.compile(r"[\s*_~]*+[(（]\s?[1-9]\d?\s?[)）][\s*_~]*+")
_BARE_NUMBER = re.compile(r"\d{1,3}[.)、．]")
_CLOSING_MARKS = re.compile(r"\*{1,3}|_{1,3}|~~")
_LEAD_IN = (":", "：")
_OF_LISTS = re.compile(r"[-*+•·◦▪|`~①-⑳]|\d{1,3}[.)、．]")
MARKDOWN_INFO = frozenset(("markdown", "md"))
"""What a fence may say that holds the whole answer rather than code."""


class Statement(NamedTuple):
    """``text[start:end]`` of an answer, and the head of its table where it is a row of one."""

    start: int
    end: int
    head: str = ""


class _Step(NamedTuple):
    end: int
    statement: Statement | None = None


class Reader:
    """Reads one growing text from its beginning to its end."""

    def __init__(self) -> None:
        self._at = 0
        self._head = ""
        self._unwrapping = False

    def read(self, text: str, *, complete: bool = False) -> Iterator[Statement]:
        """The statements that are settled since the last call; with ``complete`` all that are left."""
        while step := self._step(text, complete):
            self._at = step.end
            if step.statement:
                yield step.statement

    def _step(self, text: str, complete: bool) -> _Step | None:
        at = self._at + _blanks(text, self._at)
        if at >= len(text):
            return None
        if text.count("\n", self._at, at) > 1:
            self._head = ""
        if not text[text.rfind("\n", 0, at) + 1 : at].strip():
            line_end = text.find("\n", at)
            whole = line_end >= 0 or complete
            line = text[at : line_end if line_end >= 0 else len(text)]
            if not whole and (_UNDETERMINED.fullmatch(line) or _is_begun(line)):
                return None
            if fence := _FENCE.match(line):
                return self._fenced(text, at, at + len(line), fence, complete)
            if line.startswith("|"):
                return self._row(text, at, at + len(line), complete)
            self._head = self._head if _is_delimiter(line) else ""
            if not any(map(str.isalnum, line)) or _states_nothing(line):
                return _Step(at + len(line)) if whole else None
            if item := _ITEM.match(line):
                return _Step(at + item.end())
        return self._prose(text, at, complete)

    def _fenced(self, text: str, at: int, line_end: int, fence: re.Match[str], complete: bool) -> _Step | None:
        """A block of code as one step; of one that wraps the answer only its first and its last line."""
        if self._unwrapping and not fence[2]:
            self._unwrapping = False
            return _Step(line_end)
        if fence[2].lower() in MARKDOWN_INFO:
            self._unwrapping = True
            return _Step(line_end)
        start = line_end
        while (start := text.find("\n", start) + 1) > 0:
            end = text.find("\n", start)
            line = text[start : end if end >= 0 else len(text)].strip()
            if line.startswith(fence[1]) and not line.strip(fence[1][0]) and (end >= 0 or complete):
                return _Step(start + len(text[start : end if end >= 0 else len(text)]))
        return _Step(len(text)) if complete else None

    def _row(self, text: str, at: int, end: int, complete: bool) -> _Step | None:
        line = text[at:end].rstrip()
        if _is_delimiter(line):
            return _Step(end)
        following = _line_after(text, end, complete)
        if following is None:
            return None
        if not self._head or _is_delimiter(following):
            self._head = line if _is_delimiter(following) else ""
            if self._head:
                return _Step(end)
        stop = _marked_line(text, end + 1) or at + len(line)
        return _Step(max(end, stop), Statement(at, stop, self._head) if any(map(str.isalnum, line)) else None)

    def _prose(self, text: str, at: int, complete: bool) -> _Step | None:
        end, is_open = _paragraph(text, at, complete)
        raw = text[at:end].replace("\n", " ")
        read, ends = projected(raw, is_open=is_open)
        first, *more = list(islice(sentence_spans(read), 2)) or [(0, 0)]
        if more and not is_open and _ENDING_WEAK.fullmatch(raw, ends[first[1] - 1]):
            more = []
        if not more and is_open:
            return None
        stop = _with_marks(text, at, at + (ends[first[1] - 1] if more else len(raw.rstrip())), end)
        if not more:
            settled = self._last(text, at, stop, end, complete)
            if settled is None or not settled.statement:
                return settled
            stop = settled.statement.end
        said = text[at:stop]
        states = any(map(str.isalnum, read[slice(*first)])) and not _BARE_NUMBER.fullmatch(said.strip())
        return _Step(stop if more else max(stop, end), Statement(at, stop) if states else None)

    def _last(self, text: str, at: int, stop: int, end: int, complete: bool) -> _Step | None:
        """The last sentence of a paragraph, for which the line below it counts too; None where that has not come."""
        said = text[at:stop]
        if end >= len(text):
            return _Step(end, Statement(at, stop))
        below = end + _blanks(text, end)
        if below >= len(text):
            return _Step(end, Statement(at, stop)) if complete else None
        line_end = text.find("\n", below)
        line = text[below : line_end if line_end >= 0 else len(text)]
        whole = line_end >= 0 or complete
        if not whole and (_UNDETERMINED.fullmatch(line) or _may_be_marked(line)):
            return None
        if marked_to := _marked_line(text, below):
            return _Step(end, Statement(at, marked_to))
        is_next = text.count("\n", end, below) == 1
        bare = not (is_whole(said) or any(marks(said)))
        starts_line = not text[text.rfind("\n", 0, at) + 1 : at].strip()
        if is_next and bare and starts_line and "|" in said and _is_delimiter(line) and "|" in line:
            self._head = said
            return _Step(end)
        if is_next and bare and starts_line and _UNDERLINE.fullmatch(line):
            return _Step(end)
        leads = said.rstrip("*_").endswith(_LEAD_IN) and _OF_LISTS.match(line) and not _RULE.fullmatch(line)
        if leads and not (numbers(said, claimed=True) or names(said)):
            return _Step(end)
        return _Step(end, Statement(at, stop))


def _blanks(text: str, at: int) -> int:
    count = 0
    while at + count < len(text) and text[at + count].isspace():
        count += 1
    return count


def _is_begun(line: str) -> bool:
    """Whether a line that has not ended begins as one that must be read whole."""
    return bool(
        line.startswith(("|", "```", "~~~"))
        or _HEADING.match(line)
        or _DEFINITION.match(line)
        or _BOLD_OPEN.fullmatch(line)
    )


def _is_delimiter(line: str) -> bool:
    return "-" in line and _DELIMITER.fullmatch(line.strip()) is not None


def _states_nothing(line: str) -> bool:
    bold = _BOLD_LINE.fullmatch(line)
    return bool(
        _HEADING.match(line)
        or _DEFINITION.match(line)
        or _RULE.fullmatch(line)
        or (bold and not is_whole(line.strip("*_ \t")) and not any(marks(line)))
    )


def _line_after(text: str, end: int, complete: bool) -> str | None:
    """The line below the one that ends at ``end``; None while that may still become a rule or markers."""
    if end >= len(text):
        return "" if complete else None
    line_end = text.find("\n", end + 1)
    line = text[end + 1 : line_end if line_end >= 0 else len(text)]
    if line_end >= 0 or complete:
        return line
    begun = line.strip(" \t|:-") and not _may_be_marked(line)
    return line if begun else None


def _paragraph(text: str, at: int, complete: bool) -> tuple[int, bool]:
    """Where the lines end that go on in lower case as hard-wrapped prose does, and whether more of them may come."""
    end = text.find("\n", at)
    while end >= 0 and text[end + 1 : end + 2].islower():
        end = text.find("\n", end + 1)
    if end < 0:
        return len(text), not complete
    return end, not complete and end + 1 >= len(text)


def _with_marks(text: str, start: int, stop: int, limit: int) -> int:
    """The end of a sentence with what belongs to it behind its stop: markers, and marks that close what it opened."""
    while True:
        before = stop
        marks = _CLOSING_MARKS.match(text, stop, limit)
        if marks and text.count(marks.group(), start, stop) % 2:
            stop = marks.end()
        stop = markers_end(text, stop, limit)
        if stop == before:
            return stop


def _marked_line(text: str, at: int) -> int:
    """Where the markers end of which a line at ``at`` consists; 0 where there is anything else."""
    line_end = text.find("\n", at)
    end = markers_end(text, at, len(text) if line_end < 0 else line_end)
    return 0 if text[end : len(text) if line_end < 0 else line_end].strip() or not text[at:end].strip() else end


def _may_be_marked(line: str) -> bool:
    return _BRACKET_BEGUN.fullmatch(line, markers_end(line, 0, len(line))) is not None
