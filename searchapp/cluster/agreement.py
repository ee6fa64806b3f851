"""Whether two indices answer alike: the same queries asked of both, and their best documents compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from searchapp.evaluation.asking import Memory, ask, by_document, ranked
from searchapp.evaluation.dataset import Dataset
from searchapp.evaluation.figures import NDCG, mean, per_query
from searchapp.evaluation.own_documents import documents, heading_questions, sampled
from searchapp.judgements import Judgements, usable
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.stores import Store
from searchapp.wiring import Application

QUERIES = 20
"""Queries that both indices are asked."""

TOP = 10
"""Documents at the top of a ranking that are compared."""

Found = Mapping[str, Mapping[str, float]]
"""For each query the documents found with their scores, the best first."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """``queries`` were asked, judged by readers where ``judged``, else the documents' own headings.

    ``answered``: how many of them find something in the second index. ``share`` is the mean share of the best documents
    that both have, of those that are the same in both; None without queries or first index. ``ndcg_*`` are nDCG@10,
    where judged.
    """

    queries: int
    judged: bool
    answered: int = 0
    share: float | None = None
    ndcg_live: float | None = None
    ndcg_restored: float | None = None


def compare(application: Application, live: Store | None, trial: Store, queries: int, progress: Progress) -> Agreement:
    """Ask ``trial`` what ``live`` is asked, each with its own model; where there is no live index, it alone."""
    dataset, judged = _questions(application, live or trial, queries)
    if not dataset.queries:
        return Agreement(0, judged)
    second = _asked(application, trial, dataset, progress)
    first = _asked(application, live, dataset, progress) if live else {}
    figures = [
        round(mean(per_query(dataset.qrels, run), NDCG), 4) if judged and run else None for run in (first, second)
    ]
    return Agreement(
        queries=len(dataset.queries),
        judged=judged,
        answered=sum(bool(found) for found in second.values()),
        share=_share(live, trial, first, second) if live else None,
        ndcg_live=figures[0],
        ndcg_restored=figures[1],
    )


def judged_questions(application: Application, most: int) -> Dataset | None:
    """At most so many queries that readers judged, each with a document that is good; None where there are none."""
    qrels: dict[str, dict[str, int]] = {}
    for judgement in usable(Judgements(application.settings.data_dir).all()):
        qrels.setdefault(judgement.query, {})[judgement.document_id] = judgement.grade
    good = {query: grades for query, grades in qrels.items() if any(grades.values())}
    chosen = dict(sorted(good.items())[:most])
    return Dataset("judgements", "judged", Path(), {query: query for query in chosen}, chosen) if chosen else None


def _questions(application: Application, store: Store, queries: int) -> tuple[Dataset, bool]:
    """Queries that readers judged, else titles and headings of a sample of documents."""
    if (judged := judged_questions(application, queries)) is not None:
        return judged, True
    weak = heading_questions(documents(store, sampled(store, queries)))
    kept = dict(list(weak.queries.items())[:queries])
    return Dataset("headings", "weak", Path(), kept, {query: weak.qrels[query] for query in kept}), False


def _asked(application: Application, store: Store, dataset: Dataset, progress: Progress) -> Found:
    """Asked with the model that the index was built with."""
    model = store.fingerprint()
    embedder = application.embedder if model is None else application.embedder_of(model)
    settings = application.settings
    asked = ask(store, Memory(embedder), settings, dataset, (SearchMode.HYBRID,), progress)
    return {
        query: by_document(ranked(retrieved, SearchMode.HYBRID, settings), asked.documents)
        for query, retrieved in asked.retrieved[SearchMode.HYBRID].items()
    }


def _share(live: Store, trial: Store, ours: Found, theirs: Found) -> float | None:
    """The mean share of the best documents that both have; those that one lacks or has otherwise do not count."""
    ids = sorted({id_ for every in (ours, theirs) for found in every.values() for id_ in found})
    now, then = ({id_: entry.content_hash for id_, entry in one.known_entries(ids).items()} for one in (live, trial))
    same = {id_ for id_ in ids if now.get(id_) and now[id_] == then.get(id_)}
    shares = []
    for query, found in ours.items():
        first, second = ([id_ for id_ in one if id_ in same][:TOP] for one in (found, theirs.get(query, {})))
        if first or second:
            shares.append(len(set(first) & set(second)) / max(len(first), len(second)))
    return round(sum(shares) / len(shares), 4) if shares else None
