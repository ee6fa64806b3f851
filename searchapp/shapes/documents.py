"""Documents in the registry, in a run of ``ingest``, and opened at their passages."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.model import DocumentState, IngestState
from searchapp.shapes.base import Moment, described
from searchapp.shapes.errors import Failure


@described
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


@described
class Entries(TypedDict):
    """A page of documents."""

    total: int
    """The documents on all pages."""
    reachable: int
    """How many of them `from` and `size` can reach; `next` leads to the others."""
    next: str | None
    """What `cursor` takes for the documents behind these; null where there are none."""
    previous: str | None
    """The same for those before them."""
    documents: list[Entry]
    problem: Failure | None
    """What keeps the queue as a whole from moving, if anything."""


@described
class Queued(TypedDict):
    """What was taken in, before it is read."""

    documents: list[Entry]


@described
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


@described
class Passage(TypedDict):
    """A stored passage."""

    id: str
    position: int
    headings: list[str]
    page: int | None
    start: int
    end: int
    text: str


@described
class OpenedDocument(TypedDict):
    """Some of a document's passages, in reading order."""

    document: Entry
    total: int
    """The passages of the whole document."""
    passages: list[Passage]
