"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS): every sheet's rows, read by calamine, which computes nothing."""

from __future__ import annotations

import io
from typing import Any

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.archive import Archive
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.containers import ZIP_MAGIC
from searchapp.sources.office_properties import Properties, read_properties
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.tables import add_table
from searchapp.sources.unlock import sealed


def parse_spreadsheet(source: ParserInput, kind: SourceType) -> Parsed:
    """Read a workbook: each sheet begins with its name; formulas come as the values they had when it was saved.

    Raises SourceError for one that is damaged or protected by a password.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    properties = read_properties(Archive(source)) if source.data.startswith(ZIP_MAGIC) else Properties()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(source.data))
    except PasswordError as error:
        raise sealed(source.name) from error
    except CalamineError as error:
        raise SourceError(
            f"{source.name} is damaged: it does not read as a workbook.",
            "Open it in its own program and save it again.",
        ) from error
    builder = DocumentBuilder()
    names = workbook.sheet_names
    for name in names:
        try:
            rows = _rows(workbook, name)
        except CalamineError:
            continue  # a sheet that is only a chart has no rows
        if not rows:
            continue
        if len(names) > 1:
            builder.heading(1, name)
        add_table(builder, rows, level=2)
    return builder.build(kind, title=properties.title or source.stem, stem=source.stem, modified=properties.modified)


def _rows(workbook: Any, name: str) -> list[list[object]]:
    rows: list[list[object]] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
    return rows
