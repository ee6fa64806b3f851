"""Tables of a page: by their drawn grid where they have one, else by cells that stand below each other in columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from searchapp.sources.pdf.segments import Line, is_rtl
from searchapp.sources.pdf.words import IS_CJK

Column = tuple[float, float]

LEAST_GUTTER = 3.0
"""Points between two columns."""

CROSSING = 0.12
MOST_CROSSING = 30
"""This share of a table's cells, and so many, may reach over a gutter, as a header over several columns does."""

LONGEST_MEAN_CELL = 45
"""Characters: longer ones are columns of running text."""

SHORTEST_PROSE = 22
"""Characters of a line of running text in the narrowest columns, on average."""

GOING_ON = 0.3
"""This share of the lines of running text begins with a small letter, within a sentence."""

_MARKER = re.compile(
    r"(?:[•●▪■◦○‣∙·–—*§\uf0b7\uf0a7✓➢►-]|\(?[0-9a-zA-Z]{1,3}[.):、]?|[（(][一二三四五六七八九十]+[)）、])"
)


@dataclass(slots=True)
class Table:
    """Rows of cells, empty ones kept; ``tops`` says where each row stands. Edges in points from the top left."""

    rows: list[list[str]]
    tops: list[float]
    left: float
    right: float
    top: float
    bottom: float
    index: int
    size: float
    lines: list[Line] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """All of it, for what only asks how much it is."""
        return " ".join(cell for row in self.rows for cell in row)

    @property
    def base(self) -> float:
        """Where its first row stands, as a line would say."""
        return self.top

    @property
    def height(self) -> float:
        """From edge to edge."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left


def table_in(rows: Sequence[Sequence[Line]], *, is_ruled: bool = False) -> Table | None:
    """The table that ``rows`` are, or None for columns of text, lists and whatever else stands side by side."""
    wide = [row for row in rows if len(row) > 1]
    if len(wide) < 2 or 2 * len(wide) < len(rows):
        return None
    columns = columns_of(rows)
    if len(columns) < 2 or (len(columns) == 2 and len(wide) < 3 and not is_ruled):
        return None
    places = [[_column(line, columns) for line in row] for row in rows]
    if not is_ruled and not _looks_like_one(rows, places, columns):
        return None
    made = _continued([_cells(row, place, len(columns)) for row, place in zip(rows, places, strict=True)], rows)
    return built([row for row, _ in made], [top for _, top in made], [line for row in rows for line in row])


def built(rows: list[list[str]], tops: list[float], lines: list[Line]) -> Table:
    """A table of ``lines``, its first column on the right where they are written from there."""
    return Table(
        [row[::-1] for row in rows] if is_rtl(lines) else rows,
        tops,
        min(line.left for line in lines),
        max(line.right for line in lines),
        min(line.top for line in lines),
        max(line.bottom for line in lines),
        min(line.index for line in lines),
        lines[0].size,
        lines,
    )


def columns_of(rows: Sequence[Sequence[Line]]) -> list[Column]:
    """Where the columns stand: white parts them in all rows, those few lines left out that reach over several."""
    lines = sorted((line for row in rows if len(row) > 1 for line in row), key=lambda line: line.width)
    wanted = Counter(len(row) for row in rows if len(row) > 1).most_common(1)[0][0] if lines else 0
    best: list[Column] = []
    for left_out in range(min(MOST_CROSSING, 1 + int(CROSSING * len(lines)))):
        columns = _separate(lines[: len(lines) - left_out])
        if len(columns) > len(best):
            best = columns
        if len(best) >= wanted:
            break
    return best


def _separate(lines: Iterable[Line]) -> list[Column]:
    columns: list[Column] = []
    for line in sorted(lines, key=lambda line: line.left):
        if columns and line.left - columns[-1][1] < LEAST_GUTTER:
            columns[-1] = columns[-1][0], max(columns[-1][1], line.right)
        else:
            columns.append((line.left, line.right))
    return columns


def runs_of_rows(rows: Sequence[Sequence[Line]]) -> Iterable[tuple[int, int]]:
    """Neighbouring rows (start, end) that may be a table: of several lines each, hardly one between them of one."""
    start: int | None = None
    last = -1
    for number, row in enumerate([*rows, []]):
        is_wide = len(row) > 1
        near = start is None or (row and row[0].base - rows[number - 1][0].base < 3.2 * row[0].size)
        if start is not None and (not near or (not is_wide and number - last > 1)):
            if last > start:
                yield start, last + 1
            start = None
        if is_wide:
            start = number if start is None else start
            last = number


def _column(line: Line, columns: Sequence[Column]) -> int:
    """The column that holds most of the line, the first of several that it reaches over."""
    shared = [min(line.right, right) - max(line.left, left) for left, right in columns]
    inside = [number for number, width in enumerate(shared) if width > 0.5 * (columns[number][1] - columns[number][0])]
    return inside[0] if inside else max(range(len(columns)), key=lambda number: shared[number])


def _cells(row: Sequence[Line], places: Sequence[int], count: int) -> list[str]:
    cells = [""] * count
    for line, place in zip(row, places, strict=True):
        cells[place] = joined_cell(cells[place], line.text)
    return cells


def joined_cell(cell: str, text: str) -> str:
    """What a cell holds once ``text`` stands in it too."""
    if not cell or not text:
        return cell or text
    return cell + text if IS_CJK.match(cell[-1]) and IS_CJK.match(text[0]) else f"{cell} {text}"


def _continued(rows: list[list[str]], lines: Sequence[Sequence[Line]]) -> list[tuple[list[str], float]]:
    """Rows with what the next line holds of their cells: it stands nearer than the next row, and begins nothing."""
    bases = [row[0].base for row in lines]
    pitches = sorted(other - one for one, other in pairwise(bases))
    pitch = pitches[len(pitches) // 2] if pitches else 0.0
    made: list[tuple[list[str], float]] = []
    for number, row in enumerate(rows):
        near = number > 0 and bases[number] - bases[number - 1] < 0.85 * pitch
        if near and made and not row[0] and all(made[-1][0][place] for place, cell in enumerate(row) if cell):
            made[-1] = [joined_cell(*pair) for pair in zip(made[-1][0], row, strict=True)], made[-1][1]
        else:
            made.append((row, lines[number][0].top))
    return made


def _looks_like_one(rows: Sequence[Sequence[Line]], places: Sequence[Sequence[int]], columns: Sequence[Column]) -> bool:
    lines = [line for row in rows for line in row]
    length = sum(len(line.text) * (2 if IS_CJK.match(line.text) else 1) for line in lines) / len(lines)
    full = sum(
        line.width > 0.85 * (columns[place][1] - columns[place][0])
        for row, row_places in zip(rows, places, strict=True)
        for line, place in zip(row, row_places, strict=True)
    )
    filled = full / len(lines)
    going_on = sum(line.text[0].islower() for line in lines) / len(lines)
    if length > LONGEST_MEAN_CELL or (length >= SHORTEST_PROSE and (filled >= 0.5 or going_on >= GOING_ON)):
        return False
    if len(columns) == 2:
        first = [row[0].text for row in rows if len(row) > 1]
        if sum(bool(_MARKER.fullmatch(text)) for text in first) > 0.7 * len(first):
            return False
    return not goes_down(rows, places)


def goes_down(rows: Sequence[Sequence[Line]], places: Sequence[Sequence[int]]) -> bool:
    """Whether the file writes column after column rather than row after row."""
    order = {line.index: rank for rank, line in enumerate(sorted(_flat(rows), key=lambda line: line.index))}
    along = sum(order[other.index] == order[one.index] + 1 for row in rows for one, other in pairwise(row))
    last: dict[int, int] = {}
    down = 0
    for row, row_places in zip(rows, places, strict=True):
        for line, place in zip(row, row_places, strict=True):
            down += last.get(place, -9) + 1 == order[line.index]
            last[place] = order[line.index]
    return down > along


def _flat(rows: Sequence[Sequence[Line]]) -> list[Line]:
    return [line for row in rows for line in row]
