"""What a program reads with: a document's lines, lines looked for in all documents, and sentences checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import FailFast, Field

from searchapp import limits
from searchapp.audit import note
from searchapp.errors import NotFoundError, OverloadedError, UsageError
from searchapp.model import DocumentLines, GrepResults, SentenceChecks
from searchapp.search.grep import GrepRequest, grep
from searchapp.search.lines import LineRange, read_lines
from searchapp.web.answers import client_gone
from searchapp.web.identity import bounded, caller
from searchapp.web.operation import SEARCH, STORE, operation
from searchapp.web.requests import Body, FilterTexts, Name, Query, Text

if TYPE_CHECKING:
    from searchapp.wiring import Application


class LinesQuery(Query):
    """Which lines of a document."""

    first: int = Field(1, ge=1, le=limits.PATH_NUMBER, alias="from")
    """The first line, from 1."""
    last: int = Field(0, ge=0, le=limits.PATH_NUMBER, alias="to")
    """The last line; 0: as many as `size` says."""
    page: int = Field(0, ge=0, le=limits.PATH_NUMBER)
    """In place of lines: the page to read, from 1."""
    passage: Name = ""
    """In place of lines: the `chunk_id` of a chunk, which comes in the middle."""
    size: int = Field(100, ge=1, le=limits.LINES)
    """Lines at most; fewer come where they are long."""


class GrepQuery(Query):
    """Which lines to look for, and where."""

    words: Text = ""
    """Words in a row, whatever marks stand between them, as a phrase in quotation marks: lines that have them. With a
    `pattern`: only documents that have them are read."""
    pattern: str = Field("", max_length=limits.PATTERN_CHARACTERS)
    """A regular expression of RE2 that lines match; case does not count, unless it begins with `(?-i)`."""
    filter: FilterTexts = Field(default=[], description="Which documents to read, by filters as in a search.")
    context: int = Field(0, ge=0, le=limits.CONTEXT_LINES)
    """Lines above each one, and below it, that come with it."""
    size: int = Field(100, ge=1, le=limits.FOUND_LINES)
    """Lines on this page."""
    per_document: int = Field(20, ge=0, le=limits.FOUND_LINES)
    """Lines of one document on this page; 0: only how many it has."""
    line: int = Field(1, ge=1, le=limits.PATH_NUMBER)
    """Read documents from this line on."""
    cursor: Name = ""
    """`next` of the results before these."""


class CheckBody(Body):
    """What to check, and against what."""

    text: Text
    """A sentence, or some."""
    passages: Annotated[list[Name], FailFast()] = Field(default=[], max_length=limits.CHECKED_AGAINST)
    """The `chunk_id`s of chunks that count together; none: the nearest ones of the index."""
    filter: FilterTexts = Field(default=[], description="Where they are searched for, by filters as in a search.")
    size: int = Field(8, ge=1, le=limits.CHECKED_AGAINST)
    """Chunks that are searched for, for each sentence."""


def blueprint(application: Application) -> Blueprint:
    """The routes for programs that read."""
    routes = Blueprint("reading", __name__, url_prefix="/api")

    @routes.get("/documents/<document_id>/lines")
    @operation("Read a document's lines", errors=(UsageError, NotFoundError, *STORE), conditional=True)
    def lines(document_id: str, query: LinesQuery) -> DocumentLines:
        """Numbered lines of the text as it is indexed; one of more than 500 characters is several. `next` reads on."""
        wanted = LineRange(query.first, query.last or None, query.page or None, query.passage, query.size)
        return read_lines(application.store, document_id, caller().groups, wanted)

    @routes.get("/grep")
    @operation("Find lines in documents", errors=(UsageError, OverloadedError, *STORE))
    def find(query: GrepQuery) -> GrepResults:
        """Documents are read line by line, those alone that have the `words`, where there are some. A request reads
        some 200 documents, and for some seconds; `unread` counts what is left, and `next` goes on.
        """
        note(query=query.words or query.pattern, filters=query.filter)
        request = GrepRequest(
            words=query.words,
            pattern=query.pattern,
            filters=bounded(query.filter),
            context=query.context,
            size=query.size,
            per_document=query.per_document,
            line=query.line,
            cursor=query.cursor,
        )
        return grep(application.store, request, client_gone())

    @routes.post("/check")
    @operation("Check sentences", errors=(NotFoundError, *SEARCH))
    def check(body: CheckBody) -> SentenceChecks:
        """Whether passages support each sentence, as those of an answer are checked, and why. Nothing is written."""
        note(query=body.text, filters=body.filter)
        return application.checks.check(body.text, bounded(body.filter), passages=body.passages, size=body.size)

    return routes
