"""Every judged query asked once in each mode: how long it took, and what both legs brought.

The legs are kept, so that every way of fusing them can be measured without asking again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from searchapp.embedding import Embedder, Fingerprint, embedder_for
from searchapp.errors import UsageError
from searchapp.evaluation.dataset import Dataset
from searchapp.model import SearchMode, SearchRequest, Vector, Vectors
from searchapp.search import Searcher
from searchapp.settings import Settings
from searchapp.stores import FoundChunk, LegQuery, LegResults, Store, model_in_use
from searchapp.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True, slots=True)
class Legs:
    """What the legs brought for ``text``; ``known_share`` of its tokens stand in the model's vocabulary."""

    keyword: Sequence[FoundChunk] = ()
    semantic: Sequence[FoundChunk] = ()
    known_share: float = 1.0
    text: str = ""


@dataclass(slots=True)
class Asked:
    """Legs by mode and query id, the document of each passage, and milliseconds by mode."""

    legs: dict[SearchMode, dict[str, Legs]]
    documents: dict[str, str] = field(default_factory=dict)
    milliseconds: dict[SearchMode, list[float]] = field(default_factory=dict)


class Memory:
    """An embedder that computes the vector of a query once, and tells what that saved later."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, tuple[Vector, float]] = {}
        self.spared_ms = 0.0

    @classmethod
    def of_index(cls, store: Store, embedder: Embedder, settings: Settings) -> Memory:
        """Over the model that the index was built with. Raises ModelMismatchError and what loading it raises."""
        return cls(embedder_for(model_in_use(store, embedder.fingerprint), embedder, settings))

    @property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        return self._embedder.fingerprint

    @property
    def tokenizer(self) -> Tokenizer:
        """See ``Embedder``."""
        return self._embedder.tokenizer

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._embedder.embed_documents(texts)

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        if text in self._known:
            vector, milliseconds = self._known[text]
            self.spared_ms += milliseconds
            return vector
        started = time.perf_counter()
        vector = self._embedder.embed_query(text)
        self._known[text] = (vector, (time.perf_counter() - started) * 1000)
        return vector


class _Listening:
    """A store that keeps what its last search brought."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.heard = LegResults((), ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def search(self, query: LegQuery) -> LegResults:
        """See ``Store``."""
        self.heard = self._store.search(query)
        return self.heard


def ask(
    store: Store,
    embedder: Memory,
    settings: Settings,
    dataset: Dataset,
    modes: Sequence[SearchMode],
    progress: Progress = lambda what, done, total: None,
) -> Asked:
    """Ask each query in every mode, as the page does; a query is embedded once.

    Raises what ``Searcher.search`` raises, with the query's id.
    """
    listening = _Listening(store)
    searcher = Searcher(cast("Store", listening), embedder, settings)
    asked = Asked({mode: {} for mode in modes}, milliseconds={mode: [] for mode in modes})
    passages: dict[str, FoundChunk] = {}
    for number, (query_id, text) in enumerate(dataset.queries.items()):
        first = number % len(modes)  # each mode goes first in turn: the first one warms the caches for the others
        for mode in (*modes[first:], *modes[:first]):
            before = embedder.spared_ms
            try:
                results = searcher.search(SearchRequest(text, mode))
            except UsageError as error:
                raise UsageError(f"The query {query_id[:80]} cannot be asked: {error.message}", error.remedy) from error
            asked.milliseconds[mode].append(results.took_ms + embedder.spared_ms - before)
            share = embedder.tokenizer.known_share(results.query) if mode is SearchMode.HYBRID else 1.0
            asked.legs[mode][query_id] = _kept(listening.heard, share, results.query, passages)
            asked.documents.update(
                (chunk.id, chunk.document_id) for chunk in (*listening.heard.keyword, *listening.heard.semantic)
            )
        progress("searching", number + 1, len(dataset.queries))
    return asked


def _kept(found: LegResults, share: float, text: str, passages: dict[str, FoundChunk]) -> Legs:
    """The text of a passage is kept once, however many queries find it."""
    keyword, semantic = (
        [passages.setdefault(chunk.id, chunk)._replace(score=chunk.score) for chunk in leg]
        for leg in (found.keyword, found.semantic)
    )
    return Legs(keyword, semantic, share, text)


def by_document(scores: Mapping[str, float], documents: Mapping[str, str]) -> dict[str, float]:
    """Documents by the score of their best passage; ``scores`` come best first."""
    best: dict[str, float] = {}
    for chunk_id, score in scores.items():
        best.setdefault(documents[chunk_id], score)
    return best
