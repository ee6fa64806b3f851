"""What is asked of the index, and what it finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from searchapp.model.documents import Fields
from searchapp.model.json import HIDDEN, Moment, Rounded, Score


class SearchMode(StrEnum):
    """Which retrievers a search runs."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class SortOrder(StrEnum):
    """In which order hits come; by date the best chunks are sorted, not every one that was found."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Retriever(StrEnum):
    """One way of finding chunks; each ranks on its own before fusion."""

    KEYWORD = "keyword"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit's document must be; empty fields do not filter, several values of one field are alternatives.

    ``paths`` compare with the start of ``source``; ``headings`` with each heading above the chunk, whole; ``years``
    with the year (UTC) of ``modified``. ``after`` is inclusive and ``before`` exclusive; a document without a date
    matches neither, and no year. ``fields`` are names and values; of different names each must hold. ``groups`` is who
    asks: None may read everything, a tuple only documents of one of these groups and documents without any.
    """

    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    after: dt.datetime | None = None
    before: dt.datetime | None = None
    document_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] | None = None
    excluded_document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question to the searcher. ``size`` hits from ``offset`` on (0 is the best).

    ``grouped`` gives each document one hit, its best chunk; ``folded`` puts near-duplicates behind the best of them.
    What costs more than the plain search is left out unless asked for: ``facets`` counts what was found, ``spelling``
    looks for what a misspelt word may stand for, and ``sentences`` compares by meaning where no word was matched.
    """

    query: str
    mode: SearchMode = SearchMode.HYBRID
    size: int = 10
    offset: int = 0
    filters: Filters = field(default_factory=Filters)
    sort: SortOrder = SortOrder.RELEVANCE
    grouped: bool = False
    folded: bool = False
    facets: bool = False
    spelling: bool = False
    sentences: bool = False


@dataclass(frozen=True, slots=True)
class RetrieverScore:
    """A hit's place in one retriever."""

    rank: int
    """From 1, the best."""
    score: Score | None
    """BM25 of the keyword retriever; of the semantic one the similarity (-1 to 1; 0.05: nothing in common). Null: BM25
    for a caller who is bounded by groups, since how rare a word is tells of all documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A chunk that was found."""

    rank: int
    """From 1, the best, over all pages of the result."""
    score: Score | None
    """The fused score; the retriever's own in a single-retriever mode. Comparable within one search only. Null where
    BM25 takes part and the caller is bounded by groups."""
    chunk_id: str
    document_id: str
    title: str
    source: str
    """The file or web address that the document was read from."""
    type: str
    language: str
    headings: tuple[str, ...]
    """The headings above the chunk, the outermost first."""
    page: int | None
    """From 1; null where the format has no pages."""
    modified: Moment | None
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    """The collections that its document is in."""
    fields: Fields = field(default_factory=dict)
    """The document's own fields: values by name."""
    text: str
    highlights: tuple[str, ...] = ()
    """Pieces of the chunk in which matched words stand between U+E000 and U+E001."""  # no document can forge them
    scores: Mapping[Retriever, RetrieverScore]
    """``keyword`` and ``semantic``: only the retrievers that brought the chunk."""
    same_document: int = 0
    """Further chunks of its document that stand behind it, where hits are grouped."""
    more_from_document: tuple[Hit, ...] = ()
    """The best of those."""
    near_duplicates: int = 0
    """Chunks that say nearly the same and are folded behind it."""
    duplicates: tuple[Hit, ...] = ()
    """The best of those."""
    reranked: bool = False
    """Whether a cross-encoder (SEARCHAPP_RERANKER) read it: ``score`` is then what it said, from 2 to 3."""
    weak: bool = False
    """Whether it is neither near to the query in meaning nor has half of its words, and comes behind all that are."""
    unembedded: bool = False
    """Whether it is found by its words alone so far: its vector follows, and how near it is in meaning is not known."""
    legs: Mapping[Retriever, RetrieverScore] = field(init=False, default_factory=dict)
    """The old name of ``scores``, until 0.3.0."""
    behind: tuple[Hit, ...] = field(init=False, default=())
    """The old name of ``more_from_document``, until 0.3.0."""
    nearly_same: int = field(init=False, default=0)
    """The old name of ``near_duplicates``, until 0.3.0."""
    start: int = field(metadata=HIDDEN)
    """Where the chunk begins in its document's text; ``end`` is exclusive."""
    end: int = field(metadata=HIDDEN)

    def __post_init__(self) -> None:
        object.__setattr__(self, "legs", self.scores)
        object.__setattr__(self, "behind", self.more_from_document)
        object.__setattr__(self, "nearly_same", self.near_duplicates)


@dataclass(frozen=True, slots=True)
class Notice:
    """Why an answer, or what a search found, is not an ordinary one."""

    code: str
    """For programs, and for interfaces in other languages."""
    message: str
    """A sentence or two for people, the remedy included."""
    subject: str = ""
    """What it is about: an address, a model, a number of tokens, operators."""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of hits, with the count of all chunks found and the facets over them."""

    query: str
    mode: SearchMode
    took_ms: Annotated[float, Rounded(1)]
    total: int
    """The hits that can be paged to, not only those of this page."""
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    """Where asked for: all chunks found, by field (type, language, path, year, heading, tag, collection, field) and
    value, such as ``{"type": {"pdf": 3}, "field": {"author=Li": 2}}``; each works as a filter."""
    matched: int | None = None
    """Where facets are asked for: all chunks that they count."""
    did_you_mean: str = ""
    """Where spelling is asked for: the query with words respelt that occur nowhere, else empty."""
    weights: Mapping[Retriever, Score] = field(default_factory=dict)
    """What ``keyword`` and ``semantic`` count in the fused score, from 0 to 1; empty where ranks are fused, or one
    retriever runs."""
    notices: tuple[Notice, ...] = ()
    """Such as that nothing was found until operators (``-word``) were left out."""
