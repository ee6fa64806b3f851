"""What clients send, as types with their bounds: what the routes read, and what ``/openapi.json`` describes."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field

from searchapp import limits
from searchapp.model import DocumentState, SearchMode, SortOrder
from searchapp.stores import EntryOrder

MOST_COMPLETIONS = 20
MOST_ENTRIES = 200
MOST_STATES = 50
DEEPEST_OFFSET = 10_000
"""Both stores pay for every document that is passed over; cursors reach what lies behind, and pass over none."""

_FILTERS = (
    "Filters such as `type=pdf`, `collection=Papers`, `tag=contract` or `field=author=Li`, by a field of the query "
    "language. Several values of one field are alternatives."
)

Text = Annotated[str, Field(max_length=limits.QUERY_CHARACTERS)]
"""A query or a question."""

Name = Annotated[str, Field(max_length=limits.NAME_CHARACTERS)]
"""An id, or the name of a model."""

Groups = Annotated[list[Name], FailFast(), Field(max_length=limits.GROUPS)]

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
    """Count what was found, by type, language, path, year, heading, tag, collection and own field."""


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
    """More like which chunk, or which document."""

    passage: Name
    """The `chunk_id` of a hit, or a `document_id`: more like the document as a whole."""


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
    """The conversation so far, the latest turn last; in it a follow-up is made to stand alone."""
    conversation: Name = ""
    """Where the turn is kept: the id of a conversation of the caller's, or `new` for one that begins here. Its turns
    are the history where none is sent. Empty: nothing is kept."""
    instead_of: int = Field(0, ge=0, le=limits.PATH_NUMBER)
    """The turn of that conversation that goes once this one is done: the same question, asked again. 0: none."""
    query: Text = ""
    """The stand-alone question, where it is known: it is searched for as it is, whatever `question` says."""
    filter: FilterTexts = Field(default=[], description=_FILTERS)
    size: int = Field(8, ge=1, le=limits.ANSWERED_FROM)
    """Chunks to answer from."""
    model: Name = ""
    """An Ollama model, in place of the configured one."""
    think: bool | None = None
    """Whether a model that can think does so before it answers; null: as SEARCHAPP_LLM_THINK says."""
    quotes: bool = False
    """Quote from the chunks at once; no model is asked."""


def split(texts: list[str]) -> list[str]:
    """The names in texts that have several, separated by commas."""
    return [name for text in texts for name in text.split(",")]


class EntriesQuery(Query):
    """Which documents to list."""

    state: Annotated[list[DocumentState], FailFast(), Field(max_length=MOST_STATES), BeforeValidator(split)] = []
    """Only documents in one of these states, separated by commas."""
    q: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only documents whose title or source contains this."""
    below: str = Field("", max_length=limits.FILTER_CHARACTERS)
    """Only documents whose source begins so: the `place` of a folder."""
    ids: Annotated[list[Name], FailFast(), Field(max_length=MOST_ENTRIES), BeforeValidator(split)] = []
    """These documents, as far as they are there, separated by commas; nothing else counts then."""
    collection: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only documents in the collection of this name."""
    tag: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only documents with this tag."""
    sort: EntryOrder = EntryOrder.NEWEST
    """What comes first."""
    size: int = Field(50, ge=1, le=MOST_ENTRIES)
    """Documents on this page."""
    offset: int = Field(0, ge=0, le=DEEPEST_OFFSET, alias="from")
    """Documents to pass over, 10,000 at most; those behind are reached with `cursor`."""
    cursor: str = Field("", max_length=limits.CURSOR_CHARACTERS)
    """`next` or `previous` of a page in the same `sort`, for the page beside it; `last` for the last one. Then `from`
    does not count."""


class Address(Body):
    """A page or a site to read."""

    url: str = Field(max_length=limits.ADDRESS_CHARACTERS)
    """A web address, https://... or http://..."""
    depth: int = Field(0, ge=0, le=limits.SITE_DEPTH)
    """How many links deep its site is read too; 0: the page alone."""
