"""Recognised lines in the order in which a page is read: columns one after the other, cells of a row side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, product
from statistics import median
from typing import NamedTuple

COLUMN_LINES = 3
"""So many lines at the least make a column."""

COLUMN_SHAPE = 8.0
"""How many times longer than high the lines of a column are in the middle: cells of a table are shorter."""

WIDE = 0.6
"""A line that takes this share of the page's width stands in no column."""

ODD_BANDS = 5
"""So many short lines above or below the columns are looked past, less one."""

SAME_ROW = 0.5
"""Lines of one row share so much of the height of the lower one."""


class Line(NamedTuple):
    """A line of text and where it stands, in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


def in_reading_order(lines: Sequence[Line]) -> str:
    """The text of a page."""
    return "\n".join(row for block in _blocks(lines) for row in _rows(block))


def _blocks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Bands of the page from the top down; those that stand in columns come column by column."""
    bands = _parted(lines, 1, 3)
    extent = max((line.right for line in lines), default=0.0) - min((line.left for line in lines), default=0.0)
    for is_wide, run in groupby(bands, key=lambda band: any(one.right - one.left > WIDE * extent for one in band)):
        together = list(run)
        yield from together if is_wide else _in_columns(together)


def _in_columns(bands: Sequence[Sequence[Line]]) -> Iterator[Sequence[Line]]:
    """Bands of which a few at either end may be short headings over all columns."""
    ends = sorted(product(range(ODD_BANDS), repeat=2), key=sum)
    for above, below in ends:
        inner = bands[above : len(bands) - below]
        columns = _columns([line for band in inner for line in band])
        if len(columns) > 1:
            yield from bands[:above]
            for column in columns:
                yield from _blocks(column)
            yield from bands[len(bands) - below :]
            return
    yield from bands


def _columns(lines: Sequence[Line]) -> list[list[Line]]:
    columns = _parted(lines, 0, 2)
    if len(columns) < 2 or not all(map(_is_column, columns)):
        return [list(lines)]
    return columns


def _is_column(lines: Sequence[Line]) -> bool:
    shape = median((line.right - line.left) / max(line.bottom - line.top, 1.0) for line in lines)
    return len(lines) >= COLUMN_LINES and shape >= COLUMN_SHAPE


def _parted(lines: Sequence[Line], start: int, end: int) -> list[list[Line]]:
    """Groups of lines between which nothing stands, along the axis of the fields ``start`` and ``end``."""
    groups: list[list[Line]] = []
    reach = float("-inf")
    for line in sorted(lines, key=lambda one: float(one[start])):
        if float(line[start]) > reach:
            groups.append([])
        groups[-1].append(line)
        reach = max(reach, float(line[end]))
    return groups


def _rows(lines: Sequence[Line]) -> Iterator[str]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.top + one.bottom):
        if rows and _is_beside(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        yield " ".join(line.text for line in sorted(row))


def _is_beside(one: Line, other: Line) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > SAME_ROW * min(one.bottom - one.top, other.bottom - other.top)
