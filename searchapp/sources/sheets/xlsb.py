"""XLSB, whose parts are runs of binary records ([MS-XLSB]); those that hold no text are passed over."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from searchapp.sources.containers import Archive
from searchapp.sources.sheets.format_codes import BUILT_IN, GENERAL
from searchapp.sources.sheets.number_formats import general, shown_number, shown_text
from searchapp.sources.sheets.parts import related, words_beside
from searchapp.sources.sheets.sheet import Area, Sheet, Visibility

WORKBOOK = "xl/workbook.bin"

(_ROW, _RK, _ERROR, _BOOLEAN, _REAL, _TEXT, _SHARED) = (0, 2, 3, 4, 5, 6, 7)
(_FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_BOOLEAN, _FORMULA_ERROR) = (8, 9, 10, 11)
(_ITEM, _FORMAT, _STYLE, _COLUMNS, _RICH_TEXT, _PROPERTIES, _SHEET, _MERGED, _STYLES, _STYLES_END) = (
    19, 44, 47, 60, 62, 153, 156, 176, 617, 618,
)  # fmt: skip
"""Numbers of the records that are read."""

_ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383

Record = tuple[int, memoryview]


def read_xlsb(archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; raises SourceError for a damaged one."""
    parts = related(archive, WORKBOOK)
    strings, codes, from_1904 = [], [GENERAL], False
    try:
        for path, kind in parts.values():
            if kind == "sharedStrings":
                strings = [_wide(body, 1)[0] for number, body in _records(archive, path) if number == _ITEM]
            elif kind == "styles":
                codes = _codes(archive, path) or codes
        for number, body in _records(archive, WORKBOOK):
            if number == _PROPERTIES:
                from_1904 = bool(body[0] & 1)
            elif number == _SHEET:
                relation, end = _wide(body, 8)
                part = parts.get(relation)
                if part is not None and part.kind == "worksheet":
                    state = min(struct.unpack_from("<I", body)[0], Visibility.VERY_HIDDEN)
                    sheet = Sheet(_wide(body, end)[0], Visibility(state))
                    _read(sheet, _records(archive, part.path), strings, codes, from_1904=from_1904)
                    sheet.beside = words_beside(archive, part.path)
                    yield sheet
    except (struct.error, IndexError) as error:
        raise archive.damaged() from error


def _records(archive: Archive, path: str) -> Iterator[Record]:
    """The records of a part; numbers and lengths are written seven bits a byte."""
    data = memoryview(archive.read(path))
    at = 0
    while at < len(data):
        number, at = data[at], at + 1
        if number & 0x80:
            number, at = (number & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        length = shift = 0
        while shift < 28:
            byte, at = data[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield number, data[at : at + length]
        at += length


def _wide(body: memoryview, at: int) -> tuple[str, int]:
    """The text at a place in a record and where it ends; a length of all ones is no text."""
    (length,) = struct.unpack_from("<I", body, at)
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    if end > len(body):
        raise IndexError("a text longer than its record")
    return bytes(body[at + 4 : end]).decode("utf-16-le", errors="replace"), end


def _codes(archive: Archive, path: str) -> list[str]:
    """The number format of each cell style."""
    own: dict[int, str] = {}
    used: list[int] = []
    is_cells = False
    for number, body in _records(archive, path):
        if number == _FORMAT:
            own[struct.unpack_from("<H", body)[0]] = _wide(body, 2)[0]
        elif number in (_STYLES, _STYLES_END):
            is_cells = number == _STYLES
        elif number == _STYLE and is_cells:
            used.append(struct.unpack_from("<H", body, 2)[0])
    return [own.get(number) or BUILT_IN.get(number, GENERAL) for number in used]


def _read(sheet: Sheet, records: Iterator[Record], strings: list[str], codes: list[str], *, from_1904: bool) -> None:
    row = -1
    for number, body in records:
        if number == _ROW:
            (row,) = struct.unpack_from("<I", body)
            if len(body) > 11 and body[11] & 0x10:
                sheet.hidden_rows.add(row)
        elif number == _COLUMNS:
            first, last = struct.unpack_from("<II", body)
            if struct.unpack_from("<H", body, 16)[0] & 1:
                sheet.hidden_columns.append((first, last))
        elif number == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            sheet.merged.append(Area(top, left, bottom, right))
        elif (_RK <= number <= _FORMULA_ERROR or number == _RICH_TEXT) and 0 <= row <= _LAST_ROW:
            column, style = struct.unpack_from("<II", body)
            code = codes[style & 0xFFFFFF] if style & 0xFFFFFF < len(codes) else GENERAL
            if column <= _LAST_COLUMN:
                sheet.put(row, column, _shown(number, body, strings, code, from_1904=from_1904))


def _shown(number: int, body: memoryview, strings: list[str], code: str, *, from_1904: bool) -> str:
    match number:
        case 7:
            (index,) = struct.unpack_from("<I", body, 8)
            text = strings[index] if index < len(strings) else ""
            return text if code == GENERAL else shown_text(text, code)
        case 6 | 8 | 62:
            text = _wide(body, 9 if number == _RICH_TEXT else 8)[0]
            return text if code == GENERAL else shown_text(text, code)
        case 4 | 10:
            return "TRUE" if body[8] else "FALSE"
        case 3 | 11:
            return _ERRORS.get(body[8], "")
        case _:
            value = _rk(body) if number == _RK else struct.unpack_from("<d", body, 8)[0]
            written = repr(value).removesuffix(".0")
            return general(written) if code == GENERAL else shown_number(written, code, from_1904=from_1904)


def _rk(body: memoryview) -> float:
    """A number in four bytes: the upper half of a double, or a whole one, perhaps a hundredfold."""
    (packed,) = struct.unpack_from("<I", body, 8)
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))
    return value / 100 if packed & 1 else value
