"""OpenDocument text and presentations: their few elements are renamed to HTML's, and the walk over HTML reads them."""

from __future__ import annotations

from typing import Any

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.containers import Archive
from searchapp.sources.formats.markup import soup_of, walk
from searchapp.sources.formats.metadata import read_properties
from searchapp.sources.parsed import Parsed, ParserInput

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_HTML = {
    "p": "p", "list": "ul", "list-item": "li", "list-header": "li", "table": "table", "table-row": "tr",
    "table-cell": "td", "line-break": "br", "section": "div", "frame": "div", "text-box": "div", "page": "div",
}  # fmt: skip
_UNREAD = frozenset({
    "tracked-changes", "annotation", "note-citation", "sequence-decls", "forms", "covered-table-cell",
    "event-listeners", "image", "object", "object-ole", "plugin", "variable-decls", "user-field-decls",
    "page-thumbnail", "desc", "title", "table-of-content", "alphabetical-index", "settings",
    "soft-page-break", "animations", "par", "header", "footer",
})  # fmt: skip
_MOST_SPACES = 40


def parse_opendocument(source: ParserInput, kind: SourceType) -> Parsed:
    """Read an ODT or ODP without its pictures, comments and deleted text; each slide of an ODP is a page.

    Raises SourceError for one that is damaged or protected by a password.
    """
    archive = Archive(source)
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise SourceError("password_unsupported", name=source.name)
    content = archive.xml("content.xml")
    body = None if content is None else content.find(f".//{{{_NAMESPACE}office:1.0}}body")
    if body is None:
        raise archive.damaged()
    slides = body.findall(f".//{{{_NAMESPACE}drawing:1.0}}page")
    builder = DocumentBuilder()
    silent = []
    for number, slide in enumerate(slides, start=1):
        before = builder.length
        _promote_title(slide)
        builder.end_headings(1)
        walk(soup_of(_as_html(slide)), builder, number)
        if builder.length == before:
            silent.append(number)
    if not slides:
        walk(soup_of(_as_html(body)), builder)
    properties = read_properties(archive)
    return builder.build(
        kind,
        title=properties.title,
        stem=source.stem,
        modified=properties.modified,
        pages=len(slides) or None,
        pages_without_text=silent,
    )


def _as_html(tree: Any) -> Any:
    """``tree`` with HTML's names; what is not text is gone, unknown elements are transparent."""
    from lxml import etree

    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2]
        if name == "h" or (name == "p" and element.get(f"{{{_NAMESPACE}text:1.0}}style-name") == "Title"):
            level = element.get(f"{{{_NAMESPACE}text:1.0}}outline-level") or "1"
            element.tag = f"h{level if level in '123456' else '6'}"
        elif name in ("s", "tab"):
            count = element.get(f"{{{_NAMESPACE}text:1.0}}c") or "1"
            element.tag = "span"
            element.text = " " * (min(int(count), _MOST_SPACES) if count.isdigit() else 1)
        elif name in _UNREAD:
            element.tag = "template"
        elif name == "note":
            element.tag = "span"
            element.text, element[:] = f" ({' '.join(''.join(_note_text(element)).split())})", ()
        else:
            in_cell = name.startswith("list") and _is_in_cell(element)
            element.tag = "div" if in_cell else _HTML.get(name, "span")
    etree.cleanup_namespaces(tree)
    return tree


def _is_in_cell(element: Any) -> bool:
    return any(ancestor.tag == "td" for ancestor in element.iterancestors())


def _note_text(note: Any) -> list[str]:
    body = note.find(f"{{{_NAMESPACE}text:1.0}}note-body")
    return [] if body is None else [f"{text} " for text in body.itertext()]


def _promote_title(slide: Any) -> None:
    """The first paragraph of a slide's title becomes a heading."""
    for frame in slide.iter(f"{{{_NAMESPACE}drawing:1.0}}frame"):
        if frame.get(f"{{{_NAMESPACE}presentation:1.0}}class") == "title":
            paragraph = frame.find(f".//{{{_NAMESPACE}text:1.0}}p")
            if paragraph is not None:
                paragraph.tag = f"{{{_NAMESPACE}text:1.0}}h"
                return
