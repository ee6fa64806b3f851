"""The searcher: a request in, hits out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from prometheus_client import Histogram

from searchapp.access import may_read
from searchapp.embedding import Embedder, embedder_for, query_vector
from searchapp.errors import IndexSwitchedError, NotFoundError, UsageError
from searchapp.model import Chunk, Filters, Hit, Leg, SearchMode, SearchRequest, SearchResults, placed
from searchapp.search import completion, spelling
from searchapp.search.filters import overlaid, parse_filters
from searchapp.search.highlights import MARK_OPEN
from searchapp.search.meaning import NearestSentences
from searchapp.search.query import Query, clean, read_query
from searchapp.search.ranking import hybrid
from searchapp.search.results import Found, page_of_results
from searchapp.settings import Fusion, Settings
from searchapp.stores import FoundChunk, LegQuery, LegResults, Match, Store, model_in_use
from searchapp.telemetry import tracing
from searchapp.telemetry.stages import SECONDS, Stage, stage
from searchapp.text.variants import with_variants
from searchapp.text.words import telling_words

SEARCH_SECONDS = Histogram("searchapp_search_seconds", "How long searches took.", ["mode"], buckets=SECONDS)

DEPTH = 100
"""Passages that each leg brings to fusion; 50 save a seventh of a search and rank a little worse (decision 48)."""

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
        self._sentences = NearestSentences()

    def around(self, passage_id: str) -> tuple[Chunk, ...]:
        """A passage between its neighbours, in reading order; empty where it is none. Raises the store's errors."""
        document_id, position = placed(passage_id)
        return self._store.chunks(document_id, max(position - 1, 0), 2 + (position > 0)) if document_id else ()

    def search(self, request: SearchRequest) -> SearchResults:
        """Run the request's legs, fuse them, and return the page that was asked for.

        Raises UsageError (empty or overlong query, page out of range), ModelMismatchError, and the store's and the
        embedder's errors.
        """
        with SEARCH_SECONDS.labels(request.mode).time(), tracing.span("search", mode=request.mode):
            return self._search(request)

    def _search(self, request: SearchRequest) -> SearchResults:
        started = time.perf_counter()
        query = read_query(request.query)
        asked = replace(request, query=query.text, filters=overlaid(request.filters, parse_filters(query.filters)))
        _refuse_beyond_window(asked)

        known_share = self._known_share(asked, query.text)

        def found(deep: bool) -> Found:
            legs = self._legs(query, asked, deep)
            ranked = self._ranked(legs, asked, known_share, query.text)
            return Found(query.text, with_variants(query.text), ranked, legs)

        results, legs = _paged(asked, found)
        results = replace(results, weights=self._weights(asked, known_share))
        if request.sentences:
            results = replace(results, hits=self._with_sentences(query.text, results.hits))
        if request.spelling and not request.offset:
            results = replace(results, did_you_mean=self._respelt(query, asked, legs))
        return replace(results, took_ms=round((time.perf_counter() - started) * 1000, 1))

    def similar(self, passage_id: str, request: SearchRequest) -> SearchResults:
        """Passages of other documents that are like this one; ``request.query`` is not looked at.

        ``query`` of the results is the title of the passage's document. Raises NotFoundError when there is no such
        passage, or none that ``request.filters.groups`` may read, and as ``search`` does.
        """
        started = time.perf_counter()
        _refuse_beyond_window(request)
        document_id, position = placed(passage_id)
        entry = self._store.entry(document_id) if document_id else None
        chunks = self._store.chunks(document_id, position, 1) if entry else ()
        chunk = next((one for one in chunks if one.id == passage_id), None)
        if entry is None or chunk is None or not may_read(request.filters.groups, entry.groups):
            raise NotFoundError(f"There is no passage {passage_id[:80]}.", "Its document has changed; search again.")
        others = (*request.filters.excluded_document_ids, document_id)
        asked = replace(
            request, query=entry.title, filters=replace(request.filters, excluded_document_ids=others), spelling=False
        )
        terms = telling_words(chunk.text)
        leg_query = LegQuery(
            keywords=terms if asked.mode is not SearchMode.SEMANTIC else None,
            vector=self._store.vectors([chunk.hash]).get(chunk.hash) if asked.mode is not SearchMode.KEYWORD else None,
            depth=_first_depth(asked),
            filters=asked.filters,
            facets=asked.facets,
        )

        known_share = self._known_share(asked, chunk.text)

        def found(deep: bool) -> Found:
            legs = self._brought(leg_query, deep)
            return Found(entry.title, terms, self._ranked(legs, asked, known_share), legs)

        results, _ = _paged(asked, found)
        return replace(
            results,
            weights=self._weights(asked, known_share),
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def complete(self, typed: str, filters: Filters | None = None, size: int = 8) -> tuple[str, ...]:
        """How what was typed goes on in titles, headings and passages; empty while it is too short to tell.

        Where nothing begins with the whole of it, its last word is completed. Raises the store's errors.
        """
        beginning = clean(typed)
        head, _, last = beginning.rpartition(" ")
        for kept, begun in (("", beginning), (f"{head} ", last)) if head else (("", beginning),):
            if not completion.says_enough(begun) or len(begun) > completion.MOST_CHARACTERS:
                continue
            asked = LegQuery(begun, None, completion.LOOKED_AT, filters or Filters(), match=Match.BEGINNING)
            found = completion.completions(begun, self._store.search(asked).keyword, size)
            if found:
                return tuple(kept + text for text in found)
        return ()

    def _respelt(self, query: Query, request: SearchRequest, legs: LegResults) -> str:
        if request.mode is SearchMode.SEMANTIC:
            return ""
        unknown = spelling.unknown_words(query.text, legs.keyword)
        if not unknown:
            return ""
        asked = LegQuery(" ".join(unknown), None, spelling.LOOKED_AT, request.filters, match=Match.SIMILAR)
        return spelling.respelt(query.text, unknown, self._store.search(asked).keyword)

    def _with_sentences(self, text: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The hits in which no word was matched show the sentence nearest in meaning, if there is time to find it."""
        unmarked = [hit for hit in hits if not any(MARK_OPEN in piece for piece in hit.highlights)]
        if not unmarked:
            return hits
        nearest = self._sentences.find(text, [hit.text for hit in unmarked], self._embedder_in_use())
        shown = {hit.chunk_id: (sentence,) for hit, sentence in zip(unmarked, nearest, strict=True) if sentence}
        return tuple(replace(hit, highlights=shown.get(hit.chunk_id, hit.highlights)) for hit in hits)

    def _legs(self, query: Query, request: SearchRequest, deep: bool) -> LegResults:
        """The query is embedded with the model of the index that it goes to, also when an operator switches both."""
        for _ in range(SWITCHES_FOLLOWED):
            try:
                return self._brought(self._leg_query(query, request), deep)
            except IndexSwitchedError:
                continue
        return self._brought(self._leg_query(query, request), deep)

    def _brought(self, asked: LegQuery, deep: bool) -> LegResults:
        """What the legs bring; ``deep``: what they bring to every page, then what lies deeper.

        One deeper search alone would not do: engines break ties, and look for neighbours, otherwise at another depth.
        """
        legs = self._store.search(asked)
        if not deep:
            return legs
        deeper = self._store.search(replace(asked, depth=MAX_WINDOW, facets=False))
        return replace(
            legs,
            keyword=_joined(legs.keyword, deeper.keyword),
            semantic=_joined(legs.semantic, deeper.semantic),
        )

    def _leg_query(self, query: Query, request: SearchRequest) -> LegQuery:
        semantic = request.mode is not SearchMode.KEYWORD
        embedder = self._embedder_in_use() if semantic else self._embedder
        vector = None
        if semantic:
            with stage(Stage.ENCODE):
                vector = query_vector(embedder, query.text)
        return LegQuery(
            keywords=query.text if request.mode is not SearchMode.SEMANTIC else None,
            vector=vector,
            model=embedder.fingerprint if semantic else None,
            depth=_first_depth(request),
            filters=request.filters,
            exact=query.exact,
            required=query.required,
            excluded=query.excluded,
            text=query.text,
            facets=request.facets,
        )

    def _embedder_in_use(self) -> Embedder:
        configured = self._embedder
        return embedder_for(model_in_use(self._store, configured.fingerprint), configured, self._settings)

    def _ranked(
        self, legs: LegResults, request: SearchRequest, known_share: float, question: str = ""
    ) -> Mapping[str, float]:
        """Ids and fused scores, best first. What later pages bring comes after all that earlier ones could show.

        Sentences are read for the words of ``question``; "" leaves that out.
        """
        first = _first_depth(request)
        with stage(Stage.FUSION):
            best = self._fused(legs.keyword[:first], legs.semantic[:first], request.mode, known_share, first, question)
        if max(len(legs.keyword), len(legs.semantic)) <= first:
            return best
        deeper = self._fused(legs.keyword, legs.semantic, request.mode, known_share, MAX_WINDOW)
        return dict(best) | {key: score for key, score in deeper.items() if key not in best}

    def _fused(
        self,
        keyword: Sequence[FoundChunk],
        semantic: Sequence[FoundChunk],
        mode: SearchMode,
        known_share: float,
        depth: int,
        question: str = "",
    ) -> Mapping[str, float]:
        if mode is not SearchMode.HYBRID:
            return {chunk.id: chunk.score for chunk in (keyword if mode is SearchMode.KEYWORD else semantic)}
        return hybrid(keyword, semantic, self._settings, known_share, depth, question)

    def _known_share(self, request: SearchRequest, text: str) -> float:
        """Of the text's tokens; 1 where one leg runs, which needs no weight."""
        return self._embedder_in_use().tokenizer.known_share(text) if request.mode is SearchMode.HYBRID else 1.0

    def _weights(self, request: SearchRequest, known_share: float) -> Mapping[Leg, float]:
        if request.mode is not SearchMode.HYBRID or self._settings.fusion is Fusion.RRF:
            return {}
        weight = self._settings.semantic_weight * known_share
        return {Leg.KEYWORD: 1.0 - weight, Leg.SEMANTIC: weight}


def _refuse_beyond_window(request: SearchRequest) -> None:
    if request.size < 1 or request.offset < 0 or request.offset + request.size > MAX_WINDOW:
        raise UsageError(
            f"Hits {request.offset + 1} to {request.offset + request.size} cannot be shown.",
            f"The first {MAX_WINDOW} can: narrow the search by a filter.",
        )


def _first_depth(request: SearchRequest) -> int:
    """The same for every page, so that none repeats or leaves out what another has shown."""
    return max(DEPTH, request.size)


def _paged(request: SearchRequest, found: Callable[[bool], Found]) -> tuple[SearchResults, LegResults]:
    """The page out of what was found, and out of what lies deeper where that ends within it and a leg goes on."""
    first = found(False)
    results = page_of_results(request, first)
    brought = max(len(first.legs.keyword), len(first.legs.semantic))
    if results.total > request.offset + request.size or brought < _first_depth(request):
        return results, first.legs
    deeper = found(True)
    return page_of_results(request, deeper), deeper.legs


def _joined(first: tuple[FoundChunk, ...], then: Sequence[FoundChunk]) -> tuple[FoundChunk, ...]:
    known = {chunk.id for chunk in first}
    return (*first, *(chunk for chunk in then if chunk.id not in known))
