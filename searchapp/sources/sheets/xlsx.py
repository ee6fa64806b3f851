"""XLSX: the cells of each sheet, as they are shown, read from its XML row by row."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from searchapp.sources.containers import Archive
from searchapp.sources.sheets.format_codes import BUILT_IN, GENERAL
from searchapp.sources.sheets.number_formats import general, shown_number, shown_text
from searchapp.sources.sheets.parts import local, main_part, related, words_beside
from searchapp.sources.sheets.sheet import Area, Sheet, Visibility

WORKBOOK = "xl/workbook.xml"

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_YES = ("1", "true")
_STATES = {"hidden": Visibility.HIDDEN, "veryHidden": Visibility.VERY_HIDDEN}


def read_xlsx(archive: Archive) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; raises SourceError for a damaged one."""
    main = main_part(archive, WORKBOOK)
    workbook = archive.xml(main)
    if workbook is None:
        raise archive.damaged()
    parts = related(archive, main)
    strings, codes = [], [GENERAL]
    for path, kind in parts.values():
        if kind == "sharedStrings":
            strings = list(_shared_strings(archive, path))
        elif kind == "styles":
            codes = _codes(archive.xml(path)) or codes
    from_1904 = any(one.get("date1904") in _YES for one in workbook.iter("{*}workbookPr"))
    for entry in workbook.iter("{*}sheet"):
        part = parts.get(next((value for name, value in entry.items() if name.endswith("}id")), ""))
        if part is None or part.kind != "worksheet":
            continue  # one that is only a chart has no cells
        if part.path not in archive.names:
            raise archive.damaged()
        sheet = Sheet(entry.get("name") or "", _STATES.get(entry.get("state"), Visibility.VISIBLE))
        _Reader(sheet, strings, codes, from_1904=from_1904).read(archive, part.path)
        sheet.beside = words_beside(archive, part.path)
        yield sheet


def _events(archive: Archive, path: str, *names: str) -> Iterator[Any]:
    """The elements of these names, each emptied once it was looked at."""
    from lxml import etree

    data = archive.read(path)
    if not data:
        return  # a part that is named and not there
    try:
        for _, element in etree.iterparse(
            io.BytesIO(data), tag=[f"{{*}}{name}" for name in names], resolve_entities=False, no_network=True,
            load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=True,
        ):  # fmt: skip
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.LxmlError as error:
        raise archive.damaged() from error


def _shared_strings(archive: Archive, path: str) -> Iterator[str]:
    return (_text(item) for item in _events(archive, path, "si"))


def _text(item: Any) -> str:
    """A string's runs, without what tells how its characters are pronounced."""
    runs = (run for child in item if local(child) != "rPh" for run in child.iter("{*}t"))
    text = "".join(run.text or "" for run in runs)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _codes(styles: Any) -> list[str]:
    """The number format of each cell style."""
    if styles is None:
        return []
    own = {one.get("numFmtId"): one.get("formatCode") or GENERAL for one in styles.iter("{*}numFmt")}
    used = (
        style.get("numFmtId") or "0" for group in styles.iter("{*}cellXfs") for style in group if local(style) == "xf"
    )
    return [own.get(number) or BUILT_IN.get(int(number) if number.isdecimal() else 0, GENERAL) for number in used]


class _Reader:
    def __init__(self, sheet: Sheet, strings: list[str], codes: list[str], *, from_1904: bool) -> None:
        self._sheet = sheet
        self._strings = strings
        self._codes = codes
        self._from_1904 = from_1904
        self._row = -1

    def read(self, archive: Archive, path: str) -> None:
        for element in _events(archive, path, "row", "col", "mergeCell"):
            match local(element):
                case "row":
                    self._read_row(element)
                case "col" if element.get("hidden") in _YES:
                    first, last = (_number(element.get(name)) for name in ("min", "max"))
                    self._sheet.hidden_columns.append((first - 1, last - 1))
                case "mergeCell":
                    first_cell, _, last_cell = (element.get("ref") or "").partition(":")
                    first_found, last_found = _place(first_cell), _place(last_cell)
                    if first_found and last_found:
                        self._sheet.merged.append(Area(*first_found, *last_found))

    def _read_row(self, element: Any) -> None:
        self._row = _number(element.get("r"), self._row + 2) - 1
        if element.get("hidden") in _YES:
            self._sheet.hidden_rows.add(self._row)
        column = -1
        for cell in element:
            # The row's own number stands in its cells' names too; where they differ, each cell is right.
            named = _place(cell.get("r") or "")
            row, column = named or (self._row, column + 1)
            self._sheet.put(row, column, self._cell(cell))

    def _cell(self, cell: Any) -> str:
        kind = cell.get("t") or "n"
        value, formula, inline = "", None, None
        for child in cell:
            tag = child.tag
            if tag.endswith("}v"):
                value = child.text or ""
            elif tag.endswith("}f"):
                formula = child
            elif tag.endswith("}is"):
                inline = child
        if formula is not None and not value and kind != "str":
            self._sheet.valueless += 1
            return f"={formula.text}" if formula.text else ""
        style = _number(cell.get("s"))
        code = self._codes[style] if style < len(self._codes) else GENERAL
        match kind:
            case "s":
                number = _number(value)
                text = self._strings[number] if number < len(self._strings) else ""
                return text if code == GENERAL else shown_text(text, code)
            case "inlineStr":
                text = "" if inline is None else _text(inline)
                return text if code == GENERAL else shown_text(text, code)
            case "str" | "e" | "d":
                return value
            case "b":
                return "TRUE" if value in _YES else "FALSE" if value else ""
            case _:
                value = value.strip()
                if not value or code == GENERAL:
                    return _plain(value)
                return shown_number(value, code, from_1904=self._from_1904)


def _plain(value: str) -> str:
    try:
        return general(value) if value else ""
    except (ValueError, OverflowError):
        return value


def _place(reference: str) -> tuple[int, int] | None:
    """Row and column of a cell's name, counted from 0."""
    letters = reference.rstrip("0123456789")
    column = _column(letters)
    digits = reference[len(letters) :]
    return (int(digits) - 1, column) if column >= 0 and 0 < len(digits) < 8 and digits != "0" else None


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """A column's number, counted from 0; -1 for what names none."""
    letters = letters.replace("$", "").upper()
    if not (0 < len(letters) < 4 and letters.isascii() and letters.isalpha()):
        return -1
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _number(text: str | None, missing: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else missing
