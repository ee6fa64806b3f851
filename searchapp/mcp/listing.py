"""The tool that lists what there is: ``list_documents``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from searchapp import limits
from searchapp.access import Scope
from searchapp.filing import Level, list_collection, list_level, uploads_below
from searchapp.mcp.context import ToolContext
from searchapp.mcp.tool import tool


@tool(Scope.READ)
def list_documents(
    context: ToolContext,
    below: Annotated[
        str,
        Field(max_length=limits.FILTER_CHARACTERS, description="The `place` of a folder; empty: the first level."),
    ] = "",
    collection: Annotated[
        str, Field(max_length=limits.NAME_CHARACTERS, description="In place of a place: a collection's name or id.")
    ] = "",
    size: Annotated[int, Field(ge=1, le=limits.LISTED, description="Documents to bring.")] = 50,
    after: Annotated[
        str, Field(max_length=limits.FILTER_CHARACTERS, description="`next` of the list before this one.")
    ] = "",
) -> Level:
    """List folders, sites, collections and documents, a level at a time.

    The first level has the collections and the topmost places with how many documents lie in them; `below` a place come
    its folders, and the documents that lie in it directly.
    """
    application = context.application
    if collection:
        return list_collection(
            application.store, application.collections, context.caller, named=collection, after=after, size=size
        )
    uploads = uploads_below(application.settings.data_dir)
    return list_level(
        application.store,
        application.collections,
        context.caller,
        below=below,
        after=after,
        size=size,
        uploads=uploads,
    )
