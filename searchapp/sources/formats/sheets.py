"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) and CSV with its relatives: each table of a sheet keeps its rows as lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import ZIP_MAGIC, Archive
from searchapp.sources.formats.metadata import Properties, read_properties
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sheets import xlsb
from searchapp.sources.sheets.sheet import Sheet, Visibility
from searchapp.sources.tables import tables_in

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
LONGEST_CELL = 1 << 20

MOST_NAMED = 5
"""Sheets that a note names."""


def parse_spreadsheet(source: ParserInput, kind: SourceType) -> Parsed:
    """Read a workbook as it is shown: each of several sheets begins with its name.

    Sheets, rows and columns that are hidden are read, and noted; sheets that only a program can show are left out.
    Raises SourceError for one that is damaged or protected by a password.
    """
    properties = Properties()
    if source.data.startswith(ZIP_MAGIC):
        archive = Archive(source)
        properties = read_properties(archive)
        sheets = _sheets(archive, source, kind)
    else:
        from searchapp.sources.sheets.xls import read_xls

        sheets = read_xls(source.data, source.name)
    builder = DocumentBuilder()
    _add_sheets(builder, sheets)
    return builder.build(kind, title=properties.title or source.stem, stem=source.stem, modified=properties.modified)


def _sheets(archive: Archive, source: ParserInput, kind: SourceType) -> Iterator[Sheet]:
    if kind is SourceType.ODS:
        from searchapp.sources.sheets.ods import read_ods

        return read_ods(archive, source.name)
    if xlsb.WORKBOOK in archive.names:
        return xlsb.read_xlsb(archive)
    from searchapp.sources.sheets.xlsx import read_xlsx

    return read_xlsx(archive)


def _add_sheets(builder: DocumentBuilder, sheets: Iterator[Sheet]) -> None:
    hidden, left_out, with_hidden_cells, valueless = [], [], [], 0
    for sheet, is_only_one in _counted(sheets):
        if not sheet.cells and not sheet.beside:
            continue
        if sheet.visibility is Visibility.VERY_HIDDEN:
            left_out.append(sheet.name)
            continue
        if sheet.visibility is Visibility.HIDDEN:
            hidden.append(sheet.name)
        if sheet.hides_cells:
            with_hidden_cells.append(sheet.name)
        valueless += sheet.valueless
        if not is_only_one:
            builder.heading(1, sheet.name)
        for table in tables_in(sheet.rows()):
            builder.table(table)
        for text in sheet.beside:
            builder.add(text)
    for code, names in (
        ("sheets_hidden", hidden),
        ("sheets_left_out", left_out),
        ("sheets_with_hidden_cells", with_hidden_cells),
    ):
        if names:
            named = [*map(one_line, names[:MOST_NAMED])]
            builder.note(Message(code, count=len(names), names=named, more=int(len(names) > MOST_NAMED)))
    if valueless:
        builder.note(Message("formulas_without_value", count=valueless))


def _counted(sheets: Iterator[Sheet]) -> Iterator[tuple[Sheet, bool]]:
    """Each sheet, and whether there is no other."""
    first = next(sheets, None)
    if first is None:
        return
    second = next(sheets, None)
    yield first, second is None
    if second is not None:
        yield second, False
    for sheet in sheets:
        yield sheet, False


def parse_csv(source: ParserInput) -> Parsed:
    """Read a table; its delimiter is the one that gives the rows the most even width."""
    text = lines_of(source.data).lstrip("\ufeff")
    csv.field_size_limit(LONGEST_CELL)
    builder = DocumentBuilder()
    try:
        for table in tables_in(map(tuple, csv.reader(io.StringIO(text), delimiter=delimiter_of(text)))):
            builder.table(table)
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
