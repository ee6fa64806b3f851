"""The bounds of a request that hold before any route reads it: its body, and what stands in the path of its address.

What stands in JSON bodies and after the address's question mark is bounded field by field in ``requests``; the address
and the headers together by ``server``.
"""

from __future__ import annotations

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

from searchapp import limits
from searchapp.messages import Message

UPLOADS = "api.add"
"""The one endpoint that takes files."""

MULTIPART = "multipart/form-data"


class Name(UnicodeConverter):
    """An id. A longer one names nothing."""

    def __init__(self, map: Map, maxlength: int = limits.NAME_CHARACTERS) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, maxlength=maxlength)


class Number(IntegerConverter):
    """A page. Python refuses to read thousands of digits, with an error that nobody expects there."""

    regex = rf"\d{{1,{len(str(limits.PATH_NUMBER))}}}"


def register(app: Flask) -> None:
    """Bound every request of ``app``; to be called before routes are added."""
    app.url_map.converters.update(default=Name, string=Name, int=Number)

    @app.before_request
    def bound() -> None:
        if not takes_files():
            request.max_content_length = limits.BODY_BYTES


def takes_files() -> bool:
    """Whether this request may be as large as a file."""
    return request.endpoint == UPLOADS and request.mimetype == MULTIPART


def too_large(file_mb: int) -> Message:
    """What is said of a body that is larger than it may be."""
    if takes_files():
        return Message("upload_too_large", limit=file_mb)
    return Message("body_too_large", limit=limits.BODY_BYTES // 1024**2)
