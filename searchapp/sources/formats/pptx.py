"""PowerPoint: each slide is a page; its title is the heading of its text, tables, charts and speaker notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import Archive
from searchapp.sources.formats.metadata import read_properties
from searchapp.sources.formats.sheets import row_line
from searchapp.sources.parsed import Parsed, ParserInput

DEEPEST_GROUP = 20


def parse_pptx(source: ParserInput) -> Parsed:
    """Read a presentation without its pictures; a slide that cannot be read counts as one without text.

    Raises SourceError for one that is damaged.
    """
    from pptx import Presentation

    archive = Archive(source)
    properties = read_properties(archive)
    try:
        slides = list(Presentation(io.BytesIO(source.data)).slides)
    except MemoryError:
        raise
    except Exception as error:
        raise archive.damaged() from error
    builder = DocumentBuilder()
    silent = []
    for number, slide in enumerate(slides, start=1):
        if not _add_slide(builder, slide, number):
            silent.append(number)
    return builder.build(
        SourceType.PPTX,
        title=properties.title,
        stem=source.stem,
        modified=properties.modified,
        pages=len(slides),
        pages_without_text=silent,
    )


def _add_slide(builder: DocumentBuilder, slide: Any, number: int) -> bool:
    title = _attempt(lambda: slide.shapes.title)
    heading = one_line(_text(title)) if title is not None else ""
    blocks = [block for shape in _shapes(slide.shapes) if shape != title for block in _blocks(shape)]
    notes = _attempt(lambda: slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "")
    if notes and notes.strip():
        blocks.append(f"Notes: {notes.strip()}")
    if heading:
        builder.heading(1, heading, number)
    else:
        builder.end_headings(1)
    for block in blocks:
        builder.add(block, page=number, verbatim=True)
    return bool(heading or any(block.strip() for block in blocks))


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for shape in shapes:
        inner = _attempt(lambda shape=shape: shape.shapes)
        if inner is None:
            yield shape
        elif depth < DEEPEST_GROUP:
            yield from _shapes(inner, depth + 1)


def _blocks(shape: Any) -> Iterator[str]:
    """A shape's text, its table or its chart: whichever of these it has."""
    yield _text(shape)
    if _attempt(lambda: shape.has_table):
        rows = _attempt(lambda: [[cell.text for cell in row.cells] for row in shape.table.rows]) or []
        yield "\n".join(row_line(row) for row in rows if any(cell.strip() for cell in row))
    if _attempt(lambda: shape.has_chart):
        yield _attempt(lambda: _chart(shape.chart)) or ""


def _text(shape: Any) -> str:
    paragraphs = _attempt(lambda: list(shape.text_frame.paragraphs)) or []
    lines = [("  " * (paragraph.level or 0)) + paragraph.text.replace("\x0b", "\n") for paragraph in paragraphs]
    return "\n".join(line for line in lines if line.strip())


def _chart(chart: Any) -> str:
    title = chart.chart_title.text_frame.text if chart.has_title and chart.chart_title.has_text_frame else ""
    series = [(one.name or "", list(one.values)) for plot in chart.plots for one in plot.series]
    categories = [str(category) for category in chart.plots[0].categories]
    rows = [["", *(name for name, _ in series)]]
    for index, category in enumerate(categories):
        values = [
            str(values[index]) if index < len(values) and values[index] is not None else "" for _, values in series
        ]
        rows.append([category, *values])
    return "\n".join([*filter(None, [title]), *map(row_line, rows)])


def _attempt(read: Any) -> Any:
    """What ``read`` returns, or None: shapes are of many kinds, and one that is broken must not cost the others."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - python-pptx raises whatever lxml, zipfile and its own descriptors do
        return None
