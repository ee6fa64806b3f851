"""What a search finds, and what leads to it and was said of it."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.model import SearchMode
from searchapp.shapes.base import Moment, described


@described
class LegScore(TypedDict):
    """A hit's place in one leg."""

    rank: int
    """From 1, the best."""
    score: float
    """BM25 in the keyword leg, cosine (-1 to 1) in the semantic one."""


@described
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


@described
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


@described
class Completions(TypedDict):
    """How a beginning goes on in the documents."""

    completions: list[str]


@described
class Judgements(TypedDict):
    """What was said of documents for one query."""

    query: str
    grades: dict[str, int]
    """By document id: 1, what was looked for; 0, it is not."""
