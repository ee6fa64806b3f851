"""Measure answers on RGB: ``python -m benchmarks.answers``.

Prints the tables of docs/quality-answers.md; exits with 1 where a target is missed. It needs RGB's files (``--data``),
and for the gate the embedding model of the settings; no language model.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.progress import track

from benchmarks.answers.constructed import Case, balanced_accuracy, counterfactual, tally, unrelated
from benchmarks.answers.gate import WORLDS, index, questions, refusals, shares
from searchapp.model import Support
from searchapp.settings import load_settings
from searchapp.wiring import Application

LEAST_BALANCED = 0.9
LEAST_GATE = 0.95
COUNTERFEITS = ("en_fact", "zh_fact")
SETS = {"en_fact": 1, "zh_fact": 1, "zh_int": 1, "zh_refine": 3}
"""RGB's files; of the largest one every third question, since its passages must all be embedded."""


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/rgb"), help="the folder of RGB's files")
    parser.add_argument("--part", choices=("checker", "gate", "all"), default="all")
    parser.add_argument("--set", choices=SETS, action="append", help="only this file; may be given several times")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is no folder")
    names = [name for name in SETS if name in (chosen.set or SETS)]
    met = True
    if chosen.part != "gate":
        met = checker(chosen.data, names)
    if chosen.part != "checker":
        met = gate(chosen.data, names) and met
    return 0 if met else 1


def checker(data: Path, names: list[str]) -> bool:
    """Print how well right and wrong sentences are told apart, by kind of construction; whether the target is met."""
    print("| set | wrong by | half | sentences | right ones supported | wrong ones not supported | balanced |")
    print("|---|---|---|---|---|---|---|")
    lowest = 1.0
    for name in names:
        for odd in (False, True):
            for way, cases in _ways(data / f"{name}.json", name, odd):
                counts = tally(cases)
                right, wrong = counts[True], counts[False]
                balanced = balanced_accuracy(cases)
                lowest = min(lowest, balanced) if odd else lowest
                print(
                    f"| {name} | {way} | {'reported' if odd else 'calibration'} | {len(cases)} | "
                    f"{right[Support.SUPPORTED] / right.total():.3f} | "
                    f"{1 - wrong[Support.SUPPORTED] / wrong.total():.3f} | {balanced:.3f} |"
                )
    print(f"\nLowest on the reported half: {lowest:.3f} (target {LEAST_BALANCED})\n")
    return lowest >= LEAST_BALANCED


def _ways(path: Path, name: str, odd: bool) -> Iterator[tuple[str, list[Case]]]:
    makers = [("another question's passages", unrelated)]
    if name in COUNTERFEITS:
        makers.insert(0, ("counterfeits", counterfactual))
    for way, make in makers:
        cases = sorted((case for case in make(path, odd=odd) if case.claim), key=lambda case: case.kind)
        for kind, of_kind in groupby(cases, key=lambda case: case.kind):
            yield f"{way}, {kind}", list(of_kind)


def gate(data: Path, names: list[str]) -> bool:
    """Print how often questions are answered and refused where they should be; whether the targets are met."""
    rows: list[str] = []
    met = True
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            application = Application(load_settings(data_dir=Path(folder), elasticsearch_url=""))
            documents, asked = questions(data / f"{name}.json", SETS[name])
            for _ in track(index(application, documents.values()), f"Indexing {name}", len(documents)):
                pass
            found = [one for question in track([asked], f"Asking {name}") for one in refusals(application, question)]
        for odd in (False, True):
            right = shares(found, odd=odd)
            cells = " | ".join(f"{right[world]:.3f}" if world in right else "" for world in WORLDS)
            half = sum(number % 2 == odd and world == "answerable" for number, world, _ in found)
            rows.append(f"| {name} | {'reported' if odd else 'calibration'} | {half} | {cells} |")
            met = met and (not odd or min(right["answerable"], right["another question's"]) >= LEAST_GATE)
    print("| set | half | questions | answerable: answered | " + ": refused | ".join(WORLDS[1:]) + ": refused |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    return met


if __name__ == "__main__":
    sys.exit(main())
