"""ODS: a sheet's cells hold their text as it is shown, so that no number format has to be understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from searchapp.errors import SourceError
from searchapp.sources.containers import Archive
from searchapp.sources.sheets.parts import local
from searchapp.sources.sheets.sheet import Area, Sheet, Visibility

_MOST_TIMES = 1000
"""A row or cell with text may stand for many; more than these say nothing new."""


def read_ods(archive: Archive, name: str) -> Iterator[Sheet]:
    """The sheets of a workbook in their order; raises SourceError for one that is damaged or protected."""
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise SourceError("password_unsupported", name=name)
    content = archive.xml("content.xml")
    if content is None:
        raise archive.damaged()
    unseen = {
        style.get(_key(style, "name"))
        for style in content.iter("{*}style")
        if any(part.get(_key(part, "display")) == "false" for part in style.iter("{*}table-properties"))
    }
    for table in content.iter("{*}table"):
        if local(table.getparent()) != "spreadsheet":
            continue
        sheet = Sheet(_of(table, "name"), Visibility(_of(table, "style-name") in unseen))
        _read(sheet, table)
        yield sheet


def _read(sheet: Sheet, table: Any) -> None:
    number = column = 0
    for element in table.iter("{*}table-column", "{*}table-row", "{*}shapes"):
        if _table_of(element) is not table:
            continue
        times = _count(element, "number-rows-repeated", "number-columns-repeated")
        match local(element):
            case "table-column":
                if _of(element, "visibility") in ("collapse", "filter"):
                    sheet.hidden_columns.append((column, column + times - 1))
                column += times
            case "shapes":
                sheet.beside += _paragraphs(element)
            case _:
                cells = list(_cells(sheet, element, number))
                is_hidden = _of(element, "visibility") in ("collapse", "filter")
                for row in range(number, number + (min(times, _MOST_TIMES) if cells else 0)):
                    if row > number and not sheet.may_repeat("".join(text for _, text in cells)):
                        break
                    for place, text in cells:
                        sheet.put(row, place, text)
                    if is_hidden:
                        sheet.hidden_rows.add(row)
                number += times


def _cells(sheet: Sheet, row: Any, number: int) -> Iterator[tuple[int, str]]:
    """The cells of a row that hold text; the areas that they span and what lies on them go to the sheet."""
    column = 0
    for cell in row:
        name = local(cell)
        if name not in ("table-cell", "covered-table-cell"):
            continue
        times = _count(cell, "number-columns-repeated")
        lines = []
        for child in cell:
            match local(child):
                case "p" | "h":
                    lines.append(_text(child))
                case "annotation":
                    sheet.beside.append(" ".join(_paragraphs(child)))
                case "frame" | "custom-shape" | "g" | "rect":
                    sheet.beside += _paragraphs(child)
        text = "\n".join(lines)
        if not text and _of(cell, "formula") and not _of(cell, "value-type"):
            sheet.valueless += 1
            text = _of(cell, "formula").partition(":")[2]
        if text.strip() and name == "table-cell":
            for place in range(column, column + min(times, _MOST_TIMES)):
                if place > column and not sheet.may_repeat(text):
                    break
                yield place, text
            down, across = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                sheet.merged.append(Area(number, column, number + down - 1, column + across - 1))
        column += times


def _paragraphs(element: Any) -> list[str]:
    return [_text(line) for line in element.iter("{*}p")]


def _text(paragraph: Any) -> str:
    """A paragraph's words; a run of spaces is an element."""
    parts = [paragraph.text or ""]
    for element in paragraph.iterdescendants():
        parts += [" " if local(element) in ("s", "tab", "line-break") else element.text or "", element.tail or ""]
    return "".join(parts)


def _table_of(element: Any) -> Any:
    return next((one for one in element.iterancestors() if local(one) == "table"), None)


def _key(element: Any, name: str) -> str:
    return next((key for key in element.attrib if key.rpartition("}")[2] == name), name)


def _of(element: Any, name: str) -> str:
    return str(element.get(_key(element, name)) or "")


def _count(element: Any, *names: str) -> int:
    for name in names:
        text = _of(element, name)
        if text.isascii() and text.isdigit() and len(text) < 9:
            return max(1, int(text))
    return 1
