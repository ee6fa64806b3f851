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
