"""XLS, Excel 2.0 to 2003: xlrd reads the records, with the number formats by which their cells are shown."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from searchapp.errors import SourceError
from searchapp.sources.sheets.format_codes import GENERAL
from searchapp.sources.sheets.number_formats import general, shown_number, shown_text
from searchapp.sources.sheets.sheet import Area, Sheet, Visibility


class _Nowhere(io.StringIO):
    """A log that keeps nothing of what xlrd finds odd."""

    def write(self, text: str) -> int:
        return len(text)


def read_xls(data: bytes, name: str) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; raises SourceError for a damaged one."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=_Nowhere())
    except MemoryError:
        raise
    except Exception as error:
        raise SourceError("workbook_damaged", name=name) from error
    for read in book.sheets():
        yield _sheet(book, read)


def _sheet(book: Any, read: Any) -> Sheet:
    import xlrd

    sheet = Sheet(read.name, Visibility(min(read.visibility, Visibility.VERY_HIDDEN)))
    for number in range(read.nrows):
        for column, cell in enumerate(read.row(number)):
            code = _code(book, cell.xf_index)
            match cell.ctype:
                case xlrd.XL_CELL_TEXT:
                    sheet.put(number, column, cell.value if code == GENERAL else shown_text(cell.value, code))
                case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                    written = repr(float(cell.value)).removesuffix(".0")
                    is_plain = code == GENERAL
                    text = general(written) if is_plain else shown_number(written, code, from_1904=book.datemode == 1)
                    sheet.put(number, column, text)
                case xlrd.XL_CELL_BOOLEAN:
                    sheet.put(number, column, "TRUE" if cell.value else "FALSE")
                case xlrd.XL_CELL_ERROR:
                    sheet.put(number, column, xlrd.error_text_from_code.get(cell.value, ""))
    sheet.merged = [Area(top, left, bottom - 1, right - 1) for top, bottom, left, right in read.merged_cells]
    sheet.hidden_rows = {number for number, row in read.rowinfo_map.items() if row.hidden}
    sheet.hidden_columns = [(number, number) for number, column in read.colinfo_map.items() if column.hidden]
    sheet.beside = [
        f"{xlrd.cellname(*place)}: {' '.join(note.text.split())}" for place, note in sorted(read.cell_note_map.items())
    ]
    return sheet


def _code(book: Any, style: int | None) -> str:
    try:
        return str(book.format_map[book.xf_list[style].format_key].format_str) or GENERAL
    except (KeyError, IndexError, TypeError):
        return GENERAL
