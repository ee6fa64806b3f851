"""OpenDocument text and presentations: their few elements are renamed to HTML's, and the walk over HTML reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import Archive
from searchapp.sources.formats.markup import soup_of, walk
from searchapp.sources.formats.metadata import read_properties
from searchapp.sources.formats.opendocument_markup import DRAW, OFFICE, STYLE, TEXT, as_html, hide, paragraphs
from searchapp.sources.parsed import Parsed, ParserInput

MOST_OBJECTS = 200
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_MATH = "{http://www.w3.org/1998/Math/MathML}"
_FURNITURE = (f"{STYLE}header", f"{STYLE}header-left", f"{STYLE}header-first", f"{STYLE}footer", f"{STYLE}footer-left",
              f"{STYLE}footer-first")  # fmt: skip


def parse_opendocument(source: ParserInput, kind: SourceType) -> Parsed:
    """Read an ODT or ODP without its pictures, hidden and deleted text; each slide of an ODP is a page.

    Raises SourceError for one that is damaged or protected by a password.
    """
    archive = Archive(source)
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise SourceError("password_unsupported", name=source.name)
    content = archive.xml("content.xml")
    body = None if content is None else content.find(f".//{OFFICE}body")
    if body is None:
        raise archive.damaged()
    builder = DocumentBuilder()
    if hide(content, body):
        builder.note(Message("hidden_text_left_out"))
    _put_objects_in_place(archive, body)
    slides = body.findall(f".//{DRAW}page")
    silent = []
    for number, slide in enumerate(slides, start=1):
        before = builder.length
        _promote_title(slide)
        builder.end_headings(1)
        comments = list(_comments(slide))
        walk(soup_of(as_html(slide)), builder, number)
        builder.add("\n".join(comments), page=number, verbatim=True)
        if builder.length == before:
            silent.append(number)
    if not slides:
        comments = list(_comments(body))
        walk(soup_of(as_html(body, content)), builder)
        builder.add("\n".join([*_furniture(archive), *comments]), verbatim=True)
    properties = read_properties(archive)
    return builder.build(
        kind,
        title=properties.title,
        stem=source.stem,
        modified=properties.modified,
        pages=len(slides) or None,
        pages_without_text=silent,
    )


def _put_objects_in_place(archive: Archive, body: Any) -> None:
    """Formulas, charts' data and documents that are parts of their own stand where they are drawn."""
    for place in list(body.iter(f"{DRAW}object"))[:MOST_OBJECTS]:
        name = (place.get(_HREF) or "").removeprefix("./").rstrip("/")
        try:
            tree = archive.xml(f"{name}/content.xml") if name else None
        except SourceError:
            continue
        if tree is None:
            continue
        if tree.tag == f"{_MATH}math":
            written = tree.find(f".//{_MATH}annotation")
            text = "".join(tree.itertext()) if written is None else written.text or ""
            place.tag, place.text = f"{TEXT}span", one_line(text)
        elif (inner := tree.find(f".//{OFFICE}body")) is not None:
            place.tag = f"{TEXT}section"
            place.append(inner)


def _comments(tree: Any) -> Iterator[str]:
    """What reviewers wrote beside the text, a line each."""
    for comment in tree.iter(f"{OFFICE}annotation"):
        yield ": ".join(filter(None, [one_line(comment.findtext(_CREATOR) or ""), *map(one_line, paragraphs(comment))]))


def _furniture(archive: Archive) -> Iterable[str]:
    """What the pages' headers and footers say, each line once, without the pages' numbers."""
    try:
        styles = archive.xml("styles.xml")
    except SourceError:
        return ()
    if styles is None:
        return ()
    for number in list(styles.iter(f"{TEXT}page-number", f"{TEXT}page-count")):
        number.text = None
    lines = (one_line(line) for part in _FURNITURE for one in styles.iter(part) for line in paragraphs(one))
    return dict.fromkeys(line for line in lines if any(map(str.isalnum, line)) and line.lower() != "page")


def _promote_title(slide: Any) -> None:
    """The first paragraph of a slide's title becomes a heading."""
    for frame in slide.iter(f"{DRAW}frame"):
        if frame.get(f"{_PRESENTATION}class") == "title":
            paragraph = frame.find(f".//{TEXT}p")
            if paragraph is not None:
                paragraph.tag = f"{TEXT}h"
                return
