"""Tables whose cells are drawn: lines across and down that meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from searchapp.sources.pdf.rules import Rules
from searchapp.sources.pdf.segments import Line, rows_of
from searchapp.sources.pdf.tables import Table, built, joined_cell, table_in

Rule = tuple[float, float, float]
"""Where it lies, where it begins and ends."""

NEAR = 3.0
"""Points within which lines meet."""

NARROWEST = 8.0
"""Points of a column."""

LEAST_FILLED = 0.25
LEAST_WIDE = 4
"""A table of more columns has text in this share of its cells."""

MOST_RULES = 400
"""In each direction, once pieces of one line are put together; a page with more is a drawing."""

LONGEST_MEAN_CELL = 400
"""Characters: boxes around more are a page's layout."""


def joined_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Rules with pieces of one line put together, in order."""
    lines: defaultdict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        lines[round(rule[0] / 1.5)].append(rule)
    made: list[Rule] = []
    for place in sorted(lines):
        for at, start, end in sorted(lines[place], key=lambda rule: rule[1]):
            if made and round(made[-1][0] / 1.5) == place and start <= made[-1][2] + NEAR:
                made[-1] = made[-1][0], made[-1][1], max(made[-1][2], end)
            else:
                made.append((at, start, end))
    return made


def grids_in(lines: Sequence[Line], rules: Rules) -> Iterator[Table]:
    """The tables among ``lines`` that ``rules`` (joined) draw."""
    taken: set[int] = set()
    for across, down in _meeting(rules):
        sides = [side for rule in across for side in rule[1:]]
        columns = _distinct([*(rule[0] for rule in down), *([min(sides), max(sides)] if sides else [])])
        levels = _distinct([*(rule[0] for rule in across), *(end for rule in down for end in rule[1:])])
        if len(columns) < 3 or len(levels) < 2:
            continue
        inside = [
            line for line in _within(lines, columns[0], columns[-1], levels[0], levels[-1]) if id(line) not in taken
        ]
        table = _from_grid(inside, columns, levels)
        if table:
            taken.update(map(id, inside))
            yield table
    for left, right, levels in _stacks(rules.across):
        inside = [line for line in _within(lines, left, right, levels[0], levels[-1]) if id(line) not in taken]
        rows = rows_of(inside)
        table = table_in(rows, is_ruled=True) if len(rows) > 1 and _fits(rows) else None
        if table:
            taken.update(map(id, inside))
            yield table


def _fits(rows: Sequence[Sequence[Line]]) -> bool:
    lines = [line for row in rows for line in row]
    return sum(len(line.text) for line in lines) < 40 * len(lines)


def _meeting(rules: Rules) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """Groups of lines across and down that meet one another."""
    across, down = rules
    group = list(range(len(across) + len(down)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for number, (y, left, right) in enumerate(across):
        for other, (x, top, bottom) in enumerate(down, start=len(across)):
            if left - NEAR <= x <= right + NEAR and top - NEAR <= y <= bottom + NEAR:
                group[root(number)] = root(other)
    found: defaultdict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for number, rule in enumerate(across):
        found[root(number)][0].append(rule)
    for number, rule in enumerate(down, start=len(across)):
        found[root(number)][1].append(rule)
    yield from sorted(found.values(), key=lambda pair: -len(pair[0]) * len(pair[1]))


def _distinct(places: Iterable[float]) -> list[float]:
    made: list[float] = []
    for place in sorted(places):
        if not made or place - made[-1] > NEAR:
            made.append(place)
    return made


def _within(lines: Iterable[Line], left: float, right: float, top: float, bottom: float) -> list[Line]:
    return [
        line
        for line in lines
        if left - NEAR <= (line.left + line.right) / 2 <= right + NEAR
        and top - NEAR <= (line.top + line.bottom) / 2 <= bottom + NEAR
    ]


def _from_grid(lines: list[Line], columns: Sequence[float], levels: Sequence[float]) -> Table | None:
    bands: defaultdict[int, list[Line]] = defaultdict(list)
    for line in lines:
        bands[_slot((line.top + line.bottom) / 2, levels)].append(line)
    rows: list[list[str]] = []
    tops: list[float] = []
    for band in sorted(bands):
        inner = rows_of(bands[band])
        for part in _parts(inner, columns) if 3 * len(bands[band]) > 2 * len(lines) or len(bands) <= 3 else [inner]:
            cells = [""] * (len(columns) - 1)
            for row in part:
                for line in row:
                    place = _column(line, columns)
                    cells[place] = joined_cell(cells[place], line.text)
            rows.append(cells)
            tops.append(part[0][0].top)
    filled = [cell for row in rows for cell in row if cell]
    is_table = len(rows) > 1 and sum(len(list(filter(None, row))) > 1 for row in rows) > 1
    if not is_table or sum(map(len, filled)) > LONGEST_MEAN_CELL * len(filled):
        return None
    # An empty column is one all the same, unless it is the space between two lines that are drawn as one.
    wide = [right - left >= NARROWEST for left, right in pairwise(columns)]
    used = [place for place, is_wide in enumerate(wide) if is_wide or any(row[place] for row in rows)]
    if len(used) > LEAST_WIDE and len(filled) < LEAST_FILLED * len(used) * len(rows):
        return None  # words in a drawing
    return built([[row[place] for place in used] for row in rows], tops, lines)


def _parts(rows: list[list[Line]], columns: Sequence[float]) -> list[list[list[Line]]]:
    """The rows that no lines part: each begins in the first column and fills half of all that are used."""
    used = {_column(line, columns) for row in rows for line in row}
    starts = []
    for number, row in enumerate(rows):
        here = {_column(line, columns) for line in row}
        if min(used) in here and 2 * len(here) >= len(used) > 1:
            starts.append(number)
    if len(starts) < 2:
        return [rows]
    return [rows[start:end] for start, end in pairwise([0, *starts[1:], len(rows)])]


def _column(line: Line, columns: Sequence[float]) -> int:
    """The column in which a line begins."""
    return _slot(line.left + min(line.width / 2, line.size), columns)


def _slot(place: float, edges: Sequence[float]) -> int:
    return max(0, min(sum(edge <= place for edge in edges) - 1, len(edges) - 2))


def _stacks(across: Sequence[Rule]) -> Iterator[tuple[float, float, list[float]]]:
    """Lines across below each other, of one width: a table that has no others."""
    stacks: defaultdict[tuple[int, int], list[Rule]] = defaultdict(list)
    for rule in across:
        stacks[round(rule[1] / 6), round(rule[2] / 6)].append(rule)
    for rules in stacks.values():
        if len(rules) >= 3:
            yield rules[0][1], rules[0][2], sorted(rule[0] for rule in rules)
