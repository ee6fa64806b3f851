"""The tool that checks sentences against passages: ``check``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from searchapp import limits
from searchapp.access import Scope
from searchapp.audit import What, note
from searchapp.mcp.arguments import FilterTexts, Passages
from searchapp.mcp.context import ToolContext
from searchapp.mcp.tool import tool
from searchapp.model import SentenceChecks


@tool(Scope.READ, what=What.SEARCH)
def check(
    context: ToolContext,
    text: Annotated[str, Field(max_length=limits.QUERY_CHARACTERS, description="A sentence, or some.")],
    passages: Passages = [],  # noqa: B006
    filter: FilterTexts = [],  # noqa: A002, B006
    size: Annotated[
        int, Field(ge=1, le=limits.CHECKED_AGAINST, description="Passages that are searched for, for each sentence.")
    ] = 8,
) -> SentenceChecks:
    """Check whether passages support each sentence of a text, and why or why not; no language model takes part.

    Give the chunk_ids of the passages that it is said to rest on, or none: then the nearest ones of the documents are
    found first. `support` is supported, weak (not clearly said) or unsupported, `reason` and `explanation` say why.
    """
    note(query=text, filters=filter)
    return context.application.checks.check(text, context.filters(filter), passages=passages, size=size)
