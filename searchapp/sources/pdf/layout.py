"""A page's lines in the order in which a person reads them: columns one after the other, tables row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from searchapp.sources.pdf.grids import grids_in
from searchapp.sources.pdf.rules import Rules
from searchapp.sources.pdf.segments import Line, is_rtl, lines_of, merged, rows_of, without_line_numbers
from searchapp.sources.pdf.tables import GOING_ON, Table, runs_of_rows, table_in
from searchapp.sources.pdf.tables import SHORTEST_PROSE as RUNNING
from searchapp.sources.pdf.words import IS_CJK, View

DEEPEST = 8
"""Columns within columns."""

LEAST_GUTTER = 0.6
"""In sizes of the font."""

STOPS = tuple('.!?:。！？：…”"')

LEAST_LINES = 3
"""A column has so many."""

SHORTEST_PROSE = 12
"""Characters a line, on average: where a side has fewer, they belong to the lines at their side."""

SHORTEST_ENTRY = 4

MOST_LINES = 1500
"""On one page; a page with more (a map, a plot) is read row by row."""

Item: TypeAlias = Line | Table

ITEM_START = re.compile(r"(?:[•●▪■◦‣∙\uf0b7✓➢►]|[-–*] |\(?[0-9a-zA-Z]{1,2}[.)、] |[（(][一二三四五六七八九十]+[)）])")
CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|chart|exhibit|box|abb(?:ildung|\.)|tableau|图|表|圖|図)\s?[0-9０-９一二三四五六七八九十IVX]",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; ``right`` is the edge at which the margin broke them."""

    lines: list[Line]
    right: float


Block: TypeAlias = Paragraph | Table


def blocks_of(view: View, rules: Rules) -> list[Block]:
    """What stands on a page, in reading order; ``rules`` are its drawn lines, joined."""
    lines = without_line_numbers(lines_of(view.words, rules.down))
    vertical = sum(len(line.text) for line in lines if line.is_vertical)
    if vertical * 2 > sum(len(line.text) for line in lines):
        return list(_vertical_paragraphs(sorted(lines, key=lambda line: line.index)))
    tables = list(grids_in(lines, rules))
    inside = {id(line) for table in tables for line in table.lines}
    items: list[Item] = [*(line for line in lines if id(line) not in inside), *tables]
    return list(_blocks(ordered(items)))


def ordered(items: Sequence[Item], depth: int = 0) -> list[list[Item]]:
    """Regions in reading order, each to be read row by row."""
    may_have = depth < DEEPEST and 2 * LEAST_LINES <= len(items) <= MOST_LINES
    gutter = _gutter(items) if may_have else None
    if gutter is None:
        bands = _bands(items) if may_have and _stand_aside(items) else []
        parts = [ordered(band, depth + 1) for band in bands]
        if any(len(regions) > 1 for regions in parts):
            return [region for regions in parts for region in regions]
        return [list(items)] if items else []  # no columns in any of them: a table's rows stay together
    made: list[list[Item]] = []
    first: list[Item] = []
    second: list[Item] = []
    over: list[Item] = []
    from_right = is_rtl(items)
    for item in sorted(items, key=lambda item: item.top):
        if item.right > gutter > item.left:
            made += [*ordered(first, depth + 1), *ordered(second, depth + 1)]
            first, second = [], []
            over.append(item)
        else:
            made += [over] if over else []
            over = []
            (second if (item.left >= gutter) != from_right else first).append(item)
    return [*made, *([over] if over else []), *ordered(first, depth + 1), *ordered(second, depth + 1)]


def _stand_aside(items: Sequence[Item]) -> bool:
    """Whether any two of the items stand side by side."""
    by_top = sorted(items, key=lambda item: item.top)
    return any(other.top < one.bottom - 0.5 * one.size for one, other in pairwise(by_top))


def _bands(items: Sequence[Item]) -> list[list[Item]]:
    """Items parted by the widest white stripe across, if there is one that is wide."""
    by_top = sorted(items, key=lambda item: item.top)
    size = median(item.size for item in items)
    reach, widest, at = by_top[0].bottom, 0.0, 0
    for number, item in enumerate(by_top[1:], start=1):
        if item.top - reach > widest:
            widest, at = item.top - reach, number
        reach = max(reach, item.bottom)
    return [by_top[:at], by_top[at:]] if widest > 0.6 * size else [list(items)]


def _gutter(items: Sequence[Item]) -> float | None:
    """The white stripe down between two columns of text, or None."""
    size = median(item.size for item in items)
    best: tuple[float, float] | None = None
    for start, end in _stripes(items, LEAST_GUTTER * size):
        middle = (start + end) / 2
        left = [item for item in items if item.right <= middle]
        right = [item for item in items if item.left >= middle]
        across = sum(item.height for item in items if item.left < middle < item.right)
        lesser = min(sum(item.height for item in left), sum(item.height for item in right))
        if across > 1.5 * lesser or not _are_columns(left, right):
            continue
        worth = lesser - 2 * across
        if best is None or worth > best[0]:
            best = worth, middle
    return best[1] if best else None


def _stripes(items: Sequence[Item], least: float) -> Iterator[tuple[float, float]]:
    """Stripes down that few items reach over."""
    most = 0.6 * sum(item.height for item in items)
    edges = sorted([(item.left, item.height) for item in items] + [(item.right, -item.height) for item in items])
    covering = 0.0
    start, lowest = edges[0][0], most
    for (x, step), (following, _) in pairwise(edges):
        covering += step
        if following - x <= 0:
            continue
        if covering > lowest + 0.5:  # the stripe that was open ends here
            if lowest < most and x - start >= least:
                yield start, x
            lowest = most if covering >= most else covering
            start = x
        elif covering < lowest - 0.5:
            start, lowest = x, covering
    # What is open at the right edge has nothing on its other side.


def _are_columns(left: Sequence[Item], right: Sequence[Item]) -> bool:
    if min(len(left), len(right)) < LEAST_LINES and not any(isinstance(item, Table) for item in (*left, *right)):
        return False
    if not left or not right:
        return False
    top = max(min(item.top for item in left), min(item.top for item in right))
    bottom = min(max(item.bottom for item in left), max(item.bottom for item in right))
    lower = min(sum(item.height for item in left), sum(item.height for item in right))
    if bottom - top < 0.5 * lower:
        return False  # they stand below each other
    order = sorted([(item.index, 0) for item in left] + [(item.index, 1) for item in right])
    switches = sum(one[1] != other[1] for one, other in pairwise(order))
    shortest = min(map(_mean_length, (left, right)))
    if shortest < SHORTEST_PROSE:
        return switches == 1 and shortest >= SHORTEST_ENTRY  # an index, a list of names
    if switches <= max(3, 0.7 * min(len(left), len(right))):
        return True
    # Written row by row, which says nothing of running text, nor of lines that stand on other levels.
    return not _share_levels(left, right) or all(_is_prose(side) for side in (left, right))


def _share_levels(left: Sequence[Item], right: Sequence[Item]) -> bool:
    """Whether most lines of the lesser side stand beside one of the other, as the cells of a row do."""
    few, many = sorted((left, right), key=len)
    top, bottom = min(item.base for item in many), max(item.base for item in many)
    beside = [item for item in few if top <= item.base <= bottom]
    shared = sum(any(abs(item.base - other.base) < 0.15 * item.size for other in many) for item in beside)
    return 2 * shared >= len(beside)


def _mean_length(items: Iterable[Item]) -> float:
    lengths = [len(item.text) * (2 if IS_CJK.search(item.text) else 1) for item in items]
    return sum(lengths) / len(lengths)


def _is_prose(items: Sequence[Item]) -> bool:
    """Whether lines are long, and fill their column or go on from one to the next."""
    if _mean_length(items) < RUNNING:
        return False
    width = max(item.right for item in items) - min(item.left for item in items)
    full = sum(item.width > 0.85 * width for item in items)
    going_on = sum(item.text[:1].islower() for item in items)
    return full >= 0.5 * len(items) or going_on >= GOING_ON * len(items)


def _blocks(regions: Iterable[list[Item]]) -> Iterator[Block]:
    for region in regions:
        lines = [item for item in region if isinstance(item, Line)]
        tables = sorted((item for item in region if isinstance(item, Table)), key=lambda table: table.top)
        rows = rows_of(lines)
        while rows or tables:
            if tables and (not rows or tables[0].top <= rows[0][0].top):
                yield tables.pop(0)
                continue
            until = tables[0].top if tables else float("inf")
            count = sum(row[0].top < until for row in rows)
            yield from _text_blocks(rows[:count])
            rows = rows[count:]


def _text_blocks(rows: Sequence[list[Line]]) -> Iterator[Block]:
    position = 0
    for start, end in runs_of_rows(rows):
        table = table_in(rows[start:end])
        if table:
            yield from _paragraphs([merged(row) for row in rows[position:start]])
            yield table
            position = end
    yield from _paragraphs([merged(row) for row in rows[position:]])


def _vertical_paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Columns of characters, joined where the next one goes on at the left of the last."""
    made: list[Line] = []
    for line in lines:
        goes_on = made and 0 < made[-1].left - line.left < 2.5 * line.size and abs(made[-1].top - line.top) < line.size
        if made and not goes_on:
            yield Paragraph(made, made[0].right)
            made = []
        made.append(line)
    if made:
        yield Paragraph(made, made[0].right)


def _paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    pitches = sorted(other.base - one.base for one, other in pairwise(lines))
    pitch = pitches[len(pitches) // 3] if pitches else 0.0
    right = max((line.right for line in lines), default=0.0)
    made: list[Line] = []
    for line in lines:
        if made and _begins_another(made, line, pitch, right):
            yield Paragraph(made, _margin(made, right))
            made = []
        made.append(line)
    if made:
        yield Paragraph(made, _margin(made, right))


def _margin(lines: Sequence[Line], right: float) -> float:
    """The right edge of a paragraph: its own where most of its lines end there, else that of what stands around it."""
    own = max(line.right for line in lines)
    near = own - 3 * lines[0].size
    whole = lines[:-1]
    return own if len(whole) > 1 and sum(line.right > near for line in whole) >= 0.75 * len(whole) else right


def _begins_another(lines: Sequence[Line], line: Line, pitch: float, right: float) -> bool:
    last = lines[-1]
    gap = line.base - last.base
    size = max(last.size, line.size)
    other_size = abs(last.size - line.size) > 0.12 * size and abs(last.largest - line.largest) > 0.12 * size
    if other_size or gap > max(1.3 * pitch, 1.35 * size):
        return True
    if ITEM_START.match(line.text) or CAPTION.match(line.text):
        return gap > 1.6 * size or line.left < min(one.left for one in lines) + size
    is_indented = line.left - min(one.left for one in lines) > 0.8 * size
    return last.text[-1:] in STOPS and (is_indented or last.right < right - 4 * size)
