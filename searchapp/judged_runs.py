"""How judged queries were answered, run by run: a memo of the registry, so that every process sees one history."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import Gauge

from searchapp.errors import StorageError
from searchapp.model.json import Moment, Score, from_json, to_plain_json
from searchapp.stores import Memo, Registry

MOST = 400
"""Runs that are kept: of the target that has most of them the oldest goes first, so that an hourly check leaves a
weekly one its history."""

SETTINGS_CHARACTERS = 8
"""Of the hash that stands for the settings of a ranking."""

CHANGES = ("index", "model", "settings")
"""What of a run tells why its figures may be others than those of the run before."""

NDCG = Gauge("searchapp_judged_ndcg", "nDCG@10 of the latest run of judged queries, by what is judged.", ["judged"])
LEAST = Gauge("searchapp_judged_ndcg_least", "The nDCG@10 below which a schedule warns.", ["judged"])


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """One run of judged queries, by hybrid search."""

    ended: Moment
    target: str
    """The file or folder of judged queries, or `thumbs`."""
    ndcg_at_10: Score
    recall_at_100: Score
    queries: int
    unknown: int
    """Judged documents that the index lacks: they count as not found."""
    least: float
    """The nDCG@10 that was wanted; 0: any."""
    index: str
    """The version of the index that was asked; empty where the judged queries bring documents of their own."""
    model: str
    """The embedding model, as its fingerprint names it."""
    settings: str
    """A short hash of all other settings that decide a ranking: two runs with the same were ranked alike."""


class JudgedRuns:
    """Keeps runs; threads, processes and machines may share it. All raise as the store does."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def remember(self, run: JudgedRun) -> None:
        """Put a run behind the earlier ones; the ``MOST`` of all targets that are latest stay."""

        def remembering(text: str) -> str:
            before = _read(text)
            kept = before if before[-1:] == (run,) else _bounded((*before, run))  # its answer may have been lost
            return to_plain_json(kept).decode()

        self._registry.change_memo(Memo.JUDGED_RUNS, remembering)

    def all(self, target: str = "") -> tuple[JudgedRun, ...]:
        """Every run that is kept, or those of one target, the oldest first."""
        return tuple(one for one in _read(self._registry.memo(Memo.JUDGED_RUNS)) if not target or one.target == target)


def changed(runs: Sequence[JudgedRun]) -> list[tuple[str, ...]]:
    """For each of ``runs``, the oldest first, what is another than in the run of its target before."""
    before: dict[str, JudgedRun] = {}
    found: list[tuple[str, ...]] = []
    for one in runs:
        old = before.get(one.target, one)
        found.append(tuple(name for name in CHANGES if getattr(one, name) != getattr(old, name)))
        before[one.target] = one
    return found


def settings_hash(settings: Mapping[str, object]) -> str:
    """What stands for the settings of a ranking, the embedding model apart, which a run names."""
    ranked = {name: value for name, value in settings.items() if name != "embedding_model"}
    text = json.dumps(ranked, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:SETTINGS_CHARACTERS]


def show(runs: Sequence[JudgedRun], wanted: Mapping[str, float]) -> None:
    """Set the gauges: for each target that is scheduled its latest run, and what is ``wanted`` of it at least."""
    reached = {one.target: one.ndcg_at_10 for one in runs if one.target in wanted}  # the last of each stands
    for gauge, figures in ((NDCG, reached), (LEAST, wanted)):
        gauge.clear()
        for target, value in figures.items():
            gauge.labels(target).set(value)


def _bounded(runs: tuple[JudgedRun, ...]) -> tuple[JudgedRun, ...]:
    kept = list(runs)
    while len(kept) > MOST:
        ((fullest, _),) = Counter(one.target for one in kept).most_common(1)
        kept.remove(next(one for one in kept if one.target == fullest))
    return tuple(kept)


def _read(text: str) -> tuple[JudgedRun, ...]:
    try:
        return from_json(tuple[JudgedRun, ...], text) if text else ()
    except ValueError as error:  # a later version's
        raise StorageError("judged_runs_unreadable") from error
