"""Tools that find passages and answer from them: ``search``, ``similar`` and ``ask``."""

from __future__ import annotations

import functools
from typing import Annotated

from pydantic import Field

from searchapp import limits
from searchapp.access import Scope
from searchapp.audit import What, note
from searchapp.mcp.arguments import FilterTexts, History, Query
from searchapp.mcp.context import ToolContext
from searchapp.mcp.progress import stage_of
from searchapp.mcp.tool import tool
from searchapp.model import Answer, Done, SearchMode, SearchRequest, SearchResults, SortOrder, Turn


@tool(Scope.READ, what=What.SEARCH)
def search(
    context: ToolContext,
    query: Query,
    size: Annotated[int, Field(ge=1, le=limits.HITS, description="Hits to bring.")] = 10,
    start: Annotated[
        int, Field(ge=0, le=limits.WINDOW - 1, description="Hits to pass over; with size it reaches to hit 1000.")
    ] = 0,
    mode: SearchMode = SearchMode.HYBRID,
    filter: FilterTexts = [],  # noqa: A002, B006 - the argument's name in the protocol; nobody changes the list
    sort: SortOrder = SortOrder.RELEVANCE,
    group: Annotated[bool, Field(description="One hit for each document, its further chunks behind it.")] = False,
    facets: Annotated[bool, Field(description="Count what was found by type, language, year, tag and more.")] = False,
) -> SearchResults:
    """Find chunks by keyword and meaning at once.

    `total` says how many hits there are; `start` leads to those behind the ones that came. Hits with `weak` have few
    of the query's words and are not near in meaning; they come last. Hits with `unembedded` are found by their words
    so far. Sorted by date, the 50 best chunks are in order. With facets, each value that is counted works as a filter.
    """
    note(query=query, filters=filter)
    asked = SearchRequest(query, mode, size, start, context.filters(filter), sort, group, folded=True, facets=facets)
    return context.application.searcher.search(asked)


@tool(Scope.READ, what=What.SEARCH)
def similar(
    context: ToolContext,
    like: Annotated[
        str,
        Field(
            max_length=limits.NAME_CHARACTERS,
            description="The chunk_id of a passage, or a document_id: more like the document as a whole.",
        ),
    ],
    size: Annotated[int, Field(ge=1, le=limits.HITS, description="Hits to bring.")] = 10,
    by_document: Annotated[bool, Field(description="One hit for each document, its best passage.")] = False,
    filter: FilterTexts = [],  # noqa: A002, B006
) -> SearchResults:
    """Find passages of other documents that are like a passage or like a whole document."""
    note(passage=like, filters=filter)
    request = SearchRequest("", size=size, filters=context.filters(filter), grouped=by_document, folded=True)
    return context.application.searcher.similar(like, request)


@tool(Scope.READ, what=What.ASK, waits=True)
def ask(
    context: ToolContext,
    question: Annotated[str, Field(max_length=limits.QUERY_CHARACTERS, description="A question to the documents.")],
    size: Annotated[int, Field(ge=1, le=limits.ANSWERED_FROM, description="Passages to answer from.")] = 8,
    filter: FilterTexts = [],  # noqa: A002, B006
    history: History = [],  # noqa: B006
) -> Answer:
    """Answer a question from the documents; each sentence names its chunks and says whether they support it.

    A question of several parts ("Which is heavier, A or B?", "When was the founder of C born?") is split, and each
    part searched for: `parts` of the answer names them and says of which something was found.

    "Summarise" and "compare" with titles, or with a document filter, read these documents whole.

    With history, a follow-up ("and in 9.x?") is made to stand alone first; `query` says as what it was searched.
    """
    note(query=question, filters=filter)
    start = functools.partial(
        context.application.answerer.ask,
        question,
        history=[Turn(turn.question, turn.answer) for turn in history],
        filters=context.filters(filter),
        size=size,
        given_up=context.gone,
    )
    for event in context.answered(start):
        if isinstance(event, Done):
            return event.answer
        if stage := stage_of(event):
            context.tell(stage)
    raise AssertionError("the last event of an answer is Done")
