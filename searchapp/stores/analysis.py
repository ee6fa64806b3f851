"""What every store searches by beside its own analysis: file name, other spellings, phrases as tokens, Chinese words.

Elasticsearch has no dictionary of Chinese without a plugin, and LanceDB has another one, so that the words are made
here, for chunks and queries alike, and lie in the index parted by spaces. Japanese and Korean text keeps each store's
own analysis; of its Chinese characters the words are kept as well, so that either side finds the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchapp.text.chinese import HAN, simplified
from searchapp.text.spellings import spellings
from searchapp.text.words import CJK, fold_width

NUMBER_BOOST, SAME_BOOST, PARTS_BOOST = 2.0, 1.0, 0.5
"""What another spelling counts beside the words as typed: of numbers, dates and codes, whose parts other ones share, of
names, and of parts. SciFact and MuSiQue rank best so (decision 61)."""

_NAME = re.compile(r"(?<![^/\\?#])[^/\\?#]*[^/\\?#.]\.[A-Za-z0-9]{1,8}(?=$|[?#])")
_PART_ENDS = re.compile(r"[._\-+]+")
# As Elasticsearch's standard tokenizer cuts: a stop between letters or digits joins them (9.5 is no part of 9.5.3), and
# every CJK character is a word of its own.
_TOKENS = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w)+(?:\.(?:(?![{CJK}])\w)+)*")


def gather(title: str, headings: Sequence[str], text: str, source: str) -> str:
    """All that BM25 ranks a chunk by, a line each: title, headings, text and file name."""
    return "\n".join((title, *headings, text, file_name(source)))


def written_beside(gathered: str) -> str:
    """The other spellings of what a chunk names, by which it is found as well; parted by spaces."""
    same, parts = spellings(gathered)
    return " ".join((*same, *parts))


def asked_beside(query: str) -> dict[str, float]:
    """What is asked for beside the words of ``query``, parted by spaces, and how much that counts."""
    same, parts = spellings(query, asked=True)
    counted = {
        " ".join(word for word in same if _has_digit(word)): NUMBER_BOOST,
        " ".join(word for word in same if not _has_digit(word)): SAME_BOOST,
        " ".join(parts): PARTS_BOOST,
    }
    return {words: boost for words, boost in counted.items() if words}


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def file_name(source: str) -> str:
    """A path's or address's file name, as it is and in its parts: "report-2024.pdf report 2024 pdf".

    Text analysis keeps "report.pdf" in one piece, so its parts are added. Empty where the source names no file.
    """
    where = source.partition("://")[2].partition("/")[2] if "://" in source else source
    match = _NAME.search(where)
    if match is None:
        return ""
    name = match.group()
    return f"{name} {' '.join(part for part in _PART_ENDS.split(name) if part)}"


def phrase_tokens(text: str) -> list[str]:
    """The tokens by which a phrase is compared, in order, marks left out and full-width forms folded."""
    return _TOKENS.findall(fold_width(text))


def phrase_row(text: str) -> str:
    """The tokens of a text in a row, so that a phrase's row is a part of it where the phrase occurs, in any case."""
    return "\0".join(("", *phrase_tokens(text.casefold()), ""))


_HAN_RUN = re.compile(f"[{HAN}]+")
_CJK_RUN = re.compile(f"[{CJK}]+")


def han_words(text: str) -> str:
    """The words of the Chinese characters in ``text``, in order, parted by spaces; "" where there are none."""
    runs: list[str] = [] if text.isascii() else _HAN_RUN.findall(text)
    if not runs:
        return ""
    from rjieba import cut  # loads a dictionary of some megabytes

    return " ".join(str(word) for run in simplified(" ".join(runs)).split() for word in cut(run))


def without_han(text: str) -> str:
    """The text less its Chinese words; a run with kana or hangul in it is not Chinese and stays whole."""
    return _CJK_RUN.sub(lambda run: " " if _HAN_RUN.fullmatch(run.group()) else run.group(), text).strip()
