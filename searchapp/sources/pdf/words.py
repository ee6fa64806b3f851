"""The words of a PDF page and where they stand, by PDFium: turned so that their lines run from left to right.

Only the ends of a word are asked for, since each question costs a call; a word that does not fit between its ends (one
that goes on in the next line, letters far apart) is looked at letter by letter.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

SCRIPTS_WITHOUT_SPACES = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
IS_CJK = re.compile(f"[{SCRIPTS_WITHOUT_SPACES}]")
IS_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TOKEN = re.compile(r"[^\s\x00]+")
_HYPHENS = "\x02\xad\ufffe"
_HAS_HYPHEN = re.compile(f"[{_HYPHENS}]")
"""What PDFium makes of a hyphen at a line's end."""

LEAST_SPACED = 4
"""So many single letters in a row are one word, set with letter spacing."""

MOST_CHARACTERS = 200_000
"""On one page; what stands behind them is left out."""


class Word(NamedTuple):
    """Letters without a gap, in points from the top left: ``base`` is the line they stand on, ``at`` their place in
    PDFium's text.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    at: int

    @property
    def top(self) -> float:
        """The upper edge, of capitals."""
        return self.base - 0.75 * self.size

    @property
    def bottom(self) -> float:
        """The lower edge, of descenders."""
        return self.base + 0.25 * self.size


@dataclass(frozen=True, slots=True)
class View:
    """Words that run in one direction, on the page turned so that it is left to right."""

    turn: int
    width: float
    height: float
    words: list[Word]


@dataclass(frozen=True, slots=True)
class Frame:
    """The page's visible part in its own coordinates, and how it is turned (quarters, clockwise)."""

    left: float
    bottom: float
    right: float
    top: float
    turn: int

    def seen(self, x: float, y: float, turn: int) -> tuple[float, float]:
        """A point from the top left, after ``turn`` quarters."""
        if turn == 0:
            return x - self.left, self.top - y
        if turn == 1:
            return y - self.bottom, x - self.left
        if turn == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def size(self, turn: int) -> tuple[float, float]:
        """Width and height after ``turn`` quarters."""
        size = self.right - self.left, self.top - self.bottom
        return size if turn % 2 == 0 else size[::-1]


def frame_of(page: PdfPage) -> Frame:
    """Where ``page`` lies."""
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, page.get_rotation() // 90 % 4)


def views_of(frame: Frame, layer: PdfTextPage) -> list[View]:
    """The words by the direction in which they run, the direction of most characters first."""
    found: defaultdict[int, list[Word]] = defaultdict(list)
    for word, turn in _Reader(frame, layer).words():
        found[turn].append(word)
    ranked = sorted(found, key=lambda turn: sum(len(word.text) for word in found[turn]), reverse=True)
    return [View(turn, *frame.size(turn), _unspaced(_seen(found[turn], *frame.size(turn)))) for turn in ranked]


def _seen(words: list[Word], width: float, height: float) -> list[Word]:
    """The words on the page; printers' notes beside it are left out, unless all is beside it."""
    inside = [word for word in words if word.right > 0 and word.left < width and word.bottom > 0 and word.top < height]
    return inside if 2 * len(inside) >= len(words) else words


class _Reader:
    def __init__(self, frame: Frame, layer: PdfTextPage) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._layer = layer.raw
        self._frame = frame
        self._rect = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()

    def words(self) -> Iterator[tuple[Word, int]]:
        for token in _TOKEN.finditer(self._text()):
            text = token[0]
            if len(text) > 1 and IS_RTL.search(text):
                text = self._with_ligatures(text, token.start())
            yield from self._word(text, token.start())

    def _text(self) -> str:
        """One character for each of PDFium's."""
        raw = self._raw
        count = min(raw.FPDFText_CountChars(self._layer), MOST_CHARACTERS)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (2 * count + 2))()
        units = raw.FPDFText_GetText(self._layer, 0, count, buffer) - 1
        text = bytes(buffer)[: 2 * units].decode("utf-16-le", errors="replace")
        if len(text) == units == count:
            return text
        codes = (raw.FPDFText_GetUnicode(self._layer, index) for index in range(count))
        return "".join(chr(code) if code and not 0xD800 <= code < 0xE000 and code < 0x110000 else " " for code in codes)

    def _with_ligatures(self, text: str, index: int) -> str:
        """Letters that one glyph draws, as lam and alef, the right way round: PDFium turns them with the line."""
        places = [self._origin(index + offset) for offset in range(len(text))]
        made = ""
        start = 0
        for end in range(1, len(text) + 1):
            if end == len(text) or places[end] != places[start] or not IS_RTL.match(text[end]):
                made += text[start:end][::-1]
                start = end
        return made

    def _origin(self, index: int) -> tuple[float, float]:
        self._raw.FPDFText_GetCharOrigin(self._layer, index, self._x, self._y)
        return self._x.value, self._y.value

    def _word(self, text: str, index: int) -> Iterator[tuple[Word, int]]:
        last = len(text) - 1
        scale, turn = self._direction(index)
        size = max(0.1, self._raw.FPDFText_GetFontSize(self._layer, index) * scale)
        left, right, base = self._place(index, turn)
        if last == 0:
            if text not in _HYPHENS:
                yield Word(text, left, right, base, size, index), turn
            return
        start, end, end_base = self._place(index + last, turn)
        wide = max(right, end) - min(left, start)
        backwards = end < left and not IS_RTL.search(text)
        room = size * (1.25 if IS_CJK.search(text) else 1.0) * (last + 1.5)
        if backwards or wide > room or abs(base - end_base) > 0.4 * size or _HAS_HYPHEN.search(text):
            yield from self._letters(text, index, size, turn)
        else:
            yield Word(text, min(left, start), max(right, end), base, size, index), turn

    def _letters(self, text: str, index: int, size: float, turn: int) -> Iterator[tuple[Word, int]]:
        """The word cut where its letters jump."""
        part, first = "", index
        left = right = base = 0.0
        for offset, letter in enumerate(text):
            is_hyphen = letter in _HYPHENS
            start, end, line = self._place(index + offset, turn)
            reads_on = abs(line - base) < 0.4 * size and -0.3 * size < _gap(left, right, start, end) < 0.3 * size
            if part and not reads_on:
                yield Word(part, left, right, base, size, first), turn
                part = ""
            if is_hyphen:
                ends_line = offset + 1 == len(text) or (
                    abs(self._place(index + offset + 1, turn)[2] - (base if part else line)) > 0.4 * size
                )
                if part and ends_line:
                    part += "-"
                elif part:  # a letter that the file does not tell, or a hyphen that no line needs
                    left, right = min(left, start), max(right, end)
                continue
            if not part:
                left, right, base, first = start, end, line, index + offset
            part += letter
            left, right = min(left, start), max(right, end)
        if part:
            yield Word(part, left, right, base, size, first), turn

    def _direction(self, index: int) -> tuple[float, int]:
        """How much the font is enlarged, and the turn after which the word runs to the right."""
        matrix = self._matrix
        if not self._raw.FPDFText_GetMatrix(self._layer, index, matrix):
            return 1.0, self._frame.turn
        quarters = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2))
        return math.hypot(matrix.c, matrix.d) or 1.0, quarters % 4

    def _place(self, index: int, turn: int) -> tuple[float, float, float]:
        """Left and right edge of a letter, and the line it stands on."""
        rect = self._rect
        self._raw.FPDFText_GetLooseCharBox(self._layer, index, rect)
        self._raw.FPDFText_GetCharOrigin(self._layer, index, self._x, self._y)
        x0, _ = self._frame.seen(rect.left, rect.bottom, turn)
        x1, _ = self._frame.seen(rect.right, rect.top, turn)
        _, base = self._frame.seen(self._x.value, self._y.value, turn)
        return (x0, x1, base) if x0 <= x1 else (x1, x0, base)


def _gap(left: float, right: float, start: float, end: float) -> float:
    """Between what stands from ``left`` to ``right`` and the next letter, on whichever side it comes."""
    return start - right if start >= left else left - end


def _unspaced(words: list[Word]) -> list[Word]:
    """The words of letters set apart put together."""
    made: list[Word] = []
    run: list[Word] = []
    for word in words:
        if run and not _may_be_spaced(run[-1], word):
            made += _put_together(run)
            run = []
        run.append(word)
    return made + _put_together(run)


def _may_be_spaced(one: Word, other: Word) -> bool:
    return (
        len(one.text) == len(other.text) == 1
        and one.text.isalpha()
        and other.text.isalpha()
        and not IS_CJK.match(one.text)
        and abs(one.base - other.base) < 0.1 * one.size
        and 0 < other.left - one.right < 2 * one.size
    )


def _put_together(run: list[Word]) -> list[Word]:
    if len(run) < LEAST_SPACED:
        return run
    gaps = sorted(other.left - one.right for one, other in pairwise(run))
    widest = 1.5 * gaps[len(gaps) // 3] + 0.05 * run[0].size
    made = [run[0]]
    for one, other in pairwise(run):
        last = made[-1]
        if other.left - one.right <= widest:
            made[-1] = last._replace(text=last.text + other.text, right=other.right)
        else:
            made.append(other)
    return made
