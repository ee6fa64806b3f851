"""The gate before a switch: judged queries, asked of the live version and of the next one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from searchapp.evaluation.asking import Progress
from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.placing import placed
from searchapp.evaluation.runner import LegFigures, measure
from searchapp.model import SearchMode
from searchapp.stores.elasticsearch import ElasticsearchStore
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


def judged_queries(store: ElasticsearchStore, folder: Path) -> Dataset:
    """The dataset with its judgements put on the documents of the index, by id, source or title.

    Raises UsageError when the index holds none of the judged documents, and what ``read_dataset`` raises.
    """
    return placed(store, read_dataset(folder))[0]


def run_gate(
    application: Application, dataset: Dataset, live: Version, following: Version, margin: float, progress: Progress
) -> GateResult:
    """Ask both versions, each with its own model, in every mode."""
    figures: list[Figures] = []
    for version in (live, following):
        store = ElasticsearchStore(application.settings, pinned=version.name)
        embedder = application.embedder_of(version.spec.fingerprint) if version.spec else application.embedder

        def show(what: str, done: int, total: int, name: str = version.name) -> None:
            progress(f"{name}: {what}", done, total)

        figures.append(measure(store, embedder, application.settings, dataset, show))
    return GateResult(dataset.name, len(dataset.queries), margin, *figures)
