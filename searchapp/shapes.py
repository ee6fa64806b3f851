"""The JSON that leaves searchapp, as types: by HTTP, in the event stream, and from every command's ``--json``.

``serialise`` makes them, mypy checks that it makes exactly these, and ``/openapi.json`` is generated from them; the
sentence below a field is its description there.
"""

from __future__ import annotations

from typing import (
    Annotated,
    NotRequired,  # pydantic reads the one of typing only from Python 3.12 on
)

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from searchapp.model import DocumentState, IngestState, Rewriting, SearchMode, Support

_described = with_config(ConfigDict(use_attribute_docstrings=True))

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in ISO 8601, with its offset."""


# --- errors --------------------------------------------------------------------------------------------------


@_described
class Failure(TypedDict):
    """What is wrong, and what to do about it."""

    code: str
    message: str
    remedy: str


@_described
class Failed(TypedDict):
    """A failure as ``--json`` prints it on stderr."""

    error: Failure


@_described
class Problem(TypedDict):
    """Problem details (RFC 9457)."""

    type: str
    """Always ``about:blank``: the status and ``code`` tell the kind."""
    title: str
    status: int
    detail: str
    """What happened, in a sentence for people."""
    remedy: str
    """What to do about it."""
    code: str
    """For programs, such as ``usage`` or ``service_unavailable``."""


# --- search --------------------------------------------------------------------------------------------------


@_described
class LegScore(TypedDict):
    """A hit's place in one leg."""

    rank: int
    """From 1, the best."""
    score: float
    """BM25 in the keyword leg, cosine (-1 to 1) in the semantic one."""


@_described
class Hit(TypedDict):
    """A passage that was found."""

    rank: int
    """From 1, the best, over all pages of the result."""
    score: float
    """The fused score; the leg's own in a single-leg mode. Comparable within one search only."""
    chunk_id: str
    document_id: str
    title: str
    source: str
    """The file or web address that the document was read from."""
    type: str
    language: str
    headings: list[str]
    """The headings above the passage, the outermost first."""
    page: int | None
    """From 1; null where the format has no pages."""
    modified: Moment | None
    text: str
    highlights: list[str]
    """Pieces of the passage in which matched words stand between U+E000 and U+E001."""
    legs: dict[str, LegScore]
    """``keyword`` and ``semantic``: only the legs that brought the passage."""
    same_document: int
    """Further passages of its document that stand behind it, where hits are grouped."""
    behind: list[Hit]
    """The best of those."""
    nearly_same: int
    """Passages that say nearly the same and are folded behind it."""
    duplicates: list[Hit]
    """The best of those."""
    reranked: bool
    """Whether a cross-encoder (SEARCHAPP_RERANKER) read it: ``score`` is then what it said, from 2 to 3."""


@_described
class Results(TypedDict):
    """A page of hits, with the count of all passages found and the facets over them."""

    query: str
    mode: SearchMode
    took_ms: float
    total: int
    """The hits that can be paged to, not only those of this page."""
    hits: list[Hit]
    facets: dict[str, dict[str, int]]
    """Where asked for: all passages found, by field (type, language, path, year, heading) and value, such as
    ``{"type": {"pdf": 3}}``; each works as a filter."""
    matched: int | None
    """Where facets are asked for: all passages that they count."""
    did_you_mean: str
    """Where spelling is asked for: the query with words respelt that occur nowhere, else empty."""
    weights: dict[str, float]
    """What ``keyword`` and ``semantic`` count in the fused score, from 0 to 1; empty where ranks are fused, or one leg
    runs."""


@_described
class Completions(TypedDict):
    """How a beginning goes on in the documents."""

    completions: list[str]


@_described
class Judgements(TypedDict):
    """What was said of documents for one query."""

    query: str
    grades: dict[str, int]
    """By document id: 1, what was looked for; 0, it is not."""


# --- answers -------------------------------------------------------------------------------------------------


@_described
class Citation(TypedDict):
    """One numbered passage that an answer leans on."""

    n: int
    """The number in ``[n]``."""
    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str


@_described
class Sentence(TypedDict):
    """One checked sentence of an answer."""

    text: str
    citations: list[int]
    supported: bool
    """Whether the cited passages clearly bear it out."""
    support: Support
    missing: list[str]
    """Numbers, dates and names that the passages lack."""


@_described
class Notice(TypedDict):
    """Why an answer is not an ordinary one."""

    code: str
    subject: str
    message: str


@_described
class Answer(TypedDict):
    """A whole answer with its evidence."""

    question: str
    """As it was typed."""
    query: str
    """What was searched for and answered: the question, or what a follow-up became."""
    rewriting: Rewriting
    """How a follow-up became ``query``."""
    answer: str
    model: str
    """Empty where no language model took part."""
    refused: bool
    """Nothing found supports an answer; ``answer`` says so."""
    extractive: bool
    """Every sentence is quoted from a passage."""
    complete: bool
    """False where the model broke off, was stopped, or came to the end of what it may write."""
    notice: str
    notices: list[Notice]
    passages_used: int
    passages_found: int
    citations_removed: int
    """Markers that named no passage that was sent."""
    citations: list[Citation]
    sentences: list[Sentence]


@_described
class ReadQuery(TypedDict):
    """The first event within a conversation: the question that is searched for in the place of a follow-up."""

    question: str
    query: str
    rewriting: Rewriting


@_described
class Sources(TypedDict):
    """The passages that an answer draws on, in citation order, and before any of its words."""

    hits: list[Hit]
    passages_used: int
    """How many of them, from the first on, the model was sent."""


@_described
class ChatModel(TypedDict):
    """A language model that Ollama has."""

    name: str
    configured: bool
    """Whether it answers where nobody names another one."""


@_described
class ChatModels(TypedDict):
    """The language models to choose from."""

    configured: str
    models: list[ChatModel]
    problem: Failure | None
    """Why there is no list, where Ollama does not answer: answers are quoted then."""


@_described
class Token(TypedDict):
    """A piece of the answer's text."""

    text: str


# --- documents -----------------------------------------------------------------------------------------------


@_described
class Entry(TypedDict):
    """The registry's line about a document."""

    id: str
    """Made from the source, so that it stays the same when the document is changed or ingested again."""
    source: str
    title: str
    type: str
    state: DocumentState
    content_hash: str
    """SHA-256 of the original that is searchable; empty before the first time."""
    language: str
    modified: Moment | None
    pages: int | None
    pages_indexed: int | None
    chunks: int
    """Passages that searches can find."""
    attempts: int
    failures: int
    error: str
    """A sentence for people where the state is ``failed`` or ``quarantined``, else empty."""
    note: str
    queued: Moment | None
    started: Moment | None
    updated: Moment | None
    seconds: float
    groups: list[str]
    """Who may read it; empty: everybody who may search."""
    owner: str
    lease: Moment | None
    depth: int
    """How many links deep its site is read while it waits."""
    lacking: str


@_described
class Entries(TypedDict):
    """A page of documents."""

    total: int
    """The documents on all pages."""
    reachable: int
    """How many of them `from` and `size` can reach; the others take a filter: `q` or `state`."""
    documents: list[Entry]
    problem: Failure | None
    """What keeps the queue as a whole from moving, if anything."""


@_described
class Queued(TypedDict):
    """What was taken in, before it is read."""

    documents: list[Entry]


@_described
class Outcome(TypedDict):
    """What became of one source in a run of ``ingest``."""

    source: str
    document_id: str
    state: IngestState
    chunks: int
    embedded: int
    reused: int
    error: str
    note: str


@_described
class Passage(TypedDict):
    """A stored passage."""

    id: str
    position: int
    headings: list[str]
    page: int | None
    start: int
    end: int
    text: str


@_described
class OpenedDocument(TypedDict):
    """Some of a document's passages, in reading order."""

    document: Entry
    total: int
    """The passages of the whole document."""
    passages: list[Passage]


@_described
class Rendered(TypedDict):
    """A document as HTML that is safe to show."""

    html: str


@_described
class Mark(TypedDict):
    """A rectangle on a page, in shares of its width and height (0 to 1), from the top left."""

    left: float
    top: float
    width: float
    height: float


@_described
class PageView(TypedDict):
    """A PDF's page, and where on it a passage stands."""

    page: int
    """From 1."""
    pages: int
    """How many pages there are."""
    width: float
    """In points (1/72 inch)."""
    height: float
    picture: str
    """The address of the page as a picture; add `width` for another size."""
    marks: list[Mark]
    """A rectangle for each line of the passage."""


# --- health --------------------------------------------------------------------------------------------------


@_described
class Health(TypedDict):
    """The process answers."""

    status: str
    """``ok``, or ``degraded`` where searches work and answers are quotations; what does not work is a problem."""

    degraded: NotRequired[str]
    """Why, in a sentence."""
