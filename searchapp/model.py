"""The nouns of searchapp: frozen dataclasses without behaviour, shared by every room.

A source yields a ``Document``; chunking cuts it into ``Chunk``s; embedding adds a vector to each
(``EmbeddedChunk``); a store keeps them beside a ``DocumentEntry``, the registry's line about the document. A
``SearchRequest`` finds ``Hit``s; an ``Answer`` cites them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vector: TypeAlias = "NDArray[np.float32]"
"""One embedding: ``(dims,) float32``, L2-normalised."""

Vectors: TypeAlias = "NDArray[np.float32]"
"""Several embeddings: ``(n, dims) float32``, each row L2-normalised."""


# --- documents -----------------------------------------------------------------------------------------------


class SourceType(StrEnum):
    """What kind of thing a document was read from; also a search filter (``type=pdf``)."""

    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODT = "odt"
    ODP = "odp"
    ODS = "ods"
    EPUB = "epub"
    CSV = "csv"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document's text under one heading path, on one page.

    ``start`` and ``end`` are character offsets into ``Document.text`` (end exclusive). ``headings`` runs from the
    outermost heading to the nearest; a section that begins with its own heading line has that heading last.
    ``page`` counts from 1 and is None where the format has no pages.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one source, with what is known about it.

    ``sections`` cover ``text`` in order without overlap; only white space may lie between two of them.
    ``content_hash`` is the SHA-256 of the original bytes, in hex. ``pages`` counts pages, or a presentation's slides.
    ``pages_without_text`` lists page numbers (from 1) on which no text was found. ``note`` is a sentence on what a
    reader of the text should know (pages without text, pages that were recognised); empty for most documents.
    ``lacking`` names the languages, joined by ``+``, that tesseract lacked for pages without text.
    """

    id: str
    source: str
    title: str
    type: SourceType
    text: str
    sections: tuple[Section, ...]
    content_hash: str
    language: str = ""
    modified: dt.datetime | None = None
    pages: int | None = None
    pages_without_text: tuple[int, ...] = ()
    note: str = ""
    lacking: str = ""


class DocumentState(StrEnum):
    """Where a document stands in the registry.

    ``unchanged`` is ``indexed``, of a document that was queued and found to be what is indexed already.
    ``quarantined`` documents failed so often that only a person's word (``documents retry``) or an edit brings them
    back.
    """

    QUEUED = "queued"
    RUNNING = "running"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """The registry's line about one document.

    ``source`` is a file path or a web address as the user would recognise it. ``content_hash``, ``chunks`` and the
    like describe the version that is searchable, also while a newer one is read or has failed. ``error`` is empty
    unless ``state`` is ``failed`` or ``quarantined``; then it is a sentence for people. ``note`` tells what is worth
    knowing about a document that was indexed (pages without text, say). ``pages_indexed`` of ``pages`` hold text.
    ``groups`` names who may read it; empty: everybody who may search at all.

    ``queued`` is when it was last asked for, ``started`` when the last try began, ``updated`` when the entry last
    changed its state; ``seconds`` is how long the last ingestion took. While ``state`` is ``running``, ``owner`` names
    the process that works on it and ``lease`` until when others leave it alone. ``attempts`` counts the tries begun
    since it was last indexed, ``failures`` those of them that ended with an error, and ``failed_hash`` is the content
    hash that failed.

    While a web address waits, ``depth`` tells how many links deep its site is to be read with it; 0: the page alone.
    ``lacking`` names the languages in which pages would have been recognised, had tesseract had them (``Document``).
    """

    id: str
    source: str
    title: str
    type: str
    state: DocumentState
    content_hash: str = ""
    language: str = ""
    modified: dt.datetime | None = None
    pages: int | None = None
    chunks: int = 0
    error: str = ""
    note: str = ""
    updated: dt.datetime | None = None
    seconds: float = 0.0
    groups: tuple[str, ...] = ()
    pages_indexed: int | None = None
    attempts: int = 0
    failures: int = 0
    failed_hash: str = ""
    queued: dt.datetime | None = None
    started: dt.datetime | None = None
    owner: str = ""
    lease: dt.datetime | None = None
    depth: int = 0
    lacking: str = ""


# --- chunks --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: what is embedded, found and cited.

    ``text`` equals ``Document.text[start:end]``. ``embedded_text`` is what the model reads: the document's title
    and heading path, then the text. ``tokens`` counts ``embedded_text`` in the embedding model's own tokens,
    special tokens included. ``hash`` identifies ``embedded_text``: equal hashes share one vector.
    """

    id: str
    document_id: str
    position: int
    text: str
    embedded_text: str
    start: int
    end: int
    tokens: int
    hash: str
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vector: ``(dims,) float32``, L2-normalised."""

    chunk: Chunk
    vector: Vector


# --- search --------------------------------------------------------------------------------------------------


class SearchMode(StrEnum):
    """Which legs a search runs."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Leg(StrEnum):
    """One way of finding passages; each ranks on its own before fusion."""

    KEYWORD = "keyword"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit's document must be; empty fields do not filter, several values of one field are alternatives.

    ``paths`` compare with the start of ``source``; ``headings`` with each heading above the passage, whole; ``years``
    with the year (UTC) of ``modified``. ``after`` is inclusive and ``before`` exclusive; a document without a date
    matches neither, and no year. ``groups`` is who asks: None may read everything, a tuple only documents of one of
    these groups and documents without any.
    """

    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    after: dt.datetime | None = None
    before: dt.datetime | None = None
    document_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] | None = None
    excluded_document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question to the searcher. ``size`` hits from ``offset`` on (0 is the best)."""

    query: str
    mode: SearchMode = SearchMode.HYBRID
    size: int = 10
    offset: int = 0
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class LegScore:
    """A hit's place in one leg: rank from 1; score is BM25 for keyword, cosine (-1 to 1) for semantic."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with what a reader needs to judge it.

    ``score`` is the fused score (the leg's own in a single-leg mode). ``highlights`` are pieces of the passage as
    HTML-free text in which matched words stand between U+E000 and U+E001 (private use, so that no document can
    forge them). ``start`` and ``end`` are the passage's character offsets in its document.
    """

    rank: int
    score: float
    chunk_id: str
    document_id: str
    title: str
    source: str
    type: str
    language: str
    text: str
    headings: tuple[str, ...]
    page: int | None
    start: int
    end: int
    modified: dt.datetime | None
    legs: Mapping[Leg, LegScore]
    highlights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What a search found. ``total`` counts the passages that the legs brought, before paging.

    ``facets`` counts those passages by field and value: ``{"type": {"pdf": 3}, "language": {"zh": 2}}``.
    ``took_ms`` is wall-clock milliseconds, query embedding included.
    """

    query: str
    mode: SearchMode
    took_ms: float
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]


# --- answers -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered passage that an answer leans on; ``n`` is the number in ``[n]``."""

    n: int
    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str


class Support(StrEnum):
    """How far the cited passages bear out a sentence."""

    SUPPORTED = "supported"
    WEAK = "weak"
    """Its facts occur, but in other words, or in a language that cannot be compared."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer (markers kept), the passages it cites, and how far they bear it out.

    ``missing`` names the numbers, dates and names that they lack.
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    missing: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the passages clearly bear it out."""
        return self.support is Support.SUPPORTED


@dataclass(frozen=True, slots=True)
class Notice:
    """Why an answer is not an ordinary one (no Ollama, cut off, ...).

    ``code`` is for programs and for interfaces in other languages; ``subject`` is what it is about (an address, a
    model, a number of tokens); ``message`` is a sentence or two for people, the remedy included.
    """

    code: str
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its evidence.

    ``refused``: nothing found supports an answer, ``answer`` says so. ``extractive``: no language model took part;
    every sentence is quoted from a passage. ``model`` is empty then. ``passages_used`` of ``passages_found`` fitted
    into the model's context. ``citations_removed`` counts the markers that named no passage that was sent.
    """

    question: str
    answer: str
    model: str
    refused: bool
    extractive: bool
    passages_used: int
    passages_found: int
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]
    citations_removed: int = 0
    notices: tuple[Notice, ...] = ()

    @property
    def notice(self) -> str:
        """All notices as one text; empty when there are none."""
        return " ".join(notice.message for notice in self.notices)


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Stream event: the hits that the answer will draw on, in citation order."""

    hits: tuple[Hit, ...]
    passages_used: int


@dataclass(frozen=True, slots=True)
class Token:
    """Stream event: a piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """Stream event: a finished sentence, its citations checked."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Done:
    """Stream event: the whole answer; always the last one."""

    answer: Answer


AnswerEvent: TypeAlias = SourcesFound | Token | SentenceChecked | Done


# --- ingestion -----------------------------------------------------------------------------------------------


class IngestState(StrEnum):
    """What became of one source in one run."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """One document's result: ``embedded`` chunks were computed, ``reused`` ones had a vector already."""

    source: str
    document_id: str
    state: IngestState
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    error: str = ""
    note: str = ""
