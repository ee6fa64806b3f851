"""Where sentences end, in English and in Chinese, Japanese and Korean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

# Words that take a full stop without ending a sentence; compared in lower case, without the stop.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st jr sr vs etc e.g i.e eg ie cf al fig figs eq no nos vol pp ed eds inc ltd co corp "
    "approx dept est jan feb mar apr jun jul aug sep sept oct nov dec".split()
)

LABELS = frozenset(
    "annex appendix article batch block box building category chapter class clause column exhibit figure form gate "
    "grade group hall hepatitis item kind layer level line lot mode model option panel part phase plan point pole room "
    "route row schedule section series shift size stage step table team terminal type unit variant version vitamin "
    "wing zone".split()
)
"""Words whose letter is no initial of a name: gloves of class D. Operators wear them."""

CELL_BREAK = " | "
"""Parts the cells of a table's row wherever a parser writes one."""

_NUMBERS = r"[1-9]\d{0,2}(?:\s*[,，、;；~–-]\s*[1-9]\d{0,2})*"
MARKER = rf"[\[【［](?:(?:[Pp]assages?|[Ss]ources?|段落|来源)\s*)?{_NUMBERS}[\]】］]"
"""Pattern of a citation as language models write it: [1], 【2】, [1, 3], [Chunk 2], [4-6]."""

_CLOSERS = r"[\"'”’»)\]」』）】》〉]*"
_CITATIONS = rf"(?:[ ]?{MARKER})*"  # [1][2] after the stop belong to the sentence
_BOUNDARY = re.compile(
    # A set alone is searched for several times as fast as alternatives are tried, so that it comes first.
    r"[。！？｡….!?\n]"
    rf"(?:(?<=[。！？｡…])[。！？｡…]*{_CLOSERS}{_CITATIONS}"  # a CJK stop ends a sentence whatever follows
    # A Latin one only before white space; where its dots begin, since each further one would read them all again.
    rf"|(?<=[.!?])(?<![.!?].)[.!?]*+{_CLOSERS}{_CITATIONS}(?=\s|$)"
    r"|(?<=\n))"
)
_WHOLE = re.compile(rf"[。！？｡….!?]{_CLOSERS}{_CITATIONS}$")
_LONGEST_ABBREVIATION = 24
"""Characters that are looked at before a full stop."""

KEPT_TEXTS = 1024
"""Chunks whose sentences are remembered, some 3 MB."""


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield ``(start, end)`` character offsets of the sentences in ``text[start:end]``, trimmed of white space.

    Every non-blank character lies in exactly one span. A line break ends a sentence, since lists, tables and code have
    no other mark, unless the next line goes on in lower case, as hard-wrapped prose does. A table's row (cells parted
    by `` | ``) is always a sentence of its own.
    """
    stop = len(text) if end is None else end
    begin = known = start
    for match in _BOUNDARY.finditer(text, start, stop):
        at, after = match.span()
        if text[at] == "." and _is_inside_a_sentence(text, at, after, stop):
            continue
        if text[at] == "\n" and _goes_on(text, max(begin, known), at, stop):
            known = at  # no row so far: a sentence of many lines is not read again at each
            continue
        yield from _trimmed(text, begin, after)
        begin = after
    yield from _trimmed(text, begin, stop)


@lru_cache(maxsize=KEPT_TEXTS)
def chunk_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The ``sentence_spans`` of a whole chunk: a search reads its best ones twice, and the next brings many again."""
    return tuple(sentence_spans(text))


def sentences(text: str) -> list[str]:
    """The sentences of ``text`` as strings, in order."""
    return [text[start:end] for start, end in sentence_spans(text)]


def is_whole(sentence: str) -> bool:
    """Whether ``sentence`` ends with a stop, as a heading or a line cut short does not."""
    return _WHOLE.search(sentence) is not None


def _goes_on(text: str, begin: int, line_end: int, stop: int) -> bool:
    """Whether the line after ``line_end`` continues the sentence that began at ``begin``."""
    following = line_end + 1
    if not text[following : following + 1].islower():
        return False
    next_end = text.find("\n", following, stop)
    return (
        CELL_BREAK not in text[begin:line_end]
        and CELL_BREAK not in text[following : stop if next_end < 0 else next_end]
    )


def _is_inside_a_sentence(text: str, at: int, after: int, stop: int) -> bool:
    while after < stop and text[after] == " ":
        after += 1
    if text[after : min(after + 1, stop)].islower():
        return True
    word = _last_word(text, max(0, at - _LONGEST_ABBREVIATION), at)
    if len(word) == 1 and word.isalpha() and word.isupper():  # the initial of a name
        end = max(0, at - 2)  # of the word before it
        return _last_word(text, max(0, end - _LONGEST_ABBREVIATION), end).lower() not in LABELS
    return word.lower() in ABBREVIATIONS


def _last_word(text: str, start: int, end: int) -> str:
    """The word before ``end``, with the full stops within it."""
    if (word := text[start:end].rpartition(" ")[2]).isalnum():
        return word  # as almost all are
    if end > start and not (text[end - 1].isalnum() or text[end - 1] == "_"):
        return ""
    first = end
    while first > start and (text[first - 1].isalnum() or text[first - 1] in "_."):
        first -= 1
    return text[first:end]


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
