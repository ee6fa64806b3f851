"""Where given terms stand in a text; most of a text is none of them, and is not looked at word by word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from operator import itemgetter

from searchapp.text.words import CJK, Word, has_cjk, term_of, words

_WORD = re.compile(rf"[^\W{CJK}]+")
_WHOLE_WORD = re.compile(rf"(?<![^\W{CJK}])[^\W{CJK}]+")
_FOREIGN_LETTER = re.compile(rf"[^\W\x00-\x7f{CJK}]")

_LEAST = 3
"""Characters of the shortest term that may have been written with "ies" for its "y"."""

KEPT_TEXTS = 512
"""Texts whose words are remembered, some 2 MB: a search looks twice for its words in what it shows."""

KEPT_QUERIES = 64
"""Sets of terms whose beginnings are remembered: a search looks for the same ones in thirty texts."""


@lru_cache(KEPT_TEXTS)
def occurrences(text: str, wanted: frozenset[str]) -> tuple[Word, ...]:
    """The words of ``text`` whose term is ``wanted``, in order: what ``words`` yields, without the others."""
    lowered = text.lower()
    if len(lowered) != len(text):  # places would differ: "İ" becomes two characters
        return tuple(word for word in words(text) if word.term in wanted)
    found: list[Word] = []
    if not text.isascii():
        found += _foreign(text, wanted)
        for term in filter(has_cjk, wanted):
            found += _characters(text, term)
    for term, beginning in _beginnings(wanted):
        if beginning in lowered:
            found += _inflected(text, lowered, term, beginning)
    return tuple(sorted(found, key=itemgetter(1)))


@lru_cache(KEPT_QUERIES)
def _beginnings(wanted: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """English terms with what each of their forms begins with: the stem, but for "ies", of which the stem has "y"."""
    return tuple(
        (term, term[:-1] if term.endswith("y") and len(term) >= _LEAST else term)
        for term in wanted
        if not has_cjk(term)
    )


def _inflected(text: str, lowered: str, term: str, beginning: str) -> Iterator[Word]:
    """The words that begin with ``beginning`` and are forms of ``term``."""
    at = lowered.find(beginning)
    while at >= 0:
        end = at + 1
        if match := _WHOLE_WORD.match(text, at):
            end, word = match.end(), match.group()
            if word.isascii() and term_of(word) == term:
                yield Word(term, at, end)
        at = lowered.find(beginning, end)


def _foreign(text: str, wanted: Collection[str]) -> Iterator[Word]:
    """Words with letters that fold to others, so that their term is not written there: "Café"."""
    end = 0
    for letter in _FOREIGN_LETTER.finditer(text):
        start = letter.start()
        if start < end:  # of the word before
            continue
        while start > end and _WORD.match(text, start - 1):
            start -= 1
        word = _WORD.match(text, start)
        end = word.end() if word else letter.end()
        if word and term_of(word.group()) in wanted:
            yield Word(term_of(word.group()), start, end)


def _characters(text: str, term: str) -> Iterator[Word]:
    """CJK: a pair wherever it stands, as pairs overlap; a single character only where it stands alone."""
    at = text.find(term)
    while at >= 0:
        end = at + len(term)
        if len(term) > 1 or not has_cjk(text[max(at - 1, 0) : at] + text[end : end + 1]):
            yield Word(term, at, end)
        at = text.find(term, at + 1)
