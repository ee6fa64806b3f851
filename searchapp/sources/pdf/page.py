"""A page of a PDF, laid out: its blocks in reading order, and what they look like."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from typing import TYPE_CHECKING

from searchapp.sources.pdf.grids import MOST_RULES, joined_rules
from searchapp.sources.pdf.layout import CAPTION, Block, Paragraph, blocks_of
from searchapp.sources.pdf.rules import Box, Rules, rules_of
from searchapp.sources.pdf.segments import Line
from searchapp.sources.pdf.tables import Table
from searchapp.sources.pdf.words import IS_CJK, IS_RTL, Frame, views_of

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

NARROWEST_PROSE = 12
"""In sizes of the font: lines in narrower blocks (addresses, verses, labels) stay lines."""

_BOLD = re.compile(r"bold|black|heavy|demi|semib|[-,]bd\b|黑体|simhei", re.IGNORECASE)
_LEADERS = re.compile(r"(?:[.·…_](?: ?[.·…_]){4,})")
"""Dots that lead the eye to a page number, lines to be filled in."""


_NUMBERED = re.compile(r"\d+(?:\.\d+)+\.? \S")
"""An entry of a table of contents."""


class Role(Enum):
    """What a block is to its reader."""

    TEXT = auto()
    TABLE = auto()
    HEADING = auto()
    CAPTION = auto()
    FOOTNOTE = auto()
    FURNITURE = auto()
    ASIDE = auto()
    """Runs in another direction than the page."""


@dataclass(slots=True)
class Piece:
    """A block as text. Edges in points from the top left; ``rows`` are a table's."""

    text: str
    role: Role
    top: float
    bottom: float
    left: float
    size: float
    is_bold: bool = False
    lines: int = 1
    rows: list[list[str]] = field(default_factory=list)
    level: int = 0


@dataclass(slots=True)
class LaidPage:
    """What stands on one page, in reading order. Sizes in points."""

    width: float
    height: float
    pieces: list[Piece]


def lay_out(frame: Frame, layer: PdfTextPage, boxes: Sequence[Box]) -> LaidPage:
    """Read one page by where its words stand and what is drawn around them."""
    views = views_of(frame, layer)
    looks = _Looks(layer)
    pieces: list[Piece] = []
    for number, view in enumerate(views):
        drawn = rules_of(boxes, frame, view.turn)
        rules = Rules(joined_rules(drawn.across), joined_rules(drawn.down))
        if max(map(len, rules)) > MOST_RULES:
            rules = Rules([], [])
        found = [piece for block in blocks_of(view, rules) for piece in _pieces(block, looks)]
        if number:
            for piece in found:
                piece.role = Role.ASIDE
        pieces += found
    width, height = frame.size(views[0].turn) if views else (0.0, 0.0)
    return LaidPage(width, height, pieces)


def _pieces(block: Block, looks: _Looks) -> Iterator[Piece]:
    if isinstance(block, Table):
        rows = [[_LEADERS.sub("", cell).strip() for cell in row] for row in block.rows]
        text = " ".join(cell for row in rows for cell in row)
        yield Piece(text, Role.TABLE, block.top, block.bottom, block.left, block.size, rows=rows)
        return
    bold = [looks.is_bold(line) for line in block.lines[:4]]
    for lines, is_bold in _parted(block, bold):
        text = text_of(lines, block.right)
        role = Role.CAPTION if CAPTION.match(text) else Role.TEXT
        size = max(lines, key=lambda line: len(line.text)).size
        top, bottom = min(line.top for line in lines), max(line.bottom for line in lines)
        yield Piece(text, role, top, bottom, min(line.left for line in lines), size, is_bold, len(lines))


def _parted(block: Paragraph, bold: Sequence[bool]) -> Iterator[tuple[list[Line], bool]]:
    """A paragraph, its first lines apart where they alone are bold."""
    lines = block.lines
    heading = next((number for number, is_bold in enumerate(bold) if not is_bold), len(bold))
    if 0 < heading < len(lines) and heading <= 2 and len(bold) > heading:
        yield lines[:heading], True
        yield lines[heading:], False
    else:
        yield lines, heading == len(bold) and len(lines) <= 4


def text_of(lines: Sequence[Line], right: float) -> str:
    """The lines of a paragraph, joined where the margin broke them; a hyphen at a line's end keeps its line break."""
    text = lines[0].text
    for line, between in zip(lines[1:], breaks_of(lines, right), strict=True):
        text += between + line.text
    return text if any(line.is_vertical for line in lines) else _LEADERS.sub(" ... ", text)


def breaks_of(lines: Sequence[Line], right: float) -> list[str]:
    """What stands between the lines of a paragraph when they are read: a line break, a space, or nothing."""
    if any(line.is_vertical for line in lines):
        bottom = max(line.bottom for line in lines)
        return ["" if line.bottom > bottom - 2 * line.size else "\n" for line in lines[:-1]]
    left = min(line.left for line in lines)
    return [_break(line, following, left, right) for line, following in pairwise(lines)]


def _break(line: Line, following: Line, left: float, right: float) -> str:
    is_full = right - left >= NARROWEST_PROSE * line.size and _would_not_fit(line, following, left, right)
    is_entry = bool(_NUMBERED.match(following.text)) and line.text[-1:].isdigit()
    if not is_full or is_entry or _LEADERS.search(line.text) or line.text.endswith(("-", "\u2010")):
        return "\n"
    return "" if IS_CJK.match(line.text[-1]) and IS_CJK.match(following.text[0]) else " "


def _would_not_fit(line: Line, following: Line, left: float, right: float) -> bool:
    """Whether the first word of the next line has no room at this one's end: it was the margin that broke it."""
    word = following.text.split(" ", 1)[0]
    if IS_CJK.match(word):
        wide = 2.2 * following.size
    else:
        wide = following.width * (len(word) + 0.8) / max(1, len(following.text))
    room = line.left - left if IS_RTL.search(line.text) else right - line.right
    return room < wide


class _Looks:
    """What PDFium says of a font."""

    def __init__(self, layer: PdfTextPage) -> None:
        from pypdfium2 import raw

        self._raw = raw
        self._layer = layer.raw
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()

    def is_bold(self, line: Line) -> bool:
        """Whether the line begins and ends in bold letters."""
        return self._at(line.index) and self._at(line.last)

    def _at(self, index: int) -> bool:
        size = self._raw.FPDFText_GetFontInfo(self._layer, index, self._name, 128, self._flags)
        if size and _BOLD.search(self._name.value.decode("utf-8", "replace")):
            return True
        return bool(self._raw.FPDFText_GetFontWeight(self._layer, index) >= 650)
