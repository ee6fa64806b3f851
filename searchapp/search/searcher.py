"""The searcher: a request in, hits out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from searchapp.embedding import Embedder, embedder_for, query_vector
from searchapp.errors import IndexSwitchedError, UsageError
from searchapp.model import Hit, Leg, LegScore, SearchMode, SearchRequest, SearchResults
from searchapp.search.filters import overlaid, parse_filters
from searchapp.search.fusion import Ranking, reciprocal_rank_fusion, weighted_sum
from searchapp.search.highlights import highlights
from searchapp.search.query import Query, read_query
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk, LegQuery, LegResults, Store, model_in_use

DEPTH = 100
"""Passages that each leg brings to fusion; deeper ones hardly ever reach a first page."""

SWITCHES_FOLLOWED = 3
"""How often one search begins again because the index was switched under it; an operator does not type faster."""

MAX_WINDOW = 1000
"""Farthest hit that can be paged to."""


class Searcher:
    """Searches one store with one embedder."""

    def __init__(self, store: Store, embedder: Embedder, settings: Settings) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings

    def search(self, request: SearchRequest) -> SearchResults:
        """Run the request's legs, fuse them, and return the page that was asked for.

        Raises UsageError (empty or overlong query, page out of range), ModelMismatchError, and the store's and the
        embedder's errors.
        """
        started = time.perf_counter()
        query = read_query(request.query)
        if request.size < 1 or request.offset < 0 or request.offset + request.size > MAX_WINDOW:
            raise UsageError(
                f"Hits {request.offset + 1} to {request.offset + request.size} cannot be shown.",
                f"The first {MAX_WINDOW} can: narrow the search by a filter.",
            )
        legs = self._legs(query, request)
        scores = self._fused(legs, request.mode, query.text)
        found = {chunk.id: chunk for chunk in (*legs.semantic, *legs.keyword)}
        leg_scores = _leg_scores(legs)
        page = list(scores.items())[request.offset : request.offset + request.size]
        hits = tuple(
            _hit(rank, score, found[chunk_id], leg_scores[chunk_id], query.text)
            for rank, (chunk_id, score) in enumerate(page, start=request.offset + 1)
        )
        return SearchResults(
            query=query.text,
            mode=request.mode,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
            total=len(scores),
            hits=hits,
            facets=_facets([found[chunk_id] for chunk_id in scores]),
        )

    def _legs(self, query: Query, request: SearchRequest) -> LegResults:
        """The query is embedded with the model of the index that it goes to, also when an operator switches both."""
        for _ in range(SWITCHES_FOLLOWED):
            try:
                return self._store.search(self._leg_query(query, request))
            except IndexSwitchedError:
                continue
        return self._store.search(self._leg_query(query, request))

    def _leg_query(self, query: Query, request: SearchRequest) -> LegQuery:
        semantic = request.mode is not SearchMode.KEYWORD
        embedder = self._embedder_in_use() if semantic else self._embedder
        return LegQuery(
            keywords=query.text if request.mode is not SearchMode.SEMANTIC else None,
            vector=query_vector(embedder, query.text) if semantic else None,
            model=embedder.fingerprint if semantic else None,
            depth=max(DEPTH, request.offset + request.size),
            filters=overlaid(request.filters, parse_filters(query.filters)),
            exact=query.exact,
            required=query.required,
            excluded=query.excluded,
            text=query.text,
        )

    def _embedder_in_use(self) -> Embedder:
        configured = self._embedder
        return embedder_for(model_in_use(self._store, configured.fingerprint), configured, self._settings)

    def _fused(self, legs: LegResults, mode: SearchMode, text: str) -> Mapping[str, float]:
        keyword, semantic = _ranking(legs.keyword), _ranking(legs.semantic)
        if mode is SearchMode.KEYWORD:
            return dict(keyword)
        if mode is SearchMode.SEMANTIC:
            return dict(semantic)
        if self._settings.fusion is Fusion.RRF:
            return reciprocal_rank_fusion([keyword, semantic])
        # A model that reads a query as unknown tokens (an English one, of Chinese) says little about its meaning.
        weight = self._settings.semantic_weight * self._embedder_in_use().tokenizer.known_share(text)
        return weighted_sum(keyword, semantic, weight)


def _ranking(chunks: Sequence[FoundChunk]) -> Ranking:
    return [(chunk.id, chunk.score) for chunk in chunks]


def _leg_scores(legs: LegResults) -> dict[str, dict[Leg, LegScore]]:
    scores: dict[str, dict[Leg, LegScore]] = {}
    for leg, chunks in ((Leg.KEYWORD, legs.keyword), (Leg.SEMANTIC, legs.semantic)):
        for rank, chunk in enumerate(chunks, start=1):
            scores.setdefault(chunk.id, {})[leg] = LegScore(rank, chunk.score)
    return scores


def _facets(chunks: Sequence[FoundChunk]) -> dict[str, dict[str, int]]:
    return {
        "type": dict(Counter(chunk.type for chunk in chunks).most_common()),
        "language": dict(Counter(chunk.language for chunk in chunks if chunk.language).most_common()),
    }


def _hit(rank: int, score: float, chunk: FoundChunk, legs: Mapping[Leg, LegScore], query: str) -> Hit:
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
        highlights=highlights(query, chunk.text),
    )
