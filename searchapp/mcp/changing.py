"""Tools that change what is there: ``add`` and ``delete``. Only callers with the scope ``write`` see them."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field

from searchapp import limits
from searchapp.access import Scope, changeable, for_readers
from searchapp.audit import What, note, note_document
from searchapp.errors import UsageError
from searchapp.mcp.arguments import DocumentId
from searchapp.mcp.context import ToolContext
from searchapp.mcp.tool import tool
from searchapp.model import DocumentEntry
from searchapp.sources.sniff import refuse_unreadable
from searchapp.sources.source import normalise_address

TEXT_SUFFIXES = (".md", ".markdown", ".txt")


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """A document that was taken in, and is read next."""

    document: DocumentEntry


@dataclass(frozen=True, slots=True)
class DeletedDocument:
    """A document that nothing finds any more."""

    document_id: str
    title: str
    restorable_until: dt.datetime | None
    """Until when people can bring it back on the page of documents; null: it cannot come back."""


@tool(Scope.WRITE, what=What.UPLOAD, open_world=True)
def add(
    context: ToolContext,
    name: Annotated[
        str,
        Field(max_length=limits.NAME_CHARACTERS, description="With text: its file name, such as minutes-2026-03.md."),
    ] = "",
    text: Annotated[
        str, Field(max_length=limits.ADDED_CHARACTERS, description="Plain text or Markdown to keep as a document.")
    ] = "",
    url: Annotated[
        str, Field(max_length=limits.ADDRESS_CHARACTERS, description="In place of text: a web address to read.")
    ] = "",
    depth: Annotated[
        int,
        Field(ge=0, le=limits.SITE_DEPTH, description="With url: how many links deep its site is read; 0: the page."),
    ] = 0,
) -> AddedDocument:
    """Add a text of yours with a name, or a web page or site by its address.

    It belongs to the groups of who adds it. It is queued; open_document shows its `state`, which becomes `indexed` or
    `failed`. The same text under the same name is the same document; another text under that name is another one.
    """
    application, space = context.application, context.groups
    if bool(text.strip()) is bool(url.strip()):
        raise UsageError("added_neither")
    if url.strip():
        # Normalising refuses everything but web addresses; a path above all would read this machine's files.
        source = normalise_address(url.strip())
        note(source, what=What.SITE_ADDED if depth else What.ADDRESS_ADDED, depth=depth)
    else:
        if not name.strip():
            raise UsageError("added_nameless")
        file_name = (
            name.strip() if PurePosixPath(name.strip()).suffix.lower() in TEXT_SUFFIXES else f"{name.strip()}.md"
        )
        data = io.BytesIO(text.encode("utf-8", "replace"))
        refuse_unreadable(file_name, data)
        source, depth = application.originals.save_upload(file_name, data, space), 0
    entry = application.ingester.queue(source, space=space, depth=depth)
    note(entry.title or entry.source, groups=space or (), documents=[entry.id])
    context.submit(entry.id)
    return AddedDocument(for_readers(entry))


@tool(Scope.WRITE, what=What.DELETE, destructive=True)
def delete(context: ToolContext, document_id: DocumentId) -> DeletedDocument:
    """Delete a document: nothing finds it from now on.

    People can bring it back for a while; a file that was read where it lies stays there.
    """
    entry = changeable(context.application.store.entry(document_id), document_id, context.caller)
    note_document(entry)
    until = context.application.trash.delete(document_id)
    return DeletedDocument(entry.id, entry.title or entry.source, until)
