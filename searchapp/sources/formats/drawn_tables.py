"""Tables that are drawn in plain text: with bars (reStructuredText, Org, what databases print) or by ruled columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from searchapp.sources.builder import DocumentBuilder

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
_RULE = frozenset("+-=|: ")
MOST_COLUMNS = 200


class Drawn(NamedTuple):
    """A drawn table's rows, and how many of them name the columns; None where the drawing does not tell."""

    rows: list[list[str]]
    header_rows: int | None


def drawn_table(paragraph: str) -> Drawn | None:
    """The table that a paragraph draws, if it is one."""
    lines = [line.rstrip() for line in paragraph.split("\n")]
    if len(lines) < 3:
        return None
    if all(line.lstrip()[:1] in ("|", "+") and line[-1:] in ("|", "+") for line in lines):
        return _with_bars([line.strip() for line in lines])
    return _ruled(lines)


def _with_bars(lines: Sequence[str]) -> Drawn | None:
    rules = {number for number, line in enumerate(lines) if _RULE.issuperset(line) and ("-" in line or "=" in line)}
    written = [line for number, line in enumerate(lines) if number not in rules]
    if len(written) < 2 or not rules or not all(line.startswith("|") for line in written):
        return None
    inner = [number for number in sorted(rules) if 0 < number < len(lines) - 1]
    marked = next((number for number in inner if "=" in lines[number]), None)
    if marked is None and len(inner) < 2:  # each line is a row; a rule below the first ones makes them the header
        above = None if not inner else sum(number not in rules for number in range(inner[0]))
        return Drawn([_cells(line) for line in written], above)
    rows: list[list[str]] = []
    header_rows = None
    group: list[list[str]] = []
    for number, line in enumerate([*lines, "+-+"]):
        if number < len(lines) and number not in rules:
            group.append(_cells(line))
        elif group:
            width = max(map(len, group))
            columns = ([cells[at] for cells in group if at < len(cells)] for at in range(width))
            rows.append([" ".join(filter(None, column)) for column in columns])
            group = []
        header_rows = len(rows) if number == marked else header_rows
    return Drawn(rows, header_rows)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|", MOST_COLUMNS)]


def _ruled(lines: Sequence[str]) -> Drawn | None:
    """A table whose columns are as wide as the runs of ``=`` above and below it."""
    borders = [number for number, line in enumerate(lines) if set(line) == {"=", " "} and line[0] == "="]
    if len(borders) < 2 or borders[0] != 0 or borders[-1] != len(lines) - 1 or len(borders) > 3:
        return None
    starts = [at for at, mark in enumerate(lines[0]) if mark == "=" and (at == 0 or lines[0][at - 1] == " ")]
    ends = [*starts[1:], None]
    rows = [
        [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
        for number, line in enumerate(lines)
        if number not in borders and line.strip("- ")
    ]
    return Drawn(rows, borders[1] - 1 if len(borders) == 3 else None) if len(starts) > 1 and len(rows) > 1 else None


def add_paragraphs(builder: DocumentBuilder, text: str, page: int | None = None) -> None:
    """Add plain text as it is laid out: tables and code in it live by their spaces."""
    for paragraph in _PARAGRAPH_END.split(text):
        if drawn := drawn_table(paragraph.strip("\n")):
            builder.table(drawn.rows, header_rows=drawn.header_rows, page=page)
        else:
            builder.add(paragraph, page=page, verbatim=True)  # code in plain text lives by its spaces
