"""Measure answers on RGB: ``python -m benchmarks.answers``.

Prints the tables of docs/quality-answers.md; exits with 1 where a target is missed. It needs RGB's files (``--data``),
and for the gate the embedding model of the settings; no language model.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.progress import track

from benchmarks.answers.constructed import Case, balanced_accuracy, counterfactual, tally, unrelated
from benchmarks.answers.gate import WORLDS, index, refusals, shares
from benchmarks.answers.judged import RETRIEVAL, THIRDS, retrieval, rgb
from searchapp.model import Support
from searchapp.settings import load_settings
from searchapp.wiring import Application

LEAST_BALANCED = 0.9
LEAST_GATE = 0.95
COUNTERFEITS = ("en_fact", "zh_fact")
SETS = ("en_fact", "zh_fact", "zh_int", "zh_refine")
GATE_SETS = (*SETS[:3], *THIRDS, *RETRIEVAL)
PARTS = ("seen", "chosen", "hold-out")


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answers", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/rgb"), help="the folder of RGB's files")
    parser.add_argument("--part", choices=("checker", "gate", "all"), default="all")
    parser.add_argument("--set", choices=(*SETS, *GATE_SETS), action="append", help="only this one; may be repeated")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/answers"), help="indices of the last runs")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is no folder")
    wanted = chosen.set or (*SETS, *GATE_SETS)
    met = True
    if chosen.part != "gate":
        met = checker(chosen.data, [name for name in SETS if name in wanted])
    if chosen.part != "checker":
        met = gate(chosen.data, [name for name in GATE_SETS if name in wanted], chosen.keep) and met
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


def gate(data: Path, names: list[str], keep: Path) -> bool:
    """Print how often questions are answered and refused where they should be; whether the targets are met."""
    rows: list[str] = []
    met = True
    for name in names:
        documents, asked = retrieval(data.parent, name) if name in RETRIEVAL else rgb(data, name)
        folder = keep / name.replace(" ", "-")
        application = Application(load_settings(data_dir=folder, elasticsearch_url=""))
        if application.store.count() == 0:
            for _ in track(index(application, documents.values()), f"Indexing {name}", len(documents)):
                pass
        found = list(track(refusals(application, asked), f"Asking {name}", len(asked) * len(WORLDS)))
        for part in PARTS:
            right = shares(found, part)
            if not right:
                continue
            cells = " | ".join(f"{right[world]:.3f}" if world in right else "" for world in WORLDS)
            rows.append(f"| {name} | {part} | {sum(one.part == part for one in asked)} | {cells} |")
            wanted = name not in RETRIEVAL and part == "hold-out"
            met = met and (not wanted or min(right["answerable"], right["another question's"]) >= LEAST_GATE)
    print("| set | part | questions | answerable: answered | " + ": refused | ".join(WORLDS[1:]) + ": refused |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    return met


if __name__ == "__main__":
    sys.exit(main())
