"""How well right and wrong sentences are distinguished, by kind of construction and half of the questions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.answers.constructed import Case, another_entity, balanced_accuracy, counterfactual, tally, unrelated
from benchmarks.answers.kept import Rows
from searchapp.model import Support

COUNTERFEITS = ("en_fact", "zh_fact")
"""RGB's files that hold counterfeit chunks and answers."""

ENTITIES = "entities"
"""The part that has a table of its own: sentences that say of one thing what the chunks say of another."""

ANOTHER = "another entity's fact"


def measured(data: Path, name: str, part: str) -> Rows:
    """A row for each way to be wrong and each half: ``{"way", "odd", "sentences", "right", "wrong", "balanced"}``.

    ``right`` and ``wrong`` are the shares of such sentences that were recognised, ``balanced`` their mean.
    """
    rows = []
    for odd in (False, True):
        for way, cases in _ways(data / f"{name}.json", name, odd, part):
            counts = tally(cases)
            right, wrong = counts[True], counts[False]
            rows.append(
                {
                    "way": way,
                    "odd": odd,
                    "sentences": len(cases),
                    "right": right[Support.SUPPORTED] / right.total(),
                    "wrong": 1 - wrong[Support.SUPPORTED] / wrong.total(),
                    "balanced": balanced_accuracy(cases),
                }
            )
    return rows


def _ways(path: Path, name: str, odd: bool, part: str) -> Iterator[tuple[str, list[Case]]]:
    makers = [(ANOTHER, another_entity)] if part == ENTITIES else [("another question's passages", unrelated)]
    if part != ENTITIES and name in COUNTERFEITS:
        makers.insert(0, ("counterfeits", counterfactual))
    for way, make in makers:
        cases = sorted((case for case in make(path, odd=odd) if case.claim), key=lambda case: case.kind)
        for kind, of_kind in groupby(cases, key=lambda case: case.kind):
            yield f"{way}, {kind}", list(of_kind)
