"""What the page shows of an original beside an answer: a PDF's pages as pictures with the chunk marked and the text
that lies over them, Markdown as HTML, and the text of any document chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, url_for
from pydantic import Field

from searchapp import limits
from searchapp.errors import NotFoundError, OverloadedError, SourceError, UsageError
from searchapp.model import Chunk, DocumentEntry, OpenedDocument, SourceType
from searchapp.sources.page_drawer import WIDTHS
from searchapp.sources.parsed import PageSize, TextLayer
from searchapp.text.sentences import CELL_BREAK
from searchapp.web.identity import readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Name, Query

if TYPE_CHECKING:
    from searchapp.wiring import Application

SHOWN = (UsageError, NotFoundError, SourceError, OverloadedError, *STORE)

MOST_HEADINGS = 2000


class PassagesQuery(Query):
    """Which chunks of a document to read."""

    around: Name = ""
    """The `chunk_id` of a chunk to begin near, so that it comes in the middle; `from` does not count then."""
    size: int = Field(40, ge=1, le=limits.READ_AT_ONCE)
    """Chunks on this page."""
    offset: int = Field(0, ge=0, le=limits.OFFSET, alias="from")
    """Chunks to pass over."""


class PageQuery(Query):
    """What to mark on a page."""

    passage: Name = ""
    """The `chunk_id` of a chunk."""


MOST_LAYERS = 20


class LayersQuery(Query):
    """The text over which pages."""

    first: int = Field(1, ge=1, le=limits.PATH_NUMBER, alias="from")
    """The first page, from 1."""
    size: int = Field(1, ge=1, le=MOST_LAYERS)
    """Pages at most; fewer come where they take long."""


class PictureQuery(Query):
    """How to draw a page."""

    width: int = Field(1200, ge=1, le=WIDTHS[-1])
    """Pixels that the picture is at least wide, as far as the page is not much longer than that."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document as HTML that is safe to show."""

    html: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle on a page, in shares of its width and height (0 to 1), from the top left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageView:
    """A PDF's page, and where on it a chunk stands."""

    page: int
    """From 1."""
    pages: int
    """How many pages there are."""
    width: float
    """In points (1/72 inch)."""
    height: float
    picture: str
    """The address of the page as a picture; add `width` for another size."""
    marks: tuple[Mark, ...]
    """A rectangle for each line of the chunk."""


@dataclass(frozen=True, slots=True)
class SheetsView:
    """A PDF's pages."""

    pages: int
    """How many there are."""
    sizes: tuple[PageSize, ...]
    """Width and height of each in points, of the first ten thousand."""
    is_changed: bool
    """Whether the file has been edited since it was read."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The text over some pages, in their order."""

    layers: tuple[TextLayer, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of a document's outline."""

    title: str
    level: int
    """From 1, for the highest."""
    passage: str
    """The first chunk below it."""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's headings, in reading order."""

    headings: tuple[Heading, ...]


def blueprint(application: Application) -> Blueprint:
    """The routes of the viewer."""
    routes = Blueprint("viewer", __name__)

    @routes.get("/api/documents/<document_id>/passages")
    @operation("Read a document's passages", errors=(UsageError, NotFoundError, *STORE), conditional=True)
    def passages(document_id: str, query: PassagesQuery) -> OpenedDocument:
        """In reading order, with the headings and the page of each. Two that follow each other may share some text;
        `start` and `end` tell.
        """
        entry = readable(application.store.entry(document_id), document_id)
        chunks = application.store.chunks(document_id)
        start = query.offset
        if query.around:
            start = max(0, _position(chunks, query.around) - query.size // 2)
        return OpenedDocument(entry, len(chunks), chunks[start : start + query.size])

    @routes.get("/api/documents/<document_id>/html")
    @operation("Read a Markdown document as HTML", errors=SHOWN, conditional=True)
    def html(document_id: str) -> Rendered:
        """Only text, its structure and links to the web are left of what it holds."""
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.MARKDOWN)
        return Rendered(application.page_drawer.html(path, _name(entry)))

    @routes.get("/api/documents/<document_id>/pages/<int:page>")
    @operation("Find a passage on a PDF's page", errors=SHOWN, conditional=True)
    def page(document_id: str, page: int, query: PageQuery) -> PageView:
        """Where on the page a chunk stands, by the page's own text; a scanned page has none, and no marks."""
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.PDF)
        words = ""
        if query.passage:
            chunks = application.store.chunks(document_id)
            words = chunks[_position(chunks, query.passage)].text
        place = application.page_drawer.place(path, _name(entry), page, words)
        picture = url_for("viewer.picture", document_id=document_id, page=page)
        marks = tuple(Mark(*mark) for mark in place.marks)
        return PageView(page, place.pages, place.width, place.height, picture, marks)

    @routes.get("/api/documents/<document_id>/sheets")
    @operation("Measure a PDF's pages", errors=SHOWN, conditional=True)
    def sheets(document_id: str) -> SheetsView:
        """How many there are and how large each is, before any is drawn."""
        entry = readable(application.store.entry(document_id), document_id)
        found, digest = application.page_drawer.sheets(_original(entry, SourceType.PDF), _name(entry))
        return SheetsView(found.pages, found.sizes, bool(entry.content_hash) and digest != entry.content_hash)

    @routes.get("/api/documents/<document_id>/layers")
    @operation("Read the text over a PDF's pages", errors=SHOWN, conditional=True)
    def layers(document_id: str, query: LayersQuery) -> Layers:
        """In reading order, with the place of each stretch; a page that is a picture has none. At least one page
        comes, and fewer than were asked for where they take long.
        """
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.PDF)
        return Layers(application.page_drawer.layers(path, _name(entry), query.first, query.size))

    @routes.get("/api/documents/<document_id>/outline")
    @operation("List a document's headings", errors=(NotFoundError, *STORE), conditional=True)
    def outline(document_id: str) -> Outline:
        """Its headings, or a PDF's bookmarks, as far as passages stand below them."""
        readable(application.store.entry(document_id), document_id)
        return Outline(tuple(islice(_headings(application.store.chunks(document_id)), MOST_HEADINGS)))

    @routes.get("/documents/<document_id>/pages/<int:page>.png")
    @operation(
        "See a PDF's page",
        content={"image/png": {"type": "string", "format": "binary"}},
        errors=SHOWN,
        conditional=True,
    )
    def picture(document_id: str, page: int, query: PictureQuery) -> Response:
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.PDF)
        png = application.page_drawer.picture(path, _name(entry), page, query.width)
        return Response(png, HTTPStatus.OK, mimetype="image/png")

    def _original(entry: DocumentEntry, kind: SourceType) -> Path:
        if entry.type != kind:
            raise UsageError("type_differs", name=_name(entry), type=entry.type or "?", wanted=kind, id=entry.id)
        path = application.originals.path(entry)
        if path is None:
            raise NotFoundError("copy_gone", name=_name(entry))
        return path

    return routes


def _name(entry: DocumentEntry) -> str:
    return entry.title or entry.source


def _headings(chunks: Sequence[Chunk]) -> Iterator[Heading]:
    path: tuple[str, ...] = ()
    for chunk in chunks:
        # The header of a table stands below its headings.
        own = tuple(title for title in chunk.headings if CELL_BREAK not in title)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(path, own, strict=False)))
        for level, title in enumerate(own[same:], start=same + 1):
            yield Heading(title, level, chunk.id, chunk.page)
        path = own


def _position(chunks: tuple[Chunk, ...], passage: str) -> int:
    for position, chunk in enumerate(chunks):
        if chunk.id == passage:
            return position
    raise NotFoundError("passage_gone", passage=passage[:96])
