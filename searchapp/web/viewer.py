"""What the page shows of an original beside an answer: a PDF's page as a picture with the chunk marked, Markdown
as HTML, and the text of any document chunk by chunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, url_for

from searchapp.errors import NotFoundError, OverloadedError, SourceError, UsageError
from searchapp.model import Chunk, DocumentEntry, OpenedDocument, SourceType
from searchapp.web.identity import readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import PageQuery, PassagesQuery, PictureQuery

if TYPE_CHECKING:
    from searchapp.wiring import Application

SHOWN = (UsageError, NotFoundError, SourceError, OverloadedError, *STORE)


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


def _position(chunks: tuple[Chunk, ...], passage: str) -> int:
    for position, chunk in enumerate(chunks):
        if chunk.id == passage:
            return position
    raise NotFoundError("passage_gone", passage=passage[:96])
