"""A sheet as its readers hand it over: the cells that hold text, wherever they are, and rows made of them.

A sheet may have a cell in its last row and column and nothing between: nothing here grows with its size.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from searchapp.sources.tables import Row

MOST_REPEATED = 4_000_000
"""Characters of a sheet that stand in it because a cell is merged or repeated."""

SPARE_CELLS = 100_000
SPARSEST = 16
"""Rows get their empty cells as long as the sheet then has at most so many cells for each that holds text."""


class Area(NamedTuple):
    """A rectangle of cells, counted from 0, the ends included."""

    top: int
    left: int
    bottom: int
    right: int


class Visibility(IntEnum):
    """Whether a sheet is shown; a very hidden one only a program can bring back."""

    VISIBLE = 0
    HIDDEN = 1
    VERY_HIDDEN = 2


@dataclass(slots=True)
class Sheet:
    """One sheet. ``cells`` holds texts by row and column, ``beside`` what lies on it: text boxes and comments."""

    name: str
    visibility: Visibility = Visibility.VISIBLE
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    valueless: int = 0
    """Formulas that were saved without their value."""
    left_to_repeat: int = MOST_REPEATED

    def put(self, row: int, column: int, text: str) -> None:
        """Set a cell's text; a blank one stays empty."""
        if text and not text.isspace():
            self.cells.setdefault(row, {})[column] = text

    def may_repeat(self, text: str) -> bool:
        """Whether a text may stand in one more cell: a small file can ask for it to stand in all."""
        self.left_to_repeat -= len(text)
        return self.left_to_repeat >= 0

    @property
    def hides_cells(self) -> bool:
        """Whether rows or columns with text are hidden."""
        if not self.hidden_rows.isdisjoint(self.cells):
            return True
        used = {column for row in self.cells.values() for column in row} if self.hidden_columns else set()
        return any(first <= column <= last for first, last in self.hidden_columns for column in used)

    def rows(self) -> Iterator[Row]:
        """The rows that hold text, an empty one where some are left out; columns without text are left out too.

        A merged cell stands in every row and column that it spans.
        """
        self._spread()
        columns = sorted({column for row in self.cells.values() for column in row})
        filled = sum(map(len, self.cells.values()))
        is_dense = len(columns) * len(self.cells) <= SPARSEST * filled + SPARE_CELLS
        before = None
        for number in sorted(self.cells):
            if before is not None and number > before + 1:
                yield ()
            row = self.cells[number]
            wanted = columns if is_dense else sorted(row)
            yield tuple(row.get(column, "") for column in wanted)
            before = number

    def _spread(self) -> None:
        if not self.merged:
            return
        visited = 0
        rows = sorted(self.cells)
        columns = sorted({column for row in self.cells.values() for column in row})
        for area in self.merged:
            text = self.cells.get(area.top, {}).get(area.left)
            if text is None:
                continue
            inside = _between(columns, area.left, area.right)
            for number in _between(rows, area.top, area.bottom):
                visited += len(inside)
                if visited > MOST_REPEATED:
                    return  # areas that overlap, which no program writes
                row = self.cells[number]
                for column in inside:
                    if column not in row:
                        if not self.may_repeat(text):
                            return
                        row[column] = text


def _between(ordered: list[int], first: int, last: int) -> list[int]:
    return ordered[bisect_left(ordered, first) : bisect_right(ordered, last)]
