"""How well a page's text reads: which of two readings is torn, and whether one says anything at all."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from searchapp.sources.pdf.words import IS_CJK

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_GLYPH_NAME = re.compile(r"/(?:g|gid|cid|glyph|uni|c|G)\d{1,5}|/[a-z]{1,12}\.[a-z]{2,6}\b|\(cid:\d+\)")
"""A glyph's name where its character should stand."""

_UNTOLD = re.compile("[\ufffd\ufffe\uffff\ue000-\uf8ff\x00-\x08\x0e-\x1f\U000f0000-\U0010ffff]")
_BULLETS = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc\uf06c\uf06e\uf071\uf0a8\uf020]")
"""Signs of Symbol and Wingdings, whose place is known."""

_SINGLE = re.compile(r"(?<!\S)[^\W\d_](?!\S)")
_LONG = re.compile(r"[A-Za-z]{25,}")

SAMPLE = 64
"""Letters of a page whose font is asked about."""

LEAST_LETTERS = 0.6
"""Of a text that is no table of numbers."""

SUSPECT = 0.02
TORN = 0.35
"""This share of the words is a single letter."""


def untold(text: str) -> float:
    """The share of the text that the file does not tell, or names instead of telling."""
    letters = len("".join(text.split()))
    if not letters:
        return 0.0
    named = sum(len(found[0]) for found in _GLYPH_NAME.finditer(text))
    return min(1.0, (len(_UNTOLD.findall(text)) - len(_BULLETS.findall(text)) + named) / letters)


def is_guessed(layer: PdfTextPage, text: str) -> bool:
    """Whether the fonts of a page name no characters, and what PDFium guesses of their codes reads like no language."""
    from pypdfium2 import raw

    count = raw.FPDFText_CountChars(layer.raw)
    places = range(0, count, max(1, count // SAMPLE))
    told = [raw.FPDFText_HasUnicodeMapError(layer.raw, place) for place in places]
    if 2 * told.count(1) <= len(told):
        return False
    letters = [letter for letter in text.casefold() if letter.isalpha()]
    vowels = sum(unicodedata.normalize("NFD", letter)[0] in "aeiouyаеиоуыэюяαεηιουω" for letter in letters)
    return len(letters) < LEAST_LETTERS * len("".join(text.split())) or not 0.25 < vowels / max(1, len(letters)) < 0.6


def is_illegible(text: str) -> bool:
    """Whether most of the text is characters that the file does not tell: its fonts name none, or are lost."""
    return untold(text) > 0.5


def is_suspect(text: str) -> bool:
    """Whether another reader may make more of the page."""
    return not text.strip() or untold(text) > SUSPECT or _torn(text) > TORN or _run_together(text) > SUSPECT


def worth(text: str) -> float:
    """Letters that read well; of two readings of one page the better one has more."""
    return len("".join(text.split())) * (1 - untold(text)) * (1 - _torn(text)) * (1 - _run_together(text) / 2)


def _torn(text: str) -> float:
    words = text.split()
    if len(words) < 20 or IS_CJK.search(text):
        return 0.0
    return len(_SINGLE.findall(text)) / len(words)


def _run_together(text: str) -> float:
    return sum(len(word) for word in _LONG.findall(text)) / max(1, len(text))


def in_chinese(text: str) -> bool:
    """Whether the text is Chinese, its bytes taken for Western letters by a font that does not say what they are."""
    letters = "".join(text.split())
    western = sum("\xa1" <= letter <= "\xff" for letter in letters)
    return len(letters) >= 4 and 2 * western > len(letters) and bool(IS_CJK.search(as_chinese(text)))


def as_chinese(text: str) -> str:
    """Such text as it was meant; what does not read as Chinese stays."""
    return _WESTERN.sub(_decoded, text)


def _decoded(found: re.Match[str]) -> str:
    try:
        decoded = found[0].encode("latin-1").decode("gb2312")
    except UnicodeError:
        return found[0]
    return decoded if len(decoded) > 1 else found[0]


_WESTERN = re.compile("[\xa1-\xfe]{4,}")
