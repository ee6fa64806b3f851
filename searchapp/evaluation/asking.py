"""Every judged query asked once in each mode: how long it took, and what both retrievers brought.

The retrievers are kept, so that every way of fusing them can be measured without asking again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from searchapp.embedding import Embedder, Fingerprint, embedder_for
from searchapp.errors import UsageError
from searchapp.evaluation.dataset import Dataset
from searchapp.model import SearchMode, SearchRequest, Vector, Vectors
from searchapp.progress import Progress
from searchapp.search import Searcher
from searchapp.search.fusion import best_first, hybrid
from searchapp.search.nearness import known_share
from searchapp.search.results import DEPTH
from searchapp.settings import Settings
from searchapp.stores import FoundChunk, RetrievalResults, Store, model_in_use
from searchapp.tokens import Tokenizer


def of_one(name: str, progress: Progress) -> Progress:
    """The progress of one thing of several, with its name in front."""
    return lambda what, done, total: progress(f"{name}: {what}", done, total)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the retrievers brought for ``text``; ``known_share``: see ``nearness.known_share``."""

    keyword: Sequence[FoundChunk] = ()
    semantic: Sequence[FoundChunk] = ()
    known_share: float = 1.0
    text: str = ""


@dataclass(slots=True)
class Asked:
    """Retrievers by mode and query id, the document of each chunk, and milliseconds by mode."""

    retrieved: dict[SearchMode, dict[str, Retrieved]]
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
    heard: list[RetrievalResults] = []
    searcher = Searcher(store, embedder, settings, heard.append)
    asked = Asked({mode: {} for mode in modes}, milliseconds={mode: [] for mode in modes})
    chunks: dict[str, FoundChunk] = {}
    for number, (query_id, text) in enumerate(dataset.queries.items()):
        first = number % len(modes)  # each mode goes first in turn: the first one warms the caches for the others
        for mode in (*modes[first:], *modes[:first]):
            before = embedder.spared_ms
            try:
                results = searcher.search(SearchRequest(text, mode))
            except UsageError as error:
                raise UsageError(
                    "query_unaskable", query=query_id[:80], why=error.sentence, remedy=error.sentence.remedy
                ) from error
            found = heard[-1]
            heard.clear()
            asked.milliseconds[mode].append(results.took_ms + embedder.spared_ms - before)
            share = 1.0
            if mode is SearchMode.HYBRID:
                reading = embedder.tokenizer.reading
                share = known_share(results.query, reading(results.query).known_share, found, reading)
            asked.retrieved[mode][query_id] = _kept(found, share, results.query, chunks)
            asked.documents.update((chunk.id, chunk.document_id) for chunk in (*found.keyword, *found.semantic))
        progress("searching", number + 1, len(dataset.queries))
    return asked


def _kept(found: RetrievalResults, share: float, text: str, chunks: dict[str, FoundChunk]) -> Retrieved:
    """The text of a chunk is kept once, however many queries find it."""
    keyword, semantic = (
        [chunks.setdefault(chunk.id, chunk)._replace(score=chunk.score) for chunk in retriever]
        for retriever in (found.keyword, found.semantic)
    )
    return Retrieved(keyword, semantic, share, text)


def by_document(scores: Mapping[str, float], documents: Mapping[str, str]) -> dict[str, float]:
    """Documents by the score of their best chunk; ``scores`` come best first."""
    best: dict[str, float] = {}
    for chunk_id, score in scores.items():
        best.setdefault(documents[chunk_id], score)
    return best


def ranked(retrieved: Retrieved, mode: SearchMode, settings: Settings) -> Mapping[str, float]:
    """Chunks with their scores, best first."""
    if mode is not SearchMode.HYBRID:
        alone = retrieved.keyword if mode is SearchMode.KEYWORD else retrieved.semantic
        return best_first({chunk.id: chunk.score for chunk in alone})
    return hybrid(retrieved.keyword, retrieved.semantic, settings, retrieved.known_share, DEPTH, retrieved.text)
