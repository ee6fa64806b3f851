"""The documents themselves, so that a citation opens its page. What they hold must never run in our origin."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, redirect, request, send_file
from waitress.buffers import ReadOnlyFileBasedBuffer
from werkzeug.wrappers import Response as AnyResponse

from searchapp.errors import NotFoundError, OverloadedError, SourceError, StorageError, UsageError
from searchapp.model import DocumentEntry, SourceType
from searchapp.sources.containers import GZIP_MAGIC
from searchapp.sources.source import is_web_address
from searchapp.web.copies import Copies, Form
from searchapp.web.identity import readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Flag, Query
from searchapp.web.spool import Spool

if TYPE_CHECKING:
    from searchapp.wiring import Application

# `sandbox` gives the page an origin of its own without scripts; it may look like itself, and load nothing.
HTML_POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
# The browser's PDF viewer is a page with scripts of its own, which a stricter policy stops in some browsers.
PDF_POLICY = "base-uri 'none'; frame-ancestors 'none'"
TEXT_POLICY = "default-src 'none'; frame-ancestors 'none'"

_MEDIA = {
    SourceType.PDF: ("application/pdf", PDF_POLICY),
    SourceType.HTML: ("text/html", HTML_POLICY),
    SourceType.MARKDOWN: ("text/plain", TEXT_POLICY),
    SourceType.TEXT: ("text/plain", TEXT_POLICY),
    SourceType.CSV: ("text/plain", TEXT_POLICY),
    **dict.fromkeys(
        (
            SourceType.JSON,
            SourceType.YAML,
            SourceType.XML,
            SourceType.SUBTITLES,
            SourceType.LATEX,
            SourceType.CODE,
        ),
        ("text/plain", TEXT_POLICY),
    ),
}
"""What a browser shows; every other kind is offered as a download."""


class FileQuery(Query):
    """What is to become of an original."""

    download: Flag = False
    """Send it as it is, under its own name, to be saved."""


def blueprint(application: Application) -> Blueprint:
    """``GET /documents/<id>/file``: the original by its id, never by a path that a client names."""
    routes = Blueprint("originals", __name__)
    settings = application.settings
    copies = Copies(Spool(settings).folder, settings.max_file_mb * 1024 * 1024)

    @routes.get("/documents/<document_id>/file")
    @operation(
        "Open the original",
        content={kind: {} for kind in (*sorted({kind for kind, _ in _MEDIA.values()}), "application/octet-stream")},
        also={
            HTTPStatus.PARTIAL_CONTENT: "The part that was asked for with Range.",
            HTTPStatus.FOUND: "The original is a web page of which no copy is kept: its address.",
            HTTPStatus.NOT_MODIFIED: "The copy that If-None-Match or If-Modified-Since names is current.",
        },
        errors=(
            UsageError,
            NotFoundError,
            SourceError,
            OverloadedError,
            StorageError,
            *STORE,
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        ),
    )
    def file(document_id: str, query: FileQuery) -> AnyResponse:
        """PDF, HTML and text as a browser shows them, in a sandbox; every other kind as a download."""
        entry = readable(application.store.entry(document_id), document_id)
        path = application.originals.path(entry)
        if path is not None and path.is_file():
            return _saved(entry, path) if query.download else _original(entry, path, copies)
        if is_web_address(entry.source):
            return redirect(entry.source)
        raise NotFoundError("original_missing", name=entry.title or entry.source)

    return routes


def _original(entry: DocumentEntry, path: Path, copies: Copies) -> Response:
    with path.open("rb") as stream:
        start = stream.read(1024)
    kind = _kind(entry, start)
    if kind is None or kind not in _MEDIA:
        return _saved(entry, path)
    media_type, policy = _MEDIA[kind]
    form = Form(text=kind is not SourceType.PDF, html=kind is SourceType.HTML)
    with copies.readable(path, _name(entry), form) as shown:
        response = _sent(shown, path, "shown", mimetype=media_type, name=_name(entry))
    response.headers["Content-Security-Policy"] = policy
    return response


def _saved(entry: DocumentEntry, path: Path) -> Response:
    return _sent(path, path, "original", mimetype="application/octet-stream", as_attachment=True, name=_name(entry))


def _sent(shown: Path, original: Path, form: str, *, mimetype: str, name: str, as_attachment: bool = False) -> Response:
    """The file, a part of it, or nothing of what is known already; from the disk, by the server's own loop."""
    if "," in request.headers.get("Range", ""):
        del request.environ["HTTP_RANGE"]  # several parts: all of it, as HTTP lets us, in place of an error
    status = original.stat()
    response = send_file(
        shown,
        mimetype=mimetype,
        as_attachment=as_attachment,
        download_name=name,
        etag=f"{status.st_mtime_ns:x}-{status.st_size:x}-{form}",  # the same when a copy was made again
        last_modified=status.st_mtime,
    )
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        file = getattr(response.response, "iterable", None)
        if isinstance(file, ReadOnlyFileBasedBuffer) and response.content_range.start is not None:
            # waitress sends a file from where it stands; read through werkzeug, a slow reader would hold a thread.
            file.seek(response.content_range.start)
            response.response = file
    return response


def _kind(entry: DocumentEntry, start: bytes) -> SourceType | None:
    """The type that ingestion found; until then it is only what the name promises, so a PDF has to begin like one."""
    try:
        kind = SourceType(entry.type)
    except ValueError:
        kind = SourceType.PDF
    if kind is SourceType.PDF and b"%PDF-" not in start and not start.startswith(GZIP_MAGIC):
        return None
    return kind


def _name(entry: DocumentEntry) -> str:
    """The name that the browser offers when the original is saved."""
    path = unquote(urlsplit(entry.source).path) if is_web_address(entry.source) else entry.source
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2].removesuffix(".gz")
    # A file may have a line break in its name, which no header can carry.
    return "".join(character if character.isprintable() else "_" for character in name) or "document"
