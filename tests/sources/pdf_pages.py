"""Draws PDF pages word by word, for tests of what is where."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

CHINESE = "STSong-Light"


class Text(NamedTuple):
    """A line of text: where it begins, in points from the top left, and how it looks."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "Helvetica"
    turned: float = 0


class Rule(NamedTuple):
    """A drawn line."""

    x0: float
    y0: float
    x1: float
    y1: float


def drawn(*pages: Sequence[Text | Rule], title: str = "") -> bytes:
    """A PDF of such pages, A4."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setTitle(title)
    height = A4[1]
    for page in pages:
        for mark in page:
            if isinstance(mark, Rule):
                canvas.line(mark.x0, height - mark.y0, mark.x1, height - mark.y1)
                continue
            canvas.saveState()
            canvas.translate(mark.x, height - mark.y)
            canvas.rotate(mark.turned)
            canvas.setFont(mark.font, mark.size)
            canvas.drawString(0, 0, mark.text)
            canvas.restoreState()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def column(
    x: float, y: float, text: str, *, pitch: float = 12, size: float = 10, font: str = "Helvetica"
) -> list[Text]:
    """Lines below each other."""
    return [Text(x, y + number * pitch, line, size, font) for number, line in enumerate(text.strip().splitlines())]


def rows(
    x: Sequence[float], y: float, cells: Sequence[Sequence[str]], *, pitch: float = 18, font: str = "Helvetica"
) -> list[Text]:
    """A table's cells, row by row; ``x`` says where each column begins."""
    return [
        Text(x[place], y + number * pitch, cell, font=font)
        for number, row in enumerate(cells)
        for place, cell in enumerate(row)
        if cell
    ]
