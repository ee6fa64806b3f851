"""Where a table's rows begin: below the lines of its title and the row, or rows, that name its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from searchapp.text.sentences import CELL_BREAK

Row = tuple[str, ...]

LONGEST_HEADER = 4000
LONGEST_COLUMN_NAME = 80
LONGEST_CAPTION = 1000
LONGEST_TITLE_LINE = 200
MOST_TITLE_LINES = 4
"""Lines of one cell above a table that are taken for its title; where there are more, they are a list."""

SAMPLE_ROWS = 200
"""Rows by which a header is known."""

_SIGNS = frozenset("#№%‰")
"""Column names without a letter."""


@dataclass(frozen=True, slots=True)
class TableText:
    """A table's parts; ``header`` has a name a column, and is empty where none was found."""

    titles: tuple[str, ...]
    header: Row
    rows: Sequence[Row]


def row_line(cells: Iterable[str]) -> str:
    """A row as text: cells on one line, empty ones at the end left out."""
    return CELL_BREAK.join(" ".join(cell.split()) for cell in cells).rstrip(" |")


def read_table(rows: Iterable[Sequence[str]], *, caption: str = "", header_rows: int | None = None) -> TableText:
    """Part a table, whose first ``header_rows`` name the columns; None: they, and a title above them, are found."""
    filled = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    filled = [row for row in filled if any(row)]
    titles = [" ".join(caption.split())] if caption.strip() else []
    if header_rows is None and all(map(_is_title, filled)):
        filled = [(next(filter(None, row)),) for row in filled]
    if header_rows != 0:
        above = _title_lines(filled if header_rows is None else filled[:header_rows])
        titles += [next(filter(None, row)) for row in filled[:above]]
        filled = filled[above:]
        header_rows = header_rows and max(0, header_rows - above)
    filled = _packed(filled) if header_rows is None else filled
    count = _header_rows(filled) if header_rows is None else min(header_rows, len(filled) - 1)
    header = _joined(filled[: max(0, count)])
    return TableText(tuple(dict.fromkeys(titles)), header, filled[max(0, count) :])


def tables_in(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The tables of a sheet, which empty rows part.

    An empty row may also stand between a title or a header and what it belongs to.
    """
    above: list[Row] = []
    for block in _blocks(rows):
        if above and _belong_together(above, block):
            block[:0] = above
        elif above:
            yield above
        above = []
        if _may_stand_above(block):
            above = block
        else:
            yield block
    if above:
        yield above


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        if any(row):
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _may_stand_above(block: list[Row]) -> bool:
    titles = sum(map(_is_title, block))
    return titles <= MOST_TITLE_LINES and len(block) - titles <= 1 and all(map(_is_title, block[:titles]))


def _belong_together(above: list[Row], block: list[Row]) -> bool:
    if all(map(_is_title, block)):
        return all(map(_is_title, above)) and len(above) + len(block) <= MOST_TITLE_LINES
    if _is_title(above[-1]):
        return True
    return not _header_rows(_packed(block)) and bool(_header_rows(_packed([above[-1], *block])))


def _is_title(row: Row) -> bool:
    """Whether a row has one text only, in one cell or in all that were merged."""
    texts = set(filter(None, row))
    return len(texts) == 1 and len(next(iter(texts))) <= LONGEST_TITLE_LINE


def _title_lines(rows: Sequence[Row]) -> int:
    """How many rows at the top are lines of a title."""
    for count, row in enumerate(rows[: MOST_TITLE_LINES + 1]):
        if not _is_title(row):
            return count
    return 0


def _header_rows(rows: Sequence[Row]) -> int:
    """How many of the first rows name the columns: none, one or two."""
    if len(rows) > 2 and (_is_grouped(rows[0]) or not rows[1][0]):
        body = rows[2 : SAMPLE_ROWS + 2]
        told = any(
            any(map(str.isalpha, name)) and column and all(map(_is_number, column))
            for name, column in zip(rows[1], _columns(body), strict=False)
        )
        merged = any(left and left == right for left, right in pairwise(rows[0]))
        if (told or merged) and is_header(_joined(rows[:2]), body) and _are_names(rows[1], body):
            return 2
    return int(len(rows) > 1 and is_header(rows[0], rows[1 : SAMPLE_ROWS + 1]))


def _is_grouped(row: Row) -> bool:
    """Whether a name stands for several columns: it is repeated, or the cells behind it are empty."""
    return any(left and right in ("", left) for left, right in pairwise(row))


def is_header(header: Row, body: Sequence[Row]) -> bool:
    """Whether ``header`` names the columns: words only, short, one for nearly each column."""
    names = list(header[: max((index for index, cell in enumerate(header, start=1) if cell), default=0)])
    names = names[1:] if names and not names[0] else names  # the column of the rows' own names has often none
    width = max(sum(map(bool, row)) for row in body)
    return (
        2 <= len(names) >= width - 1
        and all(names)
        and len(set(names)) > len(names) // 2
        and sum(map(len, names)) <= LONGEST_HEADER
        and _are_names(header, body)
    )


def _are_names(row: Row, body: Sequence[Row]) -> bool:
    """Whether no cell is a number, years above other numbers aside."""
    has_words = any(any(map(str.isalpha, cell)) for cell in row) or not row[0]
    return all(
        len(cell) <= LONGEST_COLUMN_NAME
        and (not _is_number(cell) or (has_words and _is_year(cell) and not all(map(_is_year, column))))
        for cell, column in zip(row, _columns(body, len(row)), strict=False)
    )


def _columns(rows: Sequence[Row], width: int = 0) -> list[list[str]]:
    """The cells of each column that are not empty."""
    width = max(width, max(map(len, rows), default=0))
    return [[row[index] for row in rows if index < len(row) and row[index]] for index in range(width)]


def _joined(rows: Sequence[Row]) -> Row:
    """The rows of a header as one; a name above several columns goes with each of them."""
    spread = []
    for number, row in enumerate(rows):
        cells = list(row)
        if number < len(rows) - 1:
            cells += [""] * (max(map(len, rows)) - len(row))
            for index in range(1, len(cells)):
                cells[index] = cells[index] or cells[index - 1]
        spread.append(cells)
    width = max(map(len, spread), default=0)
    columns = (dict.fromkeys(cells[index] for cells in spread if index < len(cells)) for index in range(width))
    return tuple(" ".join(filter(None, column)) for column in columns)


def _packed(rows: Sequence[Row]) -> list[Row]:
    """The rows without the columns that are empty in all of them, which only lay out a sheet."""
    width = max(map(len, rows), default=0)
    used = [index for index in range(width) if any(index < len(row) and row[index] for row in rows)]
    if len(used) == width:
        return list(rows)
    return [tuple(row[index] for index in used if index < len(row)) for row in rows]


def _is_number(text: str) -> bool:
    return bool(text) and text not in _SIGNS and not any(map(str.isalpha, text))


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and text[:2] in ("19", "20")
