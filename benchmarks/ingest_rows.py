"""Who is compared in ``ingest.py``, and how the target is judged."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TARGET = 1.8
"""Chunks a second of searchapp on Elasticsearch, as a multiple of the faster peer's."""

OURS, OURS_IN_FULL = "searchapp", "searchapp-full"


@dataclass(frozen=True, slots=True)
class Row:
    """A contender: ``task`` is its function in ``ingest_contenders.py``.

    A library chooses its precision by itself (float32 for this model) unless ``by_hand`` gives it searchapp's.
    ``server`` says whether it writes to Elasticsearch, ``peer`` whether it lives in the environment of the baselines,
    ``precision`` is searchapp's setting of that name; int8 is its default.
    """

    task: str
    label: str
    by_hand: bool = False
    server: bool = True
    peer: bool = False
    precision: str = "int8"


ROWS = {
    "bare": Row("bare", "the bare model", server=False),
    "bare-by-hand": Row("bare", "the bare model", by_hand=True, server=False),
    OURS: Row("searchapp", "searchapp"),
    OURS_IN_FULL: Row("searchapp", "searchapp", precision="full"),
    "searchapp-lancedb": Row("searchapp", "searchapp", server=False),
    "langchain": Row("langchain", "LangChain", peer=True),
    "langchain-by-hand": Row("langchain", "LangChain", by_hand=True, peer=True),
    "haystack": Row("haystack", "Haystack", peer=True),
    "haystack-by-hand": Row("haystack", "Haystack", by_hand=True, peer=True),
}


def rows_to_measure(names: Iterable[str] | None, dtype: str, library_dtype: str, *, baselines: bool) -> dict[str, Row]:
    """The rows to measure, all by default; peers only with ``baselines``.

    Where searchapp in full computes in the libraries' own precision there is nothing to give by hand: no row for it.
    """
    wanted = set(names or ROWS)
    return {
        name: row
        for name, row in ROWS.items()
        if name in wanted and (baselines or not row.peer) and not (row.by_hand and dtype == library_dtype)
    }


def shares(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, as what slows the machine slows both."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """searchapp on Elasticsearch as a multiple of its faster peer: median of the rounds, and the least and the most."""

    peer: str
    times: float
    least: float
    most: float

    @property
    def met(self) -> bool:
        return self.times >= TARGET


def verdict(contenders: Mapping[str, Mapping[str, Any]], *, by_hand: bool = False, ours: str = OURS) -> Verdict | None:
    """``ours`` against the peers as documented or with our precision by hand; None where no such pair was measured."""
    if ours not in contenders:
        return None
    found = []
    for name, row in ROWS.items():
        if row.peer and row.by_hand == by_hand and name in contenders:
            rounds = shares(contenders[ours]["passages_a_second"], contenders[name]["passages_a_second"])
            found.append(Verdict(name, statistics.median(rounds), min(rounds), max(rounds)))
    return min(found, key=lambda one: one.times, default=None)
