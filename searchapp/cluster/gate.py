"""The gate before a switch: judged queries, asked of the live version and of the next one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.runner import LegFigures, Progress, measure
from searchapp.model import SearchMode
from searchapp.search import Searcher
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import Version
from searchapp.wiring import Application

MARGIN = 0.01
"""How much lower the next version's hybrid nDCG@10 may be, in nDCG points from 0 to 1."""

Figures = dict[SearchMode, LegFigures]


@dataclass(frozen=True, slots=True)
class GateResult:
    """Both tables. ``passed``: hybrid nDCG@10 of the next version is at most ``margin`` below the live one's."""

    dataset: str
    queries: int
    margin: float
    live: Figures
    next: Figures

    @property
    def passed(self) -> bool:
        """Whether the next version may serve searches."""
        before, after = (figures[SearchMode.HYBRID].ndcg_at_10 for figures in (self.live, self.next))
        return after >= before - self.margin


def judged_queries(application: Application, store: ElasticsearchStore, folder: Path) -> Dataset:
    """The dataset with its judgements put on the documents of the index, by their id or their source.

    Raises UsageError when the index holds none of the judged documents, and what ``read_dataset`` raises.
    """
    dataset = read_dataset(folder)
    judged = sorted({document_id for grades in dataset.qrels.values() for document_id in grades})
    known = {document_id: document_id for document_id in store.known_entries(judged)}
    others = [document_id for document_id in judged if document_id not in known]
    known |= _by_source(store, others)
    qrels = {
        query_id: {known[document_id]: grade for document_id, grade in grades.items() if document_id in known}
        for query_id, grades in dataset.qrels.items()
    }
    qrels = {query_id: grades for query_id, grades in qrels.items() if grades}
    if not qrels:
        raise UsageError(
            f"The index holds none of the {len(judged)} documents that {folder} judges.",
            "Judgements name documents by their id (searchapp documents list --json) or their source.",
        )
    queries = {query_id: dataset.queries[query_id] for query_id in qrels}
    return dataclasses.replace(dataset, queries=queries, qrels=qrels)


def run_gate(
    application: Application, dataset: Dataset, live: Version, following: Version, margin: float, progress: Progress
) -> GateResult:
    """Ask both versions, each with its own model, in every mode."""
    figures: list[Figures] = []
    for version in (live, following):
        store = ElasticsearchStore(application.settings, pinned=version.name)
        embedder = application.embedder_of(version.spec.fingerprint) if version.spec else application.embedder
        searcher = Searcher(store, embedder, application.settings)

        def show(what: str, done: int, total: int, name: str = version.name) -> None:
            progress(f"{name}: {what}", done, total)

        figures.append({mode: measure(searcher, dataset, mode, show) for mode in SearchMode})
    return GateResult(dataset.name, len(dataset.queries), margin, *figures)


def _by_source(store: ElasticsearchStore, sources: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    with reading(store.where):
        for first in range(0, len(sources), 1000):
            hits = store.client.search(
                index=store.names.documents,
                query={"terms": {"source": sources[first : first + 1000]}},
                source_includes=["source"],
                size=1000,
            )["hits"]["hits"]
            found |= {hit["_source"]["source"]: hit["_id"] for hit in hits}
    return found
