"""From what was found to what is shown: one page of hits, each with what stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.limits import WINDOW
from searchapp.model import Hit, Retriever, RetrieverScore, SearchMode, SearchRequest, SearchResults, SortOrder
from searchapp.search.grouping import Place, places, sorted_chunks
from searchapp.search.highlights import highlights
from searchapp.search.reranker import ABOVE
from searchapp.stores import FacetCounts, FoundChunk, RetrievalResults
from searchapp.text.spellings import spellings
from searchapp.text.words import content_terms

DEPTH = 100
"""Chunks that each retriever brings to fusion; 50 save a seventh of a search and rank a little worse (decision 48)."""

MOST_BEHIND = 5
"""Chunks that one hit carries behind it; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: ``scores`` of chunks, best first; ``marked`` are the words that highlights mark.

    ``goes_on``: more may lie deeper, see there. ``weak`` are the ids of weak hits (``weakness.py``).
    """

    text: str
    marked: str
    scores: Mapping[str, float]
    retrieved: RetrievalResults
    goes_on: bool = False
    weak: frozenset[str] = frozenset()


def refuse_beyond_window(request: SearchRequest) -> None:
    """Raise UsageError where the page lies deeper than a search goes, or is none."""
    if request.size < 1 or request.offset < 0 or request.offset + request.size > WINDOW:
        raise UsageError("hits_too_deep", first=request.offset + 1, last=request.offset + request.size, most=WINDOW)


def first_depth(request: SearchRequest) -> int:
    """The same for every page, so that none repeats or leaves out what another has shown."""
    return max(DEPTH, request.size)


def goes_on(retrieved: RetrievalResults, request: SearchRequest) -> bool:
    """Whether a retriever brought as many chunks as it was asked for, so that more may lie deeper."""
    return max(len(retrieved.keyword), len(retrieved.semantic)) >= first_depth(request)


def paged(
    request: SearchRequest, found: Callable[[bool], Found], count: Callable[[Found], int]
) -> tuple[SearchResults, RetrievalResults]:
    """The page out of what was found, and out of what lies deeper where that ends within it and a retriever goes on.

    ``count`` says how many hits there are, also deeper, where the retrievers brought as many as they were asked for.
    """
    first = found(False)
    # By date only the best are sorted, none of which lies deeper.
    if not first.goes_on or request.sort is not SortOrder.RELEVANCE:
        return page_of_results(request, first), first.retrieved
    total = count(first)
    results = page_of_results(request, first, total)
    if len(results.hits) == request.size:
        return results, first.retrieved
    deeper = found(True)
    return page_of_results(request, deeper, total), deeper.retrieved


def count_of(request: SearchRequest, *retrieved: RetrievalResults) -> int:
    """The hits that can be paged to, those included that say the same as another; at most the window's."""
    every = {chunk.id: chunk.document_id for one in retrieved for chunk in (*one.keyword, *one.semantic)}
    return min(WINDOW, len(set(every.values()) if request.grouped else every))


def page_of_results(request: SearchRequest, found: Found, total: int | None = None) -> SearchResults:
    """The page that ``request`` asks for, of ``total`` hits (None: as many as there are places).

    ``took_ms`` is the caller's to tell.
    """
    by_id = {chunk.id: chunk for chunk in (*found.retrieved.semantic, *found.retrieved.keyword)}
    ranked = sorted_chunks([by_id[chunk_id] for chunk_id in found.scores], request.sort)
    if request.sort is not SortOrder.RELEVANCE:
        ranked = sorted(ranked, key=lambda chunk: chunk.id in found.weak)
    end = request.offset + request.size
    wanted = end if total is not None or not request.folded else len(ranked)
    arranged = places(ranked, grouped=request.grouped, folded=request.folded, wanted=wanted)
    keyword, semantic = _ranks(found.retrieved.keyword), _ranks(found.retrieved.semantic)
    terms = content_terms(found.marked).union(spellings(found.text, asked=True).same)
    reranks = request.mode is SearchMode.HYBRID  # in a single retriever a score is BM25 or similarity
    # How rare a word is counts over all documents: to who is bounded by groups BM25 would tell of those of others.
    is_bounded = request.filters.groups is not None
    has_score = not is_bounded or request.mode is SearchMode.SEMANTIC

    def hit(rank: int, place: Place) -> Hit:
        chunk = place.chunk
        score = found.scores[chunk.id]
        places_in: dict[Retriever, RetrieverScore] = {}
        if (found_by_words := keyword.get(chunk.id)) is not None:
            places_in[Retriever.KEYWORD] = RetrieverScore(found_by_words[0], None if is_bounded else found_by_words[1])
        if (found_by_meaning := semantic.get(chunk.id)) is not None:
            places_in[Retriever.SEMANTIC] = RetrieverScore(*found_by_meaning)
        return Hit(
            rank=rank,
            score=score if has_score else None,
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
            tags=chunk.tags,
            collections=chunk.collections,
            fields=dict(chunk.fields),
            scores=places_in,
            highlights=highlights(terms, chunk.text),
            same_document=len(place.behind),
            more_from_document=tuple(hit(rank, Place(one)) for one in place.behind[:MOST_BEHIND]),
            near_duplicates=len(place.duplicates),
            duplicates=tuple(hit(rank, Place(one)) for one in place.duplicates[:MOST_BEHIND]),
            reranked=reranks and score >= ABOVE,
            weak=chunk.id in found.weak,
            unembedded=chunk.unembedded,
        )

    if total is None:
        folded = request.folded or len(arranged) < end
        total = (
            len(arranged) if folded else len({one.document_id for one in ranked}) if request.grouped else len(ranked)
        )
    return SearchResults(
        query=found.text,
        mode=request.mode,
        took_ms=0.0,
        total=total,
        hits=tuple(hit(rank, place) for rank, place in enumerate(arranged[request.offset : end], request.offset + 1)),
        facets=_choices(found.retrieved.facets, {chunk.title for chunk in by_id.values()}),
        matched=max(found.retrieved.matched, total) if request.facets else None,
    )


def _choices(facets: FacetCounts, titles: set[str]) -> FacetCounts:
    """A heading that is a document's title says nothing new."""
    return {
        name: {value: count for value, count in counts.items() if name != "heading" or value not in titles}
        for name, counts in facets.items()
    }


def _ranks(chunks: Sequence[FoundChunk]) -> dict[str, tuple[int, float]]:
    """Each chunk's rank and score in a retriever, by id; only those of the page become ``RetrieverScore``."""
    return {chunk.id: (rank, chunk.score) for rank, chunk in enumerate(chunks, start=1)}
