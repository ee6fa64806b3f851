"""What clients send, as types with their bounds: what the routes read, and what ``/openapi.json`` describes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field

from searchapp import limits
from searchapp.audit import MOST_SHOWN, Outcome, What
from searchapp.model import DocumentState, SearchMode, SortOrder
from searchapp.operations import Action
from searchapp.sources.page_drawer import WIDTHS
from searchapp.stores import EntryOrder

MOST_COMPLETIONS = 20
MOST_ENTRIES = 200
MOST_STATES = 50
DEEPEST_SITE = 20
FASTEST_COPY = 1_000_000
DEEPEST_OFFSET = 10_000
"""Both stores pay for every document that is passed over; cursors reach what lies behind, and pass over none."""
LONGEST_CURSOR = 50_000
"""Room for the longest source, 8,191 characters of four bytes."""

_FILTERS = "Filters such as `type=pdf`, by a field of the query language. Several values of one field are alternatives."

Text = Annotated[str, Field(max_length=limits.QUERY_CHARACTERS)]
"""A query or a question."""

Name = Annotated[str, Field(max_length=limits.NAME_CHARACTERS)]
"""An id, or the name of a model."""

FilterTexts = Annotated[
    list[Annotated[str, Field(max_length=limits.FILTER_CHARACTERS)]],
    FailFast(),  # what is wrong is not counted by max_length: half a million wrong items would each be told of
    Field(max_length=limits.FILTERS),
]


class Query(BaseModel):
    """The parameters of an address; those that it does not name are left alone."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Body(BaseModel):
    """A JSON object, in which every field must be known."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="forbid")


def _read_flag(text: object) -> object:
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text


Flag = Annotated[bool, BeforeValidator(_read_flag), Field(strict=True)]
"""``true`` or ``false`` in an address, and nothing else that might mean it."""


class HitsQuery(Query):
    """Which hits, and in which form."""

    mode: SearchMode = SearchMode.HYBRID
    """Both retrievers, or one alone."""
    size: int = Field(10, ge=1, le=limits.HITS)
    """Hits on this page."""
    offset: int = Field(0, ge=0, le=limits.WINDOW - 1, alias="from")
    """Hits to pass over; `from` and `size` together reach to hit 1000."""
    filter: FilterTexts = Field(default=[], description=_FILTERS)
    sort: SortOrder = SortOrder.RELEVANCE
    """By date the 50 best chunks are sorted, those without a date last."""
    group: Flag = False
    """One hit for each document, its further chunks behind it."""
    fold: Flag = True
    """One hit for chunks that say nearly the same, the others behind it."""
    facets: Flag = False
    """Count what was found, by type, language, path, year and heading."""


class SearchQuery(HitsQuery):
    """What to look for."""

    q: Text
    """Words, a question, a code, a "phrase"; see the query language."""
    spelling: Flag = False
    """Look for what a word that occurs nowhere may stand for."""
    sentences: Flag = False
    """Highlight the nearest sentence of a chunk that was found by meaning alone; it is embedded for that. While the
    server is busy, chunks keep the sentence that they show without."""


class SimilarQuery(HitsQuery):
    """More like which chunk."""

    passage: Name
    """The `chunk_id` of a hit."""


class CompletionQuery(Query):
    """What has been typed so far."""

    q: Text
    """The beginning of a query."""
    size: int = Field(8, ge=1, le=MOST_COMPLETIONS)
    """Completions at most."""
    filter: FilterTexts = Field(default=[], description=_FILTERS)


class AskedBefore(Body):
    """One question of a conversation and its answer."""

    question: Text
    """The question as it was searched for: `query` of the answer."""
    answer: str = Field("", max_length=limits.ANSWER_CHARACTERS)


class Question(Body):
    """A question to the documents."""

    question: Text
    history: Annotated[list[AskedBefore], FailFast()] = Field(default=[], max_length=limits.TURNS)
    """The conversation so far, the latest turn last; in it a follow-up is made to stand alone. None is kept here."""
    query: Text = ""
    """The stand-alone question, where it is known: it is searched for as it is, whatever `question` says."""
    filter: FilterTexts = Field(default=[], description=_FILTERS)
    size: int = Field(8, ge=1, le=limits.ANSWERED_FROM)
    """Chunks to answer from."""
    model: Name = ""
    """An Ollama model, in place of the configured one."""
    think: bool | None = None
    """Whether a model that can think does so before it answers; null: as SEARCHAPP_LLM_THINK says."""


class JudgementsQuery(Query):
    """Whose judgements to list."""

    q: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """The query."""


class Thumb(Body):
    """What a reader says of a document."""

    query: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """The query that it was found for, as it was typed."""
    document_id: Name = Field(min_length=1)
    grade: int | None = Field(ge=0, le=1)
    """1: what was looked for; 0: it is not; null: nothing is said any more."""


def _split(texts: list[str]) -> list[str]:
    return [name for text in texts for name in text.split(",")]


class EntriesQuery(Query):
    """Which documents to list."""

    state: Annotated[list[DocumentState], FailFast(), Field(max_length=MOST_STATES), BeforeValidator(_split)] = []
    """Only documents in one of these states, separated by commas."""
    q: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only documents whose title or source contains this."""
    sort: EntryOrder = EntryOrder.NEWEST
    """What comes first."""
    size: int = Field(50, ge=1, le=MOST_ENTRIES)
    """Documents on this page."""
    offset: int = Field(0, ge=0, le=DEEPEST_OFFSET, alias="from")
    """Documents to pass over, 10,000 at most; those behind are reached with `cursor`."""
    cursor: str = Field("", max_length=LONGEST_CURSOR)
    """`next` or `previous` of a page in the same `sort`, for the page beside it; `last` for the last one. Then `from`
    does not count."""


class AuditQuery(Query):
    """Which records of the audit log to list."""

    who: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only of who has this in their name."""
    what: Annotated[list[What], FailFast(), Field(max_length=MOST_STATES), BeforeValidator(_split)] = []
    """Only these actions, separated by commas."""
    on: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only what was done to something with this in its id, title or name."""
    since: str = Field("", max_length=40)
    """From this day or time on, in ISO 8601; UTC unless it has an offset."""
    until: str = Field("", max_length=40)
    """Before this day or time."""
    outcome: Outcome | None = None
    """Only what ended so."""
    size: int = Field(50, ge=1, le=MOST_SHOWN)
    """Records on this page."""
    before: int | None = Field(None, ge=1, le=2**53)
    """`next` of a page, for the one behind it."""


class PassagesQuery(Query):
    """Which chunks of a document to read."""

    around: Name = ""
    """The `chunk_id` of a chunk to begin near, so that it comes in the middle; `from` does not count then."""
    size: int = Field(40, ge=1, le=limits.READ_AT_ONCE)
    """Chunks on this page."""
    offset: int = Field(0, ge=0, le=limits.OFFSET, alias="from")
    """Chunks to pass over."""


class PageQuery(Query):
    """What to mark on a page."""

    passage: Name = ""
    """The `chunk_id` of a chunk."""


class PictureQuery(Query):
    """How to draw a page."""

    width: int = Field(1200, ge=1, le=WIDTHS[-1])
    """Pixels that the picture is at least wide, as far as the page is not much longer than that."""


class Address(Body):
    """A page or a site to read."""

    url: str = Field(max_length=limits.ADDRESS_CHARACTERS)
    """A web address, https://... or http://..."""
    depth: int = Field(0, ge=0, le=DEEPEST_SITE)
    """How many links deep its site is read too; 0: the page alone."""


class Start(Body):
    """What to begin."""

    action: Action
    """`reindex` builds the next version of the index and switches to it, `rollback` switches back, `discard` removes a
    build that was left unfinished, `retry` queues again what failed."""
    model: Name = ""
    """For `reindex`: the model of the next version, as PROVIDER:MODEL. Empty: the configured one."""
    throttle: int = Field(0, ge=0, le=FASTEST_COPY)
    """For `reindex`: most chunks a second, to spare the machine; 0: as many as it can."""


class Pausing(Body):
    """Whether the queue is held still."""

    paused: bool
    """`true` pauses it, `false` lets it go on; what it is already stays as it is."""


class FindingsQuery(Query):
    """How thoroughly to look."""

    quick: bool = True
    """Leave out what reads every document."""
