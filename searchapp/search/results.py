"""From what was found to what is shown: one page of hits, each with what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchapp.model import Hit, Leg, LegScore, SearchMode, SearchRequest, SearchResults
from searchapp.search.arrangement import Place, places, sorted_chunks
from searchapp.search.highlights import highlights
from searchapp.search.reranker import ABOVE
from searchapp.stores import FacetCounts, FoundChunk, LegResults
from searchapp.text.words import content_terms

MOST_BEHIND = 5
"""Passages that one hit carries behind it; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: ``scores`` of passages, best first; ``marked`` are the words that highlights mark."""

    text: str
    marked: str
    scores: Mapping[str, float]
    legs: LegResults


def page_of_results(request: SearchRequest, found: Found) -> SearchResults:
    """The page that ``request`` asks for; ``took_ms`` is the caller's to tell."""
    by_id = {chunk.id: chunk for chunk in (*found.legs.semantic, *found.legs.keyword)}
    ranked = sorted_chunks([by_id[chunk_id] for chunk_id in found.scores], request.sort)
    end = request.offset + request.size
    arranged = places(ranked, grouped=request.grouped, folded=request.folded, wanted=end)
    keyword, semantic = _ranks(found.legs.keyword), _ranks(found.legs.semantic)
    terms = content_terms(found.marked)
    reranks = request.mode is SearchMode.HYBRID  # in a single leg a score is BM25 or cosine

    def hit(rank: int, place: Place) -> Hit:
        chunk = place.chunk
        score = found.scores[chunk.id]
        legs = ((Leg.KEYWORD, keyword.get(chunk.id)), (Leg.SEMANTIC, semantic.get(chunk.id)))
        return Hit(
            rank=rank,
            score=score,
            chunk_id=chunk.id,
            document_id=chunk.document_id,
            title=chunk.title,
            source=chunk.source,
            type=chunk.type,
            language=chunk.language,
            text=chunk.text,
            headings=chunk.headings,
            page=chunk.page,
            start=chunk.start,
            end=chunk.end,
            modified=chunk.modified,
            legs={leg: LegScore(*ranked) for leg, ranked in legs if ranked},
            highlights=highlights(terms, chunk.text),
            same_document=len(place.behind),
            behind=tuple(hit(rank, Place(one)) for one in place.behind[:MOST_BEHIND]),
            nearly_same=len(place.duplicates),
            duplicates=tuple(hit(rank, Place(one)) for one in place.duplicates[:MOST_BEHIND]),
            reranked=reranks and score >= ABOVE,
        )

    return SearchResults(
        query=found.text,
        mode=request.mode,
        took_ms=0.0,
        total=_total(ranked, arranged, request),
        hits=tuple(hit(rank, place) for rank, place in enumerate(arranged[request.offset :], request.offset + 1)),
        facets=_choices(found.legs.facets, {chunk.title for chunk in by_id.values()}),
        matched=found.legs.matched if request.facets else None,
    )


def _total(ranked: Sequence[FoundChunk], arranged: Sequence[Place], request: SearchRequest) -> int:
    """The hits of all pages. Folding reads no further than it must, so that later pages may still make them fewer."""
    if len(arranged) < request.offset + request.size:
        return len(arranged)
    folded = sum(len(place.duplicates) for place in arranged)
    every = len({chunk.document_id for chunk in ranked}) if request.grouped else len(ranked)
    return max(len(arranged), every - folded)


def _choices(facets: FacetCounts, titles: set[str]) -> FacetCounts:
    """A heading that is a document's title says nothing new."""
    return {
        name: {value: count for value, count in counts.items() if name != "heading" or value not in titles}
        for name, counts in facets.items()
    }


def _ranks(chunks: Sequence[FoundChunk]) -> dict[str, tuple[int, float]]:
    """Each passage's rank and score in a leg, by id; only those of the page become ``LegScore``."""
    return {chunk.id: (rank, chunk.score) for rank, chunk in enumerate(chunks, start=1)}
