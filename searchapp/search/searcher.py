"""The searcher: a request in, hits out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from prometheus_client import Histogram

from searchapp.embedding import Embedder, Scale, embedder_for, query_vector, scale_of
from searchapp.errors import IndexSwitchedError
from searchapp.limits import WINDOW
from searchapp.messages import Message
from searchapp.model import (
    Chunk,
    Filters,
    Hit,
    Notice,
    SearchMode,
    SearchRequest,
    SearchResults,
    placed,
)
from searchapp.search import did_you_mean, suggest
from searchapp.search.filters import overlaid, parse_filters
from searchapp.search.highlights import MARK_OPEN, NearestSentences
from searchapp.search.library import Library
from searchapp.search.more_like_this import likened, mean_vector
from searchapp.search.nearness import counted_from, is_readable, keep_found, known_share
from searchapp.search.query import Query, clean, read_query
from searchapp.search.ranking import ranked, weights
from searchapp.search.results import Found, count_of, first_depth, goes_on, paged, refuse_beyond_window
from searchapp.search.weakness import doubtful_ids
from searchapp.settings import Settings
from searchapp.stores import FoundChunk, RetrievalQuery, RetrievalResults, Store, model_in_use
from searchapp.telemetry import tracing
from searchapp.telemetry.stages import SECONDS, Stage, stage
from searchapp.text.chinese import with_variants
from searchapp.text.words import has_cjk, telling_words
from searchapp.tokens import Reading

SEARCH_SECONDS = Histogram("searchapp_search_seconds", "How long searches took.", ["mode"], buckets=SECONDS)

SWITCHES_FOLLOWED = 3
"""How often one search begins again because the index was switched under it; an operator does not type faster."""

NOT_READ = Reading([], 1.0)

Retrieved = TypeVar("Retrieved")


class Searcher:
    """Searches one store with one embedder."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        settings: Settings,
        hears: Callable[[RetrievalResults], None] = lambda retrieved: None,
        met_by_words: Callable[[Iterable[str]], None] = lambda document_ids: None,
    ) -> None:
        """``hears`` is told what the retrievers of each search found, scores of the semantic one as similarities.

        ``met_by_words`` is told the documents on the page that were met by their words alone, the best one last.
        """
        self._met_by_words = met_by_words
        self._hears = hears
        self._store = store
        self._embedder = embedder
        self._settings = settings
        self._sentences = NearestSentences()
        self.library = Library(store)

    def around(self, passage_id: str) -> tuple[Chunk, ...]:
        """A chunk between its neighbours, in reading order; empty where it is none. Raises the store's errors."""
        document_id, position = placed(passage_id)
        return self._store.chunks(document_id, max(position - 1, 0), 2 + (position > 0)) if document_id else ()

    def search(self, request: SearchRequest) -> SearchResults:
        """Run the request's retrievers, fuse them, and return the page that was asked for.

        Raises UsageError (empty or overlong query, page out of range), ModelMismatchError, and the store's and the
        embedder's errors.
        """
        with SEARCH_SECONDS.labels(request.mode).time(), tracing.span("search", mode=request.mode):
            return self._search(request)

    def _search(self, request: SearchRequest) -> SearchResults:
        started = time.perf_counter()
        query = read_query(request.query)
        results = self._results(request, query)
        # What was pasted may hold what only looks like an operator.
        if not results.total and query.operators:
            without = self._results(request, query.without_operators())
            if without.total:
                operators = " ".join(query.operators)
                said = Message("operators_left_out", operators=operators)
                results = replace(without, notices=(Notice(said.code, said.whole.text(), operators),))
        return replace(results, took_ms=round((time.perf_counter() - started) * 1000, 1))

    def _results(self, request: SearchRequest, query: Query) -> SearchResults:
        """What ``query`` finds, by the rest of ``request``; ``took_ms`` is the caller's to tell."""
        asked = replace(request, query=query.text, filters=overlaid(request.filters, parse_filters(query.filters)))
        refuse_beyond_window(asked)

        # Once for all that asks how the model reads the query; without a vector nothing does.
        reading = NOT_READ if asked.mode is SearchMode.KEYWORD else self._reading(query.text)
        readable = is_readable(query.text, reading)

        known = 1.0

        def found(deep: bool) -> Found:
            nonlocal known
            retrieved, doubtful = self._following(lambda: self._found(query, asked, readable, deep))
            if asked.mode is SearchMode.HYBRID:
                known = known_share(query.text, reading.known_share, retrieved, self._reading)
            ranking, weak = ranked(retrieved, asked, self._settings, known, query.text, doubtful)
            return Found(query.text, with_variants(query.text), ranking, retrieved, goes_on(retrieved, asked), weak)

        def count(first: Found) -> int:
            deeper = self._following(lambda: self._counted(query, asked, readable))
            return count_of(asked, first.retrieved, deeper)

        results, retrieved = paged(asked, found, count)
        results = replace(results, weights=weights(asked, self._settings, known))
        if met := [hit.document_id for hit in reversed(results.hits) if hit.unembedded]:
            self._met_by_words(met)
        if request.sentences and request.mode is not SearchMode.KEYWORD:  # that one needs no model
            results = replace(results, hits=self._with_sentences(query.text, results.hits))
        if request.spelling and not request.offset and request.mode is not SearchMode.SEMANTIC:
            asks_model = asked.mode is not SearchMode.KEYWORD  # that one needs none
            is_word = self._is_word if asks_model else lambda word: False
            respelt = did_you_mean.respelt(self._store, query.text, asked.filters, retrieved.keyword, is_word)
            results = replace(results, did_you_mean=respelt)
        return results

    def similar(self, like_id: str, request: SearchRequest) -> SearchResults:
        """Chunks of other documents that are like this chunk or document; ``request.query`` is not looked at.

        ``query`` of the results is the title of its document. Raises NotFoundError when there is no chunk or document
        of this id, or none that ``request.filters.groups`` may read, and as ``search`` does.
        """
        started = time.perf_counter()
        refuse_beyond_window(request)
        entry, chunks = likened(self._store, like_id, request.filters.groups)
        others = (*request.filters.excluded_document_ids, entry.id)
        asked = replace(
            request, query=entry.title, filters=replace(request.filters, excluded_document_ids=others), spelling=False
        )
        text = "\n".join(chunk.text for chunk in chunks)
        terms = telling_words(text)
        retrieval_query = RetrievalQuery(
            keywords=terms if asked.mode is not SearchMode.SEMANTIC else None,
            vector=mean_vector(self._store, chunks) if asked.mode is not SearchMode.KEYWORD else None,
            depth=first_depth(asked),
            filters=asked.filters,
            facets=asked.facets,
        )

        known_share = self._reading(text).known_share if asked.mode is SearchMode.HYBRID else 1.0
        scale = scale_of(self._embedder_in_use(), self._settings) if retrieval_query.vector is not None else None

        def found(deep: bool) -> Found:
            retrieved = self._brought(retrieval_query, deep, scale)
            ranking, _ = ranked(retrieved, asked, self._settings, known_share)
            return Found(entry.title, terms, ranking, retrieved, goes_on(retrieved, asked))

        def count(first: Found) -> int:
            wanted = replace(retrieval_query, depth=WINDOW, facets=False, texts=False)
            return count_of(asked, first.retrieved, self._store.search(wanted))

        results, _ = paged(asked, found, count)
        return replace(
            results,
            weights=weights(asked, self._settings, known_share),
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def complete(self, typed: str, filters: Filters | None = None, size: int = 8) -> tuple[str, ...]:
        """How what was typed goes on in titles, headings and chunks; empty while it is too short to tell.

        Where nothing begins with the whole of it, its last word is completed. Raises the store's errors.
        """
        return suggest.complete(self._store, clean(typed), filters or Filters(), size)

    def _with_sentences(self, text: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        """The hits in which no word was matched show the sentence nearest in meaning, if there is time to find it."""
        unmarked = [hit for hit in hits if not any(MARK_OPEN in piece for piece in hit.highlights)]
        if not unmarked:
            return hits
        nearest = self._sentences.find(text, [hit.text for hit in unmarked], self._embedder_in_use())
        shown = {hit.chunk_id: (sentence,) for hit, sentence in zip(unmarked, nearest, strict=True) if sentence}
        return tuple(replace(hit, highlights=shown.get(hit.chunk_id, hit.highlights)) for hit in hits)

    def _following(self, retrieve: Callable[[], Retrieved]) -> Retrieved:
        """The query is embedded with the model of the index that it goes to, also when an operator switches both."""
        for _ in range(SWITCHES_FOLLOWED):
            try:
                return retrieve()
            except IndexSwitchedError:
                continue
        return retrieve()

    def _found(
        self, query: Query, request: SearchRequest, readable: bool, deep: bool
    ) -> tuple[RetrievalResults, frozenset[str]]:
        """What the retrievers bring, without what is near only as anything is, and which of it is doubtful."""
        least = self._settings.least_similarity
        asked, scale = self._asked(query, request)
        if scale is not None:
            asked = replace(asked, least_cosine=max(-1.0, scale.cosine(counted_from(least))))
        retrieved = keep_found(self._brought(asked, deep, scale), asked, least, readable=readable)
        self._hears(retrieved)
        return retrieved, doubtful_ids(retrieved, asked, least, readable=readable)

    def _counted(self, query: Query, request: SearchRequest, readable: bool) -> RetrievalResults:
        """All that is found, as deep as pages go; texts only where it is they that say whether something is found."""
        asked, scale = self._asked(query, request)
        texts = request.mode is SearchMode.SEMANTIC or has_cjk(query.text)
        asked = replace(asked, depth=WINDOW, facets=False, texts=texts)
        return keep_found(
            _scaled(self._store.search(asked), scale), asked, self._settings.least_similarity, readable=readable
        )

    def _asked(self, query: Query, request: SearchRequest) -> tuple[RetrievalQuery, Scale | None]:
        embedder = self._embedder_in_use() if request.mode is not SearchMode.KEYWORD else None
        scale = scale_of(embedder, self._settings) if embedder else None
        return self._retrieval_query(query, request, embedder), scale

    def _brought(self, asked: RetrievalQuery, deep: bool, scale: Scale | None) -> RetrievalResults:
        """What the retrievers bring, cosines on the one ``scale`` of all models; ``deep``: also what lies deeper than
        a page.

        One deeper search alone would not do: engines break ties, and look for neighbours, otherwise at another depth.
        """
        retrieved = _scaled(self._store.search(asked), scale)
        if not deep:
            return retrieved
        deeper = _scaled(self._store.search(replace(asked, depth=WINDOW, facets=False)), scale)
        return replace(
            retrieved,
            keyword=_joined(retrieved.keyword, deeper.keyword),
            semantic=_joined(retrieved.semantic, deeper.semantic),
        )

    def _retrieval_query(self, query: Query, request: SearchRequest, embedder: Embedder | None) -> RetrievalQuery:
        """``embedder``: None where no vector is asked for."""
        vector = None
        if embedder is not None:
            with stage(Stage.ENCODE):
                vector = query_vector(embedder, query.text)
        return RetrievalQuery(
            keywords=query.text if request.mode is not SearchMode.SEMANTIC else None,
            vector=vector,
            model=embedder.fingerprint if embedder is not None else None,
            depth=first_depth(request),
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

    def _is_word(self, word: str) -> bool:
        """Whether the model knows the word as one: vocabularies hold the common words of their languages whole."""
        return len(self._reading(word.lower()).spans) == 1

    def _reading(self, text: str) -> Reading:
        return self._embedder_in_use().tokenizer.reading(text)


def _scaled(retrieved: RetrievalResults, scale: Scale | None) -> RetrievalResults:
    if scale is None:
        return retrieved
    return replace(
        retrieved, semantic=tuple(one._replace(score=scale.similarity(one.score)) for one in retrieved.semantic)
    )


def _joined(first: tuple[FoundChunk, ...], then: Sequence[FoundChunk]) -> tuple[FoundChunk, ...]:
    known = {chunk.id for chunk in first}
    return (*first, *(chunk for chunk in then if chunk.id not in known))
