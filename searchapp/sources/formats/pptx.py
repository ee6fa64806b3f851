"""PowerPoint: each slide is a page; its title is the heading of its text, tables, charts, diagrams, notes, comments."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import Archive, xml_parser
from searchapp.sources.formats.drawings import chart_lines, diagram_lines
from searchapp.sources.formats.formulas import linear
from searchapp.sources.formats.metadata import read_properties
from searchapp.sources.formats.ooxml import R, kind_of
from searchapp.sources.members import Member, read_members
from searchapp.sources.parsed import Parsed, ParserInput

DEEPEST_GROUP = 20
MOST_TOLD = 20
"""Hidden slides that a note names."""

LONGEST_REPEATED = 200
"""Text of a merged cell that stands in each of its rows."""

_MAIN_TYPES = (
    "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
    "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
)
"""Main parts that are presentations too, which python-pptx does not know."""

_OBJECTS = ("/package", "/oleObject")


def parse_pptx(source: ParserInput) -> Parsed:
    """Read a presentation without its pictures; a slide that cannot be read has no text.

    Raises SourceError for one that is damaged.
    """
    archive = Archive(source)
    properties = read_properties(archive)
    try:
        presentation = _opened(source.data)
        slides = list(presentation.slides)
    except MemoryError:
        raise
    except Exception as error:
        raise archive.damaged() from error
    builder = DocumentBuilder()
    authors = _attempt(lambda: _authors(presentation)) or {}
    silent, hidden, footers = [], [], set[str]()
    objects: dict[str, bytes] = {}
    for number, slide in enumerate(slides, start=1):
        if slide._element.get("show") in ("0", "false"):
            hidden.append(number)
        before = builder.length
        _add_slide(builder, slide, number, footers)
        builder.add(
            "\n".join(_attempt(lambda slide=slide: _comments(slide, authors)) or ()), page=number, verbatim=True
        )
        objects.update(_attempt(lambda slide=slide: _objects(slide)) or {})
        if builder.length == before:
            silent.append(number)
    if hidden:
        builder.note(
            Message("slides_hidden", count=len(hidden), slides=hidden[:MOST_TOLD], more=int(len(hidden) > MOST_TOLD))
        )
    read_members(builder, source, [Member(name, data) for name, data in objects.items()])
    return builder.build(
        SourceType.PPTX,
        title=properties.title,
        stem=source.stem,
        modified=properties.modified,
        pages=len(slides),
        pages_without_text=silent,
    )


def _opened(data: bytes) -> Any:
    from pptx.opc.package import PartFactory
    from pptx.package import Package
    from pptx.parts.presentation import PresentationPart

    PartFactory.part_type_for.update(dict.fromkeys(_MAIN_TYPES, PresentationPart))
    return Package.open(io.BytesIO(data)).presentation_part.presentation


def _add_slide(builder: DocumentBuilder, slide: Any, number: int, footers: set[str]) -> None:
    _unwrap_alternatives(slide._element)
    title = _attempt(lambda: slide.shapes.title)
    heading = one_line(_text(title)) if title is not None else ""
    if heading:
        builder.heading(1, heading, number)
    else:
        builder.end_headings(1)
    for shape in _shapes(slide.shapes):
        if shape == title:
            continue
        if _attempt(lambda shape=shape: shape.has_table):
            builder.table(_attempt(lambda shape=shape: _rows(shape.table)) or [], page=number)
        else:
            builder.add(_block(slide, shape, footers), page=number, verbatim=True)
    notes = _attempt(lambda: slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "")
    if notes and notes.strip():
        builder.add(f"Notes: {notes.strip()}", page=number, verbatim=True)


def _unwrap_alternatives(tree: Any) -> None:
    """Put the first way to draw a thing that holds text in the place of all its ways: python-pptx sees none of them."""
    for several in [one for one in tree.iter() if kind_of(one) == "mc:AlternateContent"]:
        if several.getparent() is not None:
            ways = list(several)
            chosen = next(
                (way for way in ways if any(kind_of(one) == "a:t" for one in way.iter())), ways[0] if ways else ()
            )
            for child in chosen:
                several.addprevious(child)
            several.getparent().remove(several)


def _shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for shape in shapes:
        inner = _attempt(lambda shape=shape: shape.shapes)
        if inner is None:
            yield shape
        elif depth < DEEPEST_GROUP:
            yield from _shapes(inner, depth + 1)


def _block(slide: Any, shape: Any, footers: set[str]) -> str:
    """A shape's text, its chart or its diagram; what stands at the foot of every slide only once."""
    kind = _attempt(lambda: shape.placeholder_format.type.name)
    if kind in ("SLIDE_NUMBER", "DATE"):
        return ""
    text = _text(shape)
    if kind == "FOOTER" and text in footers:
        return ""
    if kind == "FOOTER":
        footers.add(text)
    if _attempt(lambda: shape.has_chart):
        return "\n".join(_attempt(lambda: chart_lines(shape.chart._chartSpace)) or ())
    return text or "\n".join(_attempt(lambda: _diagram(slide, shape)) or ())


def _diagram(slide: Any, shape: Any) -> list[str]:
    found = next((one for one in shape._element.iter() if kind_of(one) == "dgm:relIds"), None)
    return [] if found is None else diagram_lines(_tree(slide.part.related_part(found.get(f"{R}dm")).blob))


def _rows(table: Any) -> list[list[str]]:
    """The table's cells; what one says that goes on over several rows stands in each of them."""
    rows = [["" if cell.is_spanned else _text(cell) for cell in row.cells] for row in table.rows]
    for top, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            text = rows[top][column]
            if cell.is_merge_origin and len(text) <= LONGEST_REPEATED:
                for below in rows[top + 1 : top + cell.span_height]:
                    below[column] = text
    return rows


def _text(shape: Any) -> str:
    paragraphs = _attempt(lambda: list(shape.text_frame.paragraphs)) or []
    lines = [("  " * (paragraph.level or 0)) + _runs(paragraph._p) for paragraph in paragraphs]
    return "\n".join(line for line in lines if line.strip())


def _runs(element: Any) -> str:
    """A paragraph's runs, fields and formulas."""
    parts = []
    for child in element:
        kind = kind_of(child)
        if kind == "a:t":
            parts.append((child.text or "").replace("\x0b", "\n"))
        elif kind == "a:br":
            parts.append("\n")
        else:
            parts.append(linear(child) if kind == "m:oMath" else _runs(child))
    return "".join(parts)


def _comments(slide: Any, authors: dict[str, str]) -> list[str]:
    """What reviewers wrote beside a slide, a line each."""
    lines = []
    for link in slide.part.rels.values():
        if not link.is_external and link.reltype.endswith("/comments"):
            for one in _tree(link.target_part.blob).iter():
                name = one.tag.rpartition("}")[2] if isinstance(one.tag, str) else ""
                if name in ("cm", "reply"):
                    said = [text.text or "" for text in one if kind_of(text) == "text" or text.tag.endswith("}text")]
                    said += [_runs(body) for body in one if isinstance(body.tag, str) and body.tag.endswith("}txBody")]
                    author = authors.get(one.get("authorId") or "", "")
                    lines.append(one_line(": ".join(filter(None, [author, " ".join(said)]))))
    return lines


def _authors(presentation: Any) -> dict[str, str]:
    links = (one for one in presentation.part.rels.values() if one.reltype.endswith(("/commentAuthors", "/authors")))
    return {
        one.get("id"): one.get("name") or ""
        for link in links
        for one in _tree(link.target_part.blob)
        if isinstance(one.tag, str)
    }


def _objects(slide: Any) -> dict[str, bytes]:
    """The documents inside a slide by their parts' names."""
    links = (one for one in slide.part.rels.values() if not one.is_external and one.reltype.endswith(_OBJECTS))
    return {str(link.target_part.partname).rpartition("/")[2]: link.target_part.blob for link in links}


def _tree(data: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(data, xml_parser())


def _attempt(read: Any) -> Any:
    """What ``read`` returns, or None: shapes are of many kinds, and one that is broken must not cost the others."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - python-pptx raises whatever lxml, zipfile and its own descriptors do
        return None
