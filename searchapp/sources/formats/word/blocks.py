"""A Word part's paragraphs, lists and tables, as HTML that the walk over markup reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from searchapp.sources.formats.ooxml import W, is_on, kind_of, number_of, value_of
from searchapp.sources.formats.word.numbering import BULLET
from searchapp.sources.formats.word.runs import BREAK, Parts, Runs, shown_content

LONGEST_HEADING = 300
"""A paragraph that has an outline level but is longer is text."""

LONGEST_ITEM = 300
"""A longer item of a list is a paragraph of its own: clauses of a contract."""

LONGEST_REPEATED = 200
"""Text of a vertically merged cell that stands in each of its rows."""

MOST_COLUMNS = 63
_TAG = re.compile(r"<[^<>]*>")
_TRANSPARENT = frozenset({"w:customXml", "w:ins", "w:moveTo", "w:smartTag", "w:sdtContent"})


class Blocks:
    """Makes HTML of a part's blocks. ``is_furniture`` is for headers and footers."""

    def __init__(self, parts: Parts, *, is_furniture: bool = False) -> None:
        self._parts = parts
        self._is_furniture = is_furniture
        self._carried = ""

    def html(self, container: Any, *, in_cell: bool = False) -> str:
        """The blocks of ``container`` in their order."""
        done: list[str] = []
        lines: list[str] = []  # of the open list or piece of code: they stay together

        def end_lines() -> None:
            if lines:
                done.append(f"<pre>{BREAK.join(lines)}</pre>")
                lines.clear()

        for block in _blocks(container):
            kind = kind_of(block)
            if kind == "w:p":
                self._add_paragraph(block, done, lines, end_lines, in_cell=in_cell)
                continue
            end_lines()
            if kind == "w:tbl":
                done.append(self._table(block))
            elif kind == "w:altChunk":
                done.append(self._parts.imported(block))
        end_lines()
        if self._carried:
            done.append(f"<p>{self._carried}</p>")
            self._carried = ""
        return "".join(done)

    def _add_paragraph(
        self, paragraph: Any, done: list[str], lines: list[str], end_lines: Callable[[], None], *, in_cell: bool
    ) -> None:
        runs = Runs(paragraph, self._parts, is_furniture=self._is_furniture)
        text, self._carried = self._carried + runs.text, ""
        label, level = self._label(paragraph)
        rank = self._parts.styles.heading_level(paragraph)
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:  # its end is deleted: the next one goes on
            self._carried = text
        elif not text.replace(BREAK, "").strip():
            end_lines()
        elif rank and not in_cell and len(text) <= LONGEST_HEADING:
            end_lines()
            done.append(self.pending_notes())
            number = f"{label} " if label != BULLET else ""
            done.append(f"<h{rank}>{number}{text}</h{rank}>")
        elif in_cell:
            done.append(f"<p>{label if label != BULLET else ''} {text}</p>")
        elif self._parts.styles.is_code(paragraph):
            lines.append(text)
        elif label and len(text) <= LONGEST_ITEM:
            lines.append(f"{'  ' * level}{label} {' '.join(text.split())}")
        else:
            end_lines()
            done.append(f"<p>{label} {text}</p>")
        if runs.boxes:
            end_lines()
            done.extend(f"<div>{box}</div>" for box in runs.boxes)

    def _label(self, paragraph: Any) -> tuple[str, int]:
        """The number of a paragraph as HTML, and how deep it stands."""
        place = self._parts.styles.list_place(paragraph)
        if place is None:
            return "", 0
        level = place.level
        if level is None:
            level = self._parts.numbering.level_of_style(place.list, value_of(paragraph, "pPr/pStyle") or "") or 0
        return escape(self._parts.numbering.label(place.list, level), quote=False), level

    def pending_notes(self) -> str:
        """The notes that were referred to since the last call, a line each."""
        notes = [f"{mark} {self.line(note)}" for mark, note in self._parts.notes.take_pending()]
        return f"<pre>{BREAK.join(notes)}</pre>" if notes else ""

    def line(self, container: Any) -> str:
        """The paragraphs of ``container`` (a note, a comment) as one line."""
        return " ".join(_TAG.sub(" ", self.html(container, in_cell=True)).split())

    def _table(self, table: Any) -> str:
        rows = [row for row in _rows(table) if row.find(f"{W}trPr/{W}del") is None]
        cells = [list(_cells(row)) for row in rows]
        if all(len(one) <= 1 for one in cells):  # a box around text
            return "".join(f"<div>{self.html(cell)}</div>" for one in cells for cell in one)
        merged: dict[int, str] = {}
        written = [self._row(row, some, merged) for row, some in zip(rows, cells, strict=True)]
        heads = 0
        while heads < len(rows) and is_on(rows[heads], "trPr/tblHeader"):
            heads += 1
        head = "".join(row.replace("<td", "<th").replace("</td>", "</th>") for row in written[:heads])
        body = "".join(written[heads:])
        return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"

    def _row(self, row: Any, cells: list[Any], merged: dict[int, str]) -> str:
        """A row; what a cell that goes on over several rows says stands in each of them."""
        column = min(number_of(value_of(row, "trPr/gridBefore")), MOST_COLUMNS)
        done = ["<td></td>"] * column
        for cell in cells:
            span = max(1, min(number_of(value_of(cell, "tcPr/gridSpan"), 1), MOST_COLUMNS))
            html = self.html(cell, in_cell=True)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            if merge is None:
                merged.pop(column, None)
            elif merge.get(f"{W}val") == "restart":
                merged[column] = html if len(html) <= LONGEST_REPEATED else ""
            else:
                html = html or merged.get(column, "")
            done.append(f'<td colspan="{span}">{html}</td>' if span > 1 else f"<td>{html}</td>")
            column += span
        return f"<tr>{''.join(done)}</tr>"


def _blocks(container: Any) -> Iterator[Any]:
    for child in container:
        kind = kind_of(child)
        if kind == "w:sdt":
            yield from _blocks(shown_content(child))
        elif kind == "mc:AlternateContent":
            yield from _blocks(next(iter(child), ()))
        elif kind in _TRANSPARENT:
            yield from _blocks(child)
        else:
            yield child


def _rows(table: Any) -> Iterator[Any]:
    return (child for child in _blocks(table) if kind_of(child) == "w:tr")


def _cells(row: Any) -> Iterator[Any]:
    return (child for child in _blocks(row) if kind_of(child) == "w:tc")
