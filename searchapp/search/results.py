"""From what was found to what is shown: one page of hits, each with what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    leg_scores = _leg_scores(found.legs)
    terms = content_terms(found.marked)
    reranks = request.mode is SearchMode.HYBRID  # in a single leg a score is BM25 or cosine

    def hit(rank: int, chunk: FoundChunk) -> Hit:
        score = found.scores[chunk.id]
        return _hit(rank, score, chunk, leg_scores[chunk.id], terms, reranks and score >= ABOVE)

    def placed(rank: int, place: Place) -> Hit:
        return replace(
            hit(rank, place.chunk),
            same_document=len(place.behind),
            behind=tuple(hit(rank, chunk) for chunk in place.behind[:MOST_BEHIND]),
            nearly_same=len(place.duplicates),
            duplicates=tuple(hit(rank, chunk) for chunk in place.duplicates[:MOST_BEHIND]),
        )

    return SearchResults(
        query=found.text,
        mode=request.mode,
        took_ms=0.0,
        total=_total(ranked, arranged, request),
        hits=tuple(placed(rank, place) for rank, place in enumerate(arranged[request.offset :], request.offset + 1)),
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


def _leg_scores(legs: LegResults) -> dict[str, dict[Leg, LegScore]]:
    scores: dict[str, dict[Leg, LegScore]] = {}
    for leg, chunks in ((Leg.KEYWORD, legs.keyword), (Leg.SEMANTIC, legs.semantic)):
        for rank, chunk in enumerate(chunks, start=1):
            scores.setdefault(chunk.id, {})[leg] = LegScore(rank, chunk.score)
    return scores


def _hit(
    rank: int, score: float, chunk: FoundChunk, legs: Mapping[Leg, LegScore], terms: set[str], reranked: bool
) -> Hit:
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
        legs=legs,
        highlights=highlights(terms, chunk.text),
        reranked=reranked,
    )
