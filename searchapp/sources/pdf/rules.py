"""The lines that are drawn on a page: edges of tables, and rules above footnotes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from searchapp.sources.pdf.words import Frame

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_OBJECTS = 20_000
MOST_BOXES = 20_000
"""Pages that draw more are maps and plots; so many are looked at."""

MOST_SEGMENTS = 400
"""Of one path."""

THINNEST = 2.5
"""Points: what is thinner is a line."""

SHORTEST = 6.0


Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top edge in the page's own coordinates."""


class Rules(NamedTuple):
    """Drawn lines: ``across`` as (y, left, right), ``down`` as (x, top, bottom), in points from the top left."""

    across: list[tuple[float, float, float]]
    down: list[tuple[float, float, float]]


def rules_of(boxes: Sequence[Box], frame: Frame, turn: int) -> Rules:
    """The lines that ``boxes`` are, and the edges of the larger ones, after ``turn`` quarters."""
    width, height = frame.size(turn)
    across, down = [], []
    for x0, y0, x1, y1 in boxes:
        (left, top), (right, bottom) = frame.seen(x0, y0, turn), frame.seen(x1, y1, turn)
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        wide, high = right - left, bottom - top
        if wide > 0.97 * width and high > 0.5 * height:
            continue  # the paper's colour
        if high <= THINNEST and wide >= SHORTEST:
            across.append(((top + bottom) / 2, left, right))
        elif wide <= THINNEST and high >= SHORTEST:
            down.append(((left + right) / 2, top, bottom))
        elif wide >= SHORTEST and high >= SHORTEST:
            across += [(top, left, right), (bottom, left, right)]
            down += [(left, top, bottom), (right, top, bottom)]
    return Rules(across, down)


def boxes_of(page: PdfPage) -> list[Box]:
    """Each path that ``page`` draws, if it is a line or a box, and each straight piece of the others."""
    return list(islice(_boxes(page), MOST_BOXES))


def _boxes(page: PdfPage) -> Iterator[Box]:
    from pypdfium2 import raw

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(min(raw.FPDFPage_CountObjects(page.raw), MOST_OBJECTS)):
        found = raw.FPDFPage_GetObject(page.raw, number)
        if raw.FPDFPageObj_GetType(found) != raw.FPDF_PAGEOBJ_PATH:
            continue
        pieces = raw.FPDFPath_CountSegments(found)
        if pieces <= 5:
            if raw.FPDFPageObj_GetBounds(found, left, bottom, right, top):
                yield left.value, bottom.value, right.value, top.value
        elif pieces <= MOST_SEGMENTS:
            yield from _pieces(found, pieces)


def _pieces(path: object, count: int) -> Iterator[Box]:
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(path, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    for number in range(count):
        piece = raw.FPDFPath_GetPathSegment(path, number)
        raw.FPDFPathSegment_GetPoint(piece, x, y)
        here = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = raw.FPDFPathSegment_GetType(piece)
        if kind == raw.FPDF_SEGMENT_LINETO and before:
            (x0, y0), (x1, y1) = before, here
            if abs(x0 - x1) < 1 or abs(y0 - y1) < 1:
                yield x0, y0, x1, y1
        before = here
