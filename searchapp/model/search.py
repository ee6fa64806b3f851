"""What is asked of the index, and what it finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SearchMode(StrEnum):
    """Which legs a search runs."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class SortOrder(StrEnum):
    """In which order hits come; by date the best passages are sorted, not every one that was found."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


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
    """A question to the searcher. ``size`` hits from ``offset`` on (0 is the best).

    ``grouped`` gives each document one hit, its best passage; ``folded`` puts near-duplicates behind the best of them.
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
class LegScore:
    """A hit's place in one leg: rank from 1; score is BM25 for keyword, cosine (-1 to 1) for semantic."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with what a reader needs to judge it.

    ``score`` is the fused score (the leg's own in a single-leg mode). ``highlights`` are pieces of the passage as
    HTML-free text in which matched words stand between U+E000 and U+E001 (private use, so that no document can
    forge them). ``start`` and ``end`` are the passage's character offsets in its document. ``same_document`` counts the
    further passages of its document that a grouped search found, and ``behind`` has the best of them; ``nearly_same``
    counts the passages folded behind it, in this document or others, and ``duplicates`` has the best of those.
    ``reranked``: a cross-encoder read it, and ``score`` is what it said, above that of every hit it did not read.
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
    same_document: int = 0
    behind: tuple[Hit, ...] = ()
    nearly_same: int = 0
    duplicates: tuple[Hit, ...] = ()
    reranked: bool = False


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What a search found. ``total`` counts the hits that can be paged to: the passages that the legs brought.

    ``facets`` counts every passage that passed the filters and has a word of the query, or was brought by the semantic
    leg, by field and value: ``{"type": {"pdf": 3}, "year": {"2025": 2}}``; each value works as a filter of that field.
    ``matched`` is how many they are. Both only where the request asks for ``facets``. ``did_you_mean`` is the query
    with words respelt that occur nowhere, else empty. ``took_ms`` is wall-clock milliseconds, query embedding included.
    ``weights`` is what each leg counts in a weighted sum; empty where ranks are fused, or one leg runs.
    """

    query: str
    mode: SearchMode
    took_ms: float
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    matched: int | None = None
    did_you_mean: str = ""
    weights: Mapping[Leg, float] = field(default_factory=dict)
