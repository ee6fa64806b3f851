"""Several embedding models over the same documents: what each finds, how fast it is, and what it takes."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from searchapp.embedding import SharedEmbedder, build_embedder
from searchapp.embedding.weights import weights_bytes
from searchapp.errors import Failure, SearchAppError, StorageError, UsageError
from searchapp.evaluation.asking import Memory, ask, by_document, of_one, ranked
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import NDCG, mean, per_query
from searchapp.evaluation.own_documents import documents as own_documents
from searchapp.evaluation.own_documents import heading_questions, sampled
from searchapp.evaluation.placing import placed
from searchapp.evaluation.runner import throw_away
from searchapp.messages import decoded
from searchapp.model import Document, SearchMode, Vectors
from searchapp.progress import Progress

if TYPE_CHECKING:
    from searchapp.wiring import Application

PROVIDER = "sentence-transformers"
"""Of a model that is named without one."""

TOP = 10
"""Documents at the top of a ranking that two models are compared by."""

FLOAT_BYTES = 4
MODES = (SearchMode.SEMANTIC, SearchMode.HYBRID)

Top = Mapping[str, Sequence[str]]
"""For each query the first documents of semantic search."""


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model.

    ``vector_bytes`` are of one chunk as the embedded store keeps it, ``disk_bytes`` of the model's files; None where
    they are not known. ``ndcg_at_10`` has semantic and hybrid search. Where the model could not be measured ``error``
    says why, and all else is empty.
    """

    model: str
    dims: int = 0
    max_tokens: int = 0
    passages: int = 0
    passages_per_second: float = 0.0
    vector_bytes: int = 0
    disk_bytes: int | None = None
    ndcg_at_10: Mapping[SearchMode, float] = field(default_factory=dict)
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models over the same documents and queries.

    ``weak``: the queries are the documents' own headings, each judged by its own document. ``agreement`` is, for two
    models, the mean share of their ``TOP`` documents that both have; empty where there are hardly more than those.
    """

    dataset: str
    weak: bool
    documents: int
    queries: int
    models: tuple[ModelFigures, ...]
    agreement: Mapping[tuple[str, str], float]
    unknown: tuple[str, ...] = ()


def named(text: str) -> str:
    """A model as SEARCHAPP_EMBEDDING_MODEL takes it: one without a provider is of sentence-transformers."""
    return text if ":" in text else f"{PROVIDER}:{text}"


def compare(
    application: Application,
    models: Sequence[str],
    dataset: Dataset | None = None,
    sample: int = 0,
    progress: Progress = lambda what, done, total: None,
) -> Comparison:
    """Measure each of ``models`` in a temporary embedded store; the index in use is only read.

    Documents are the dataset's own corpus, else those of the index: all, or a ``sample`` of so many, the judged ones
    first. Without a ``dataset`` their headings are the questions. Chunks are embedded afresh, since that is timed.
    A model that cannot be measured is named, and the others go on. Raises UsageError when there is nothing to measure.
    """
    unknown: tuple[str, ...] = ()
    documents: Callable[[], Iterable[Document]]
    if dataset is not None and dataset.has_corpus:
        documents, total = dataset.documents, 0
    else:
        if dataset is not None:
            dataset, unknown = placed(application.store, dataset)
        judged = {key for grades in dataset.qrels.values() for key in grades} if dataset else set[str]()
        entries = sampled(application.store, sample, judged)
        documents, total = partial(own_documents, application.store, entries), len(entries)
    questions = dataset or heading_questions(documents())
    if not questions.queries:
        raise UsageError("headings_missing")
    found: list[ModelFigures] = []
    tops: dict[str, Top] = {}
    count = 0
    for model in dict.fromkeys(named(one) for one in models):
        try:
            figures, tops[model], count = _measured(
                application, model, documents, total, questions, of_one(model, progress)
            )
        except SearchAppError as error:
            figures = ModelFigures(model, error=error.failure())
        found.append(figures)
    agreement = {pair: _agreement(*(tops[one] for one in pair)) for pair in itertools.combinations(tops, 2)}
    return Comparison(
        questions.name, dataset is None, count, len(questions.queries), tuple(found),
        agreement if count > TOP else {}, unknown,
    )  # fmt: skip


def _measured(
    application: Application,
    model: str,
    documents: Callable[[], Iterable[Document]],
    total: int,
    questions: Dataset,
    progress: Progress,
) -> tuple[ModelFigures, Top, int]:
    from searchapp.wiring import Application as Wired

    in_use = application.settings.embedding_model == model
    prompts = {} if in_use else {"embedding_query_prompt": None, "embedding_document_prompt": None}
    settings = application.settings.model_copy(update={"embedding_model": model, "elasticsearch_url": "", **prompts})
    embedder = SharedEmbedder(build_embedder(settings), batch_size=settings.embedding_batch_size)
    fingerprint = embedder.fingerprint
    if fingerprint.made_by_store:
        raise UsageError("model_in_elasticsearch", model=model)
    timed = Timed(embedder)
    with throw_away(Wired(settings), timed) as trial:
        count = 0
        for count, outcome in enumerate(trial.ingester.ingest_documents(documents()), start=1):
            if outcome.error:
                raise StorageError(
                    "trial_document_refused",
                    source=outcome.source,
                    model=model,
                    why=decoded(outcome.error) or outcome.error,
                )
            progress("indexing", count, total)
        memory = Memory.of_index(trial.store, timed, settings)
        asked = ask(trial.store, memory, trial.settings, questions, (SearchMode.HYBRID,), progress)
        passages = trial.store.count()
    runs = {
        mode: {
            key: by_document(ranked(retrieved, mode, settings), asked.documents)
            for key, retrieved in asked.retrieved[SearchMode.HYBRID].items()
        }
        for mode in MODES
    }
    figures = ModelFigures(
        model,
        fingerprint.dims,
        fingerprint.max_tokens,
        passages,
        timed.per_second,
        fingerprint.dims * FLOAT_BYTES,
        weights_bytes(settings),
        {mode: mean(per_query(questions.qrels, run), NDCG) for mode, run in runs.items()},
    )
    return figures, {key: list(run)[:TOP] for key, run in runs[SearchMode.SEMANTIC].items()}, count


class Timed:
    """An embedder that counts the chunks it embeds and the time they take; all else is the embedder's."""

    def __init__(self, embedder: SharedEmbedder) -> None:
        self._embedder = embedder
        self._texts, self._seconds = 0, 0.0
        embedder.embed_documents(["warm"])  # what happens once (loading, compiling) is no part of the speed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        started = time.perf_counter()
        vectors = self._embedder.embed_documents(texts)
        self._seconds += time.perf_counter() - started
        self._texts += len(texts)
        return vectors

    @property
    def per_second(self) -> float:
        """Chunks a second; 0 where none was embedded."""
        return round(self._texts / self._seconds, 1) if self._seconds else 0.0


def _agreement(one: Top, other: Top) -> float:
    shares = [len(set(one[key]) & set(other[key])) / max(len(one[key]), len(other[key]), 1) for key in one]
    return round(statistics.fmean(shares), 4)
