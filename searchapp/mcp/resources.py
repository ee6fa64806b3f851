"""Documents as resources: their list in pages, and the text of each, which is read in parts where it is long.

``searchapp://documents/{id}`` is the beginning of a document, and ``searchapp://documents/{id}?start=200`` what stands
behind its first 200 passages.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from mcp import types

from searchapp import limits
from searchapp.access import Scope, readable
from searchapp.errors import NotFoundError
from searchapp.mcp.context import ToolContext
from searchapp.model import DocumentEntry, DocumentState, whole_text
from searchapp.stores import EntryOrder, read_cursor, write_cursor

PAGE = 100
"""Resources in one answer."""

PREFIX = "searchapp://documents/"
TEMPLATE = "searchapp://documents/{id}{?start}"
TEXT = "text/plain"

_URI = re.compile(rf"{PREFIX}([^/?#]{{1,{3 * limits.NAME_CHARACTERS}}})(?:\?start=(\d{{1,7}}))?", re.ASCII)


def uri_of(document_id: str, start: int = 0) -> str:
    """The address of a document's text from its passage ``start`` on."""
    return f"{PREFIX}{quote(document_id, safe='')}" + (f"?start={start}" if start else "")


def list_resources(context: ToolContext, cursor: str | None) -> types.ListResourcesResult:
    """A page of the searchable documents that the caller may see, in the order of titles.

    Raises ForbiddenError, UsageError for a cursor of nobody, and what the store raises.
    """
    context.require(Scope.READ)
    page = context.application.store.entries(
        states=(DocumentState.INDEXED, DocumentState.UNCHANGED),
        size=PAGE,
        groups=context.groups,
        order=EntryOrder.TITLE,
        cursor=read_cursor(EntryOrder.TITLE, (cursor or "")[: limits.CURSOR_CHARACTERS]),
    )
    listed = [_resource(entry) for entry in page.entries]
    return types.ListResourcesResult(resources=listed, next_cursor=write_cursor(EntryOrder.TITLE, page.next))


def templates() -> types.ListResourceTemplatesResult:
    """How the address of a document's text is made."""
    template = types.ResourceTemplate(
        name="document",
        title="A document's text",
        uri_template=TEMPLATE,
        description=f"The text of a document; {limits.READ_AT_ONCE} passages at once, from `start` on.",
        mime_type=TEXT,
    )
    return types.ListResourceTemplatesResult(resource_templates=[template])


def read_resource(context: ToolContext, uri: str) -> types.ReadResourceResult:
    """The text of a document; where it goes on, a second content says where.

    Raises ForbiddenError, NotFoundError, and what the store raises.
    """
    context.require(Scope.READ)
    document_id, start = _parsed(uri)
    store = context.application.store
    readable(store.entry(document_id), document_id, context.groups)
    chunks = store.chunks(document_id)
    part = chunks[start : start + limits.READ_AT_ONCE]
    text = whole_text(part).strip()
    contents: list[types.TextResourceContents | types.BlobResourceContents] = [_text(uri, text)]
    end = start + len(part)
    if end < len(chunks):
        following = uri_of(document_id, end)
        contents.append(_text(following, f"[Passages {start} to {end} of {len(chunks)}. Read on at {following}]"))
    return types.ReadResourceResult(contents=contents)


def _resource(entry: DocumentEntry) -> types.Resource:
    return types.Resource(uri=uri_of(entry.id), name=entry.id, title=entry.title or entry.source, mime_type=TEXT)


def _parsed(uri: str) -> tuple[str, int]:
    found = _URI.fullmatch(uri)
    if found is None:
        raise NotFoundError("resource_unknown", uri=uri[: limits.NAME_CHARACTERS], template=TEMPLATE)
    return unquote(found[1])[: limits.NAME_CHARACTERS], int(found[2] or 0)


def _text(uri: str, text: str) -> types.TextResourceContents:
    return types.TextResourceContents(uri=uri, mime_type=TEXT, text=text)
