"""The grid of a table whose cells span rows and columns: what a cell says stands in every place that it covers."""

from __future__ import annotations

MOST_COLUMNS = 1000
"""HTML's own bound of a span over columns."""

MOST_ROWS = 65534
"""HTML's own bound of a span over rows."""

LONGEST_REPEATED = 300
"""Characters of a cell that are said again in further places; a longer one is said once, and those stay empty."""

MOST_REPEATED = 1 << 20
"""Characters, and places, that one table may be longer for it; beyond that, spans count no more."""


class TableGrid:
    """Takes the cells of a table in reading order, and gives its rows with a cell a column."""

    def __init__(self) -> None:
        self._row: list[str] = []
        self._said = False
        self._cells = 0  # of the row, those from above too
        self._below: dict[int, tuple[int, str]] = {}  # by column: for how many rows more a cell goes on, and its text
        self._left = MOST_REPEATED

    def add(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """The next cell of the row, over so many columns and rows (0: all rows that follow)."""
        self._go_on()
        self._said = self._said or bool(text)
        self._cells += 1
        again = text if len(text) <= LONGEST_REPEATED else ""
        rows = min(rows, MOST_ROWS) or MOST_ROWS
        for number in range(max(1, min(columns, MOST_COLUMNS - len(self._row)))):
            if number and not self._may_repeat(again):
                return
            if rows > 1:
                self._below[len(self._row)] = (rows - 1, again)
            self._row.append(again if number else text)

    def end_row(self) -> list[str]:
        """The row with what goes on from the rows above; empty where it has no text of its own.

        A cell over the whole row is said once.
        """
        self._go_on()
        for column in sorted(column for column in self._below if column >= len(self._row)):
            if column >= len(self._row) and self._may_repeat(""):
                self._row += [""] * (column - len(self._row))
                self._go_on()
        row, said, cells = self._row, self._said, self._cells
        self._row, self._said, self._cells = [], False, 0
        if not said:
            return []
        return row[:1] if cells == 1 else row

    def _go_on(self) -> None:
        while (column := len(self._row)) in self._below:
            rows, text = self._below.pop(column)
            if not self._may_repeat(text):
                return
            self._row.append(text)
            self._cells += 1
            if rows > 1:
                self._below[column] = (rows - 1, text)

    def _may_repeat(self, text: str) -> bool:
        self._left -= len(text) + 1
        if self._left < 0:
            self._below.clear()
        return self._left >= 0
