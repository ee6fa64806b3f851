"""What the page shows of an original beside an answer: a PDF's page as a picture with the passage marked, Markdown
as HTML, and the text of any document passage by passage.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, url_for

from searchapp import shapes
from searchapp.errors import NotFoundError, OverloadedError, SourceError, UsageError
from searchapp.model import Chunk, DocumentEntry, SourceType
from searchapp.serialise import chunk_json, entry_json
from searchapp.web.identity import readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import PageQuery, PassagesQuery, PictureQuery
from searchapp.web.sanitise import sanitise

if TYPE_CHECKING:
    from searchapp.wiring import Application

SHOWN = (UsageError, NotFoundError, SourceError, OverloadedError, *STORE)


def blueprint(application: Application) -> Blueprint:
    """The routes of the viewer."""
    routes = Blueprint("viewer", __name__)

    @routes.get("/api/documents/<document_id>/passages")
    @operation("Read a document's passages", errors=(UsageError, NotFoundError, *STORE), conditional=True)
    def passages(document_id: str, query: PassagesQuery) -> shapes.OpenedDocument:
        """In reading order, with the headings and the page of each. Two that follow each other may share some text;
        `start` and `end` tell.
        """
        entry = readable(application.store.entry(document_id), document_id)
        chunks = application.store.chunks(document_id)
        start = query.offset
        if query.around:
            start = max(0, _position(chunks, query.around) - query.size // 2)
        return {
            "document": entry_json(entry),
            "total": len(chunks),
            "passages": [chunk_json(chunk) for chunk in chunks[start : start + query.size]],
        }

    @routes.get("/api/documents/<document_id>/html")
    @operation("Read a Markdown document as HTML", errors=SHOWN, conditional=True)
    def html(document_id: str) -> shapes.Rendered:
        """Only text, its structure and links to the web are left of what it holds."""
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.MARKDOWN)
        return {"html": sanitise(application.page_drawer.html(path, _name(entry)))}

    @routes.get("/api/documents/<document_id>/pages/<int:page>")
    @operation("Find a passage on a PDF's page", errors=SHOWN, conditional=True)
    def page(document_id: str, page: int, query: PageQuery) -> shapes.PageView:
        """Where on the page a passage stands, by the page's own text; a scanned page has none, and no marks."""
        entry = readable(application.store.entry(document_id), document_id)
        path = _original(entry, SourceType.PDF)
        words = ""
        if query.passage:
            chunks = application.store.chunks(document_id)
            words = chunks[_position(chunks, query.passage)].text
        place = application.page_drawer.place(path, _name(entry), page, words)
        return {
            "page": page,
            "pages": place.pages,
            "width": place.width,
            "height": place.height,
            "picture": url_for("viewer.picture", document_id=document_id, page=page),
            "marks": [{"left": x, "top": y, "width": wide, "height": high} for x, y, wide, high in place.marks],
        }

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
            raise UsageError(
                f"{_name(entry)} is of type {entry.type or 'unknown'}, not {kind}.",
                f"Read it at /api/documents/{entry.id}/passages.",
            )
        path = application.originals.path(entry)
        if path is None:
            raise NotFoundError(
                f"No copy of {_name(entry)} is kept here any more.", "Ingest it again, or read its passages."
            )
        return path

    return routes


def _name(entry: DocumentEntry) -> str:
    return entry.title or entry.source


def _position(chunks: tuple[Chunk, ...], passage: str) -> int:
    for position, chunk in enumerate(chunks):
        if chunk.id == passage:
            return position
    raise NotFoundError(
        f"The document has no passage {passage[:96]} any more.", "It was changed since then; search again."
    )
