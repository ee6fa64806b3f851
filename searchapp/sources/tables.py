"""Tables as text: one line a row, cells parted by bars, and the header row as the heading of what stands below it.

As a heading the header goes with every passage that is cut from a long table, so that a row is understood anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.text.sentences import CELL_BREAK

LONGEST_HEADER = 240
LONGEST_COLUMN_NAME = 60

Row = tuple[str, ...]


def row_line(cells: Iterable[str]) -> str:
    """A row as text: cells on one line, empty ones at the end left out."""
    return CELL_BREAK.join(map(one_line, cells)).rstrip(" |")


def add_table(builder: DocumentBuilder, rows: Iterable[Sequence[object]], level: int, page: int | None = None) -> None:
    """Add ``rows``; an empty one parts two tables. ``level`` is the rank of a header row among the headings."""
    for block in _blocks(rows):
        has_header = len(block) > 1 and is_header(block)
        if has_header:
            builder.heading(level, row_line(block[0]), page)
        else:
            builder.end_headings(level)
        builder.add("\n".join(map(row_line, block[has_header:])), page=page, verbatim=True)


def is_header(block: Sequence[Row]) -> bool:
    """Whether the first of several rows names the columns: words only, short, one for nearly each column."""
    names = list(block[0][: max(index for index, cell in enumerate(block[0], start=1) if cell)])
    names = names[1:] if not names[0] else names  # the column of the rows' own names has often none
    width = max(sum(map(bool, row)) for row in block[1:])
    return (
        2 <= len(names) >= width - 1
        and all(names)
        and len(set(names)) > len(names) // 2
        and sum(map(len, names)) <= LONGEST_HEADER
        and all(len(name) <= LONGEST_COLUMN_NAME and not _is_number(name) for name in names)
    )


def cell_text(value: object) -> str:
    """A cell's value as people write it: no ``.0`` behind whole numbers, no midnight behind dates."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        day = value.date() if not value.time() else value
        return day.isoformat(" ") if isinstance(day, dt.datetime) else day.isoformat()
    return one_line(str(value))


def _blocks(rows: Iterable[Sequence[object]]) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        cells = tuple(map(cell_text, row))
        if any(cells):
            block.append(cells)
        elif block:
            yield _moved_left(block)
            block = []
    if block:
        yield _moved_left(block)


def _moved_left(block: list[Row]) -> list[Row]:
    """The block without the empty columns on its left."""
    margin = min(next(index for index, cell in enumerate(row) if cell) for row in block)
    return [row[margin:] for row in block]


def _is_number(text: str) -> bool:
    return not any(character.isalpha() for character in text)
