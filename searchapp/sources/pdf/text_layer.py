"""The text that lies over a page's picture: where each stretch stands, in the order in which it is read.

It is what can be selected, copied and found in the viewer. Runs in the parser's process (``worker``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from searchapp.sources.parsed import PageSize, ParserInput, Sheets, TextLayer, TextRun, without_controls
from searchapp.sources.pdf.grids import MOST_RULES, joined_rules
from searchapp.sources.pdf.layout import Block, Paragraph, blocks_of
from searchapp.sources.pdf.legibility import as_chinese, in_chinese, is_guessed, is_illegible
from searchapp.sources.pdf.lines import join_lines, words_of
from searchapp.sources.pdf.page import breaks_of
from searchapp.sources.pdf.pages import opened, page_of
from searchapp.sources.pdf.rules import Rules, boxes_of, rules_of
from searchapp.sources.pdf.segments import Line, line_of, rows_of
from searchapp.sources.pdf.words import Frame, View, Word, frame_of, views_of

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_SHEETS = 10_000
"""Pages that one viewer shows."""

MOST_RUNS = 4000
"""On one page; a dense map or plot has more, and what stands behind them can be seen and not selected."""

SECONDS = 1.5
"""After so long no further page is begun: who asked gets what is there, and asks again."""

WIDEST_GAP = 0.95
"""In sizes of the font: stretches that stand farther apart have a place each."""

SOFT_HYPHEN = "\u00ad"
"""Stands between two runs where the hyphen at the first one's end is only the line's."""


def read_sheets(source: ParserInput) -> Sheets:
    """How large each page is, in points; pages without a size have that of the first."""
    from pypdfium2.raw import FS_SIZEF, FPDF_GetPageSizeByIndexF

    document = opened(source)
    size = FS_SIZEF()
    sizes: list[PageSize] = []
    for index in range(min(len(document), MOST_SHEETS)):
        is_there = FPDF_GetPageSizeByIndexF(document, index, size) and min(size.width, size.height) > 0
        sizes.append((size.width, size.height) if is_there else sizes[0] if sizes else (595.0, 842.0))
    return Sheets(len(document), tuple(sizes))


def read_layers(source: ParserInput, first: int, most: int) -> tuple[TextLayer, ...]:
    """The text of ``most`` pages from page ``first`` (from 1) on, of fewer where they take long, but of one at least.

    A page that is a picture, is damaged, or whose fonts do not tell their characters has no runs.
    """
    document = opened(source)
    page_of(document, source.name, first).close()
    began = time.monotonic()
    layers: list[TextLayer] = []
    for number in range(first, min(first + most, len(document) + 1)):
        source.progress()
        layers.append(_layer(document, number))
        if time.monotonic() - began > SECONDS:
            break
    return tuple(layers)


def _layer(document: PdfDocument, number: int) -> TextLayer:
    try:
        page = document[number - 1]
        layer = page.get_textpage()
        frame = frame_of(page)
        boxes = boxes_of(page)
        runs: list[TextRun] = []
        for view in views_of(frame, layer):
            drawn = rules_of(boxes, frame, view.turn)
            rules = Rules(joined_rules(drawn.across), joined_rules(drawn.down))
            if max(map(len, rules)) > MOST_RULES:
                rules = Rules([], [])
            if runs:
                runs[-1] = replace(runs[-1], then="\n")
            runs += islice(_runs(blocks_of(view, rules), view, frame), MOST_RUNS + 1 - len(runs))
        text = " ".join(run.text for run in runs)
        if is_illegible(text) or is_guessed(layer, text):
            runs = []
        elif in_chinese(text):
            runs = [replace(run, text=as_chinese(run.text)) for run in runs]
        layer.close()
        page.close()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on broken objects the libraries raise anything; the picture is there still
        return TextLayer(number, ())
    return TextLayer(number, tuple(runs[:MOST_RUNS]), is_cut=len(runs) > MOST_RUNS)


def _runs(blocks: Sequence[Block], view: View, frame: Frame) -> Iterator[TextRun]:
    known = words_of(word.text for word in view.words)
    for number, block in enumerate(blocks):
        lines, between = _read(block)
        is_last = number + 1 == len(blocks)
        for at, line in enumerate(lines):
            then = between[at] if at < len(between) else "" if is_last else "\n"
            if then == "\n" and at < len(between):
                then = _at_hyphen(line.text, lines[at + 1].text, known)
            parts = list(_stretches(line))
            for part in parts[:-1]:
                yield from _placed(part, view, frame, " ")
            yield from _placed(parts[-1], view, frame, then)


def _read(block: Block) -> tuple[list[Line], list[str]]:
    """Its lines, and what stands between them; cells are parted as a sheet takes them."""
    if isinstance(block, Paragraph):
        return block.lines, breaks_of(block.lines, block.right)
    rows = rows_of(block.lines)
    lines = [line for row in rows for line in row]
    ends = {id(row[-1]) for row in rows}
    return lines, ["\n" if id(line) in ends else "\t" for line in lines[:-1]]


def _at_hyphen(line: str, following: str, known: frozenset[str]) -> str:
    """What stands between a line that may end with a hyphen and the next one."""
    if not line.endswith(("-", "\u2010")):
        return "\n"
    head, tail = line.rsplit(None, 1)[-1], following.split(None, 1)[0]
    whole = join_lines(f"{head}\n{tail}", known)
    if "\n" in whole:
        return "\n"
    return SOFT_HYPHEN if whole == head[:-1] + tail else ""


def _stretches(line: Line) -> Iterator[Line]:
    """The line in parts without a wide gap: cells side by side, an entry of the contents and its page."""
    if line.is_vertical or not line.words:
        yield line
        return
    part: list[Word] = []
    for word in line.words:
        if part and _gap(part[-1], word) > WIDEST_GAP * max(part[-1].size, word.size):
            yield line_of(part)
            part = []
        part.append(word)
    yield line_of(part)


def _gap(one: Word, other: Word) -> float:
    return max(other.left - one.right, one.left - other.right)


def _placed(line: Line, view: View, frame: Frame, then: str) -> Iterator[TextRun]:
    """The line where it is seen on the page, which may be turned otherwise than the text."""
    turn = (frame.turn - view.turn) % 4
    left, right = line.left / view.width, line.right / view.width
    top, bottom = line.top / view.height, line.bottom / view.height
    for _ in range(turn):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    left, top, right, bottom = (round(min(max(edge, 0.0), 1.0), 5) for edge in (left, top, right, bottom))
    text = without_controls(line.text)
    if text.strip() and right > left and bottom > top:
        yield TextRun(text, left, top, right - left, bottom - top, turn, line.is_vertical, then)
