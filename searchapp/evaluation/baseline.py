"""A run kept in a file, and a later run compared with it query by query."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from searchapp.errors import NotFoundError, StorageError, UsageError
from searchapp.evaluation.figures import MEASURES, Values, p_value
from searchapp.model import SearchMode

if TYPE_CHECKING:
    from searchapp.evaluation.runner import Evaluation

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one mode, before and now, over the queries that both runs have.

    ``p`` is how likely so large a difference is by chance alone (``p_value``); ``better`` and ``worse`` count queries.
    """

    mode: SearchMode
    measure: str
    before: float
    now: float
    p: float
    better: int
    worse: int
    queries: int


def save(evaluation: Evaluation, path: Path) -> None:
    """Write the values of every query. Raises StorageError."""
    values = {
        mode.value: {measure: {key: round(value, 6) for key, value in of.items()} for measure, of in by_measure.items()}
        for mode, by_measure in evaluation.values.items()
    }
    kept = {
        "format": FORMAT,
        "dataset": evaluation.dataset,
        "split": evaluation.split,
        "settings": dict(evaluation.settings),
        "values": values,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StorageError("baseline_unwritable", path=path, why=str(error.strerror)) from error


def load(path: Path) -> Mapping[SearchMode, Values]:
    """What ``save`` wrote. Raises NotFoundError, and UsageError when the file is something else."""
    try:
        kept: Any = json.loads(path.read_text(encoding="utf-8"))
        if kept["format"] != FORMAT:
            raise UsageError("baseline_outdated", path=path)
        return {SearchMode(mode): values for mode, values in kept["values"].items()}
    except OSError as error:
        raise NotFoundError("baseline_missing", path=path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("baseline_wrong", path=path) from error


def differences(evaluation: Evaluation, before: Mapping[SearchMode, Values]) -> tuple[Difference, ...]:
    """Every measure of every mode that both runs have. Raises UsageError when they share no query."""
    found = [
        _difference(mode, measure, before[mode][measure], now[measure])
        for mode, now in evaluation.values.items()
        if mode in before
        for measure in MEASURES
        if measure in before[mode] and measure in now
    ]
    if not any(one.queries for one in found):
        raise UsageError("baseline_unrelated")
    return tuple(found)


def _difference(mode: SearchMode, measure: str, before: Mapping[str, float], now: Mapping[str, float]) -> Difference:
    shared = sorted(before.keys() & now.keys())
    old, new = [before[key] for key in shared], [now[key] for key in shared]
    return Difference(
        mode,
        measure,
        before=round(statistics.fmean(old), 4) if shared else 0.0,
        now=round(statistics.fmean(new), 4) if shared else 0.0,
        p=p_value(old, new),
        # A saved value has six digits.
        better=sum(b - a > 1e-5 for a, b in zip(old, new, strict=True)),
        worse=sum(a - b > 1e-5 for a, b in zip(old, new, strict=True)),
        queries=len(shared),
    )
