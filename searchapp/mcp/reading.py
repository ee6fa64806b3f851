"""Tools that read documents line by line: ``open_document`` and ``grep``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from searchapp import limits
from searchapp.access import Scope
from searchapp.audit import What, note
from searchapp.mcp.arguments import DocumentId, FilterTexts
from searchapp.mcp.context import ToolContext
from searchapp.mcp.tool import tool
from searchapp.model import DocumentLines, GrepResults
from searchapp.search.grep import GrepRequest
from searchapp.search.grep import grep as find_lines
from searchapp.search.lines import LineRange, read_lines


@tool(Scope.READ)
def open_document(
    context: ToolContext,
    document_id: DocumentId,
    start: Annotated[int, Field(ge=1, le=limits.PATH_NUMBER, description="The first line.")] = 1,
    end: Annotated[int, Field(ge=0, le=limits.PATH_NUMBER, description="The last line; 0: as size says.")] = 0,
    page: Annotated[int, Field(ge=0, le=limits.PATH_NUMBER, description="In place of lines: the page to read.")] = 0,
    passage: Annotated[
        str,
        Field(max_length=limits.NAME_CHARACTERS, description="In place of lines: a chunk_id, to read around it."),
    ] = "",
    size: Annotated[int, Field(ge=1, le=limits.LINES, description="Lines at most.")] = 100,
) -> DocumentLines:
    """Read a document's text as numbered lines: from a line on, a page, or around a passage.

    `total` says how many lines there are, and `next` the line to read on from. A line of more than 500 characters is
    told as several. `passages` names the chunks that the lines are of, for `check` and `similar`.
    """
    wanted = LineRange(start, end or None, page or None, passage, size)
    return read_lines(context.application.store, document_id, context.groups, wanted)


@tool(Scope.READ, what=What.SEARCH)
def grep(
    context: ToolContext,
    words: Annotated[
        str,
        Field(max_length=limits.QUERY_CHARACTERS, description="Words in a row, as in a phrase in quotation marks."),
    ] = "",
    pattern: Annotated[
        str,
        Field(
            max_length=limits.PATTERN_CHARACTERS,
            description="A regular expression of RE2 (no lookaround, no back references); case does not count.",
        ),
    ] = "",
    filter: FilterTexts = [],  # noqa: A002, B006
    lines_around: Annotated[int, Field(ge=0, le=limits.CONTEXT_LINES, description="Lines above and below each.")] = 0,
    size: Annotated[int, Field(ge=1, le=limits.FOUND_LINES, description="Lines to bring.")] = 50,
    per_document: Annotated[
        int, Field(ge=0, le=limits.FOUND_LINES, description="Lines of one document; 0: only how many it has.")
    ] = 20,
    line: Annotated[int, Field(ge=1, le=limits.PATH_NUMBER, description="Read documents from this line on.")] = 1,
    cursor: Annotated[
        str, Field(max_length=limits.NAME_CHARACTERS, description="`next` of the results before these.")
    ] = "",
) -> GrepResults:
    """Find lines in documents that have these words in a row, or match the pattern.

    With words only documents that have them are read, which is quick; a pattern with words is looked for in those
    alone. A pattern by itself has every document read that the filter leaves (document=, path=, collection= ...), some
    200 in a call: `unread` counts the others, and `next` leads to them.
    """
    note(query=words or pattern, filters=filter)
    request = GrepRequest(
        words=words,
        pattern=pattern,
        filters=context.filters(filter),
        context=lines_around,
        size=size,
        per_document=per_document,
        line=line,
        cursor=cursor,
    )
    return find_lines(context.application.store, request, context.gone)
