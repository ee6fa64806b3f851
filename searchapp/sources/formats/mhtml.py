"""Web pages that a browser saved as one file (MHTML): the page among its parts is read as one from the web is."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from searchapp.errors import SourceError
from searchapp.sources.formats.html import parse_html
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sniff import HEAD_BYTES

MOST_PARTS = 5000


def parse_mhtml(source: ParserInput) -> Parsed:
    """Read the page; its pictures and styles are left out.

    Raises SourceError where there is no page among the parts, or they nest beyond reason.
    """
    try:
        message = email.message_from_bytes(source.data, policy=email.policy.default)
        page = _page(message)
    except RecursionError as error:
        raise SourceError("nested_too_deep", name=source.name) from error
    if page is None and b"<" in source.data[:HEAD_BYTES] and not message.is_multipart():
        return parse_html(source)  # a page under a wrong name
    if page is None:
        raise SourceError("format_damaged", name=source.name, format="MHTML")
    data = page.get_payload(decode=True)
    charset = page.get_content_charset() or ""
    parsed = parse_html(
        dataclasses.replace(
            source,
            data=data if isinstance(data, bytes) else b"",
            content_type=f"text/html; charset={charset}" if charset else "text/html",
        )
    )
    try:
        saved = parsedate_to_datetime(str(message["Date"]))
    except (ValueError, TypeError, IndexError, AttributeError):
        return parsed  # the standard library stumbles over some malformed headers
    return parsed if parsed.modified or saved.tzinfo is None else dataclasses.replace(parsed, modified=saved)


def _page(message: EmailMessage) -> EmailMessage | None:
    """The part that the others belong to: the one that is named as the start, else the first page."""
    start = str(message.get_param("start", "") or "").strip()
    first = None
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            break
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        if start and str(part["Content-ID"] or "").strip() == start:
            return part
        first = first or part
    return first
