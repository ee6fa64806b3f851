"""Tables: workbooks (XLSX, XLSM, XLSB, XLS, ODS), read by calamine, which computes nothing, and CSV with its relatives.

A table becomes one line a row, cells parted by bars, and the header row is the heading of what stands below it. As a
heading it goes with every chunk that is cut from a long table, so that a row is understood anywhere.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import ZIP_MAGIC, Archive
from searchapp.sources.encoding import decode
from searchapp.sources.formats.metadata import Properties, read_properties
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.text.sentences import CELL_BREAK

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
LONGEST_CELL = 1 << 20

LONGEST_HEADER = 240
LONGEST_COLUMN_NAME = 60

Row = tuple[str, ...]


def parse_spreadsheet(source: ParserInput, kind: SourceType) -> Parsed:
    """Read a workbook: each sheet begins with its name; formulas come as the values they had when it was saved.

    Raises SourceError for one that is damaged or protected by a password.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    properties = read_properties(Archive(source)) if source.data.startswith(ZIP_MAGIC) else Properties()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
    except PasswordError as error:
        raise SourceError("password_unsupported", name=source.name) from error
    except CalamineError as error:
        raise SourceError("workbook_damaged", name=source.name) from error
    builder = DocumentBuilder()
    names = workbook.sheet_names
    for name in names:
        try:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
        except CalamineError:
            continue  # a sheet that is only a chart has no rows
        if not rows:
            continue
        if len(names) > 1:
            builder.heading(1, name)
        add_table(builder, rows, level=2)
    return builder.build(kind, title=properties.title or source.stem, stem=source.stem, modified=properties.modified)


def parse_csv(source: ParserInput) -> Parsed:
    """Read a table; its delimiter is the one that gives the rows the most even width."""
    text = decode(source.data).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    csv.field_size_limit(LONGEST_CELL)
    builder = DocumentBuilder()
    try:
        add_table(builder, csv.reader(io.StringIO(text), delimiter=delimiter_of(text)), level=1)
    except csv.Error as error:
        raise SourceError("csv_damaged", name=source.name) from error
    return builder.build(SourceType.CSV, title=source.stem, stem=source.stem)


def delimiter_of(text: str) -> str:
    """The character that parts the cells: the one that most rows hold equally often, a comma where none does."""

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            rows = [row for row in islice(csv.reader(io.StringIO(text), delimiter=delimiter), SAMPLE_ROWS) if row]
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, rows_of_it = widths.most_common(1)[0] if widths else (0, 0)
        return rows_of_it, width

    return max(DELIMITERS, key=evenness)


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
