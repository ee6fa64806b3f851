"""E-books: the package's spine gives the order of the chapters, each of which is a web page."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import Archive
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.epub_contents import Entry, mark_headings, table_of_contents
from searchapp.sources.formats.markup import body_of, parse_markup, walk
from searchapp.sources.formats.metadata import parse_date, sensible_title
from searchapp.sources.parsed import Parsed, ParserInput

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE = "{http://www.idpf.org/2007/opf}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_CHAPTERS = ("application/xhtml+xml", "text/html")


def parse_epub(source: ParserInput) -> Parsed:
    """Read an EPUB 2 or 3 without its pictures. Raises SourceError for one that is damaged or locked by its seller."""
    archive = Archive(source)
    container = archive.xml("META-INF/container.xml")
    root = None if container is None else container.find(f".//{_CONTAINER}rootfile")
    path = "" if root is None else root.get("full-path") or ""
    package = archive.xml(path) if path else None
    if package is None:
        raise archive.damaged()
    chapters = [name for name in _spine(package, posixpath.dirname(path)) if name in archive.names]
    locked = archive.read("META-INF/encryption.xml").decode("utf-8", errors="replace")
    if any(f'"{name}"' in unquote(locked) for name in chapters):
        raise SourceError("book_locked", name=source.name)
    builder = DocumentBuilder()
    contents = table_of_contents(archive, package, posixpath.dirname(path))
    for name in chapters:
        _add_chapter(builder, archive.read(name), contents.get(name, ()))

    def metadata(name: str) -> str:
        return one_line(package.findtext(f".//{_DUBLIN_CORE}{name}") or "")

    return builder.build(
        SourceType.EPUB,
        title=sensible_title(metadata("title")),
        stem=source.stem,
        language=metadata("language")[:2].lower(),
        modified=parse_date(metadata("date")),
    )


def _spine(package: Any, folder: str) -> list[str]:
    """The chapters' member names in reading order."""
    members = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in package.iter(f"{_PACKAGE}item")
        if item.get("media-type") in _CHAPTERS and "nav" not in (item.get("properties") or "").split()
    }
    references = (reference.get("idref") for reference in package.iter(f"{_PACKAGE}itemref"))
    return [members[reference] for reference in references if reference in members]


def _add_chapter(builder: DocumentBuilder, data: bytes, entries: Iterable[Entry]) -> None:
    text = decode(data, declared_charset(data)).replace("\x00", "")
    if text.strip():
        page = parse_markup(text)
        mark_headings(page, entries)
        walk(body_of(page), builder)
