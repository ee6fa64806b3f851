"""The tables of docs/quality-answers.md, each with its verdict below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.answers.gate import PARTS, WORLDS
from benchmarks.answers.judged import RETRIEVAL
from benchmarks.answers.kept import Rows

LEAST_BALANCED = 0.9
LEAST_GATE = 0.95
JUDGED = ("answerable", "another question's")
"""The worlds for which a target stands."""


def checker(figures: Mapping[str, Rows]) -> tuple[str, bool]:
    """The reported half, with the balanced accuracy of the other one beside it; and whether the target is met."""
    lines, balanced = _halves(figures)
    lowest = min(balanced, default=1.0)
    met = lowest >= LEAST_BALANCED
    lines.append(f"\nLowest balanced accuracy: {lowest:.3f}; at least {LEAST_BALANCED}: {_judged(met)}.")
    return "\n".join(lines), met


def entities(figures: Mapping[str, Rows]) -> tuple[str, bool]:
    """The same for what is said of another thing, with the mean over all sentences."""
    lines, _ = _halves(figures)
    rows = [row for some in figures.values() for row in some if row["odd"]]
    count = sum(row["sentences"] for row in rows)
    mean = sum(row["balanced"] * row["sentences"] for row in rows) / count if count else 1.0
    met = mean >= LEAST_BALANCED
    lines.append(f"\nBalanced accuracy over all {count}: {mean:.3f}; at least {LEAST_BALANCED}: {_judged(met)}.")
    return "\n".join(lines), met


def _halves(figures: Mapping[str, Rows]) -> tuple[list[str], list[float]]:
    lines = [
        "| set | wrong by | sentences | right ones supported | wrong ones not supported | balanced | other half |",
        "|---|---|---|---|---|---|---|",
    ]
    balanced = []
    for name, rows in figures.items():
        calibration = {row["way"]: row["balanced"] for row in rows if not row["odd"]}
        for row in rows:
            if row["odd"]:
                shares = " | ".join(f"{row[key]:.3f}" for key in ("right", "wrong", "balanced"))
                lines.append(
                    f"| {name} | {row['way']} | {row['sentences']} | {shares} | {calibration[row['way']]:.3f} |"
                )
                balanced.append(row["balanced"])
    return lines, balanced


def gate(figures: Mapping[str, Rows]) -> tuple[str, bool]:
    """Hold-outs first; and whether RGB's hold-out meets the target, where it was measured."""
    lines = [
        "| set | part | questions | everything: answered | " + ": refused | ".join(WORLDS[1:]) + ": refused | target |",
        "|---" * (len(WORLDS) + 4) + "|",
    ]
    for name, row in _by_part(figures):
        cells = " | ".join(f"{row['right'][world]:.3f}" if world in row["right"] else "" for world in WORLDS)
        verdict = "" if name in RETRIEVAL else _judged(_least(row) >= LEAST_GATE)
        lines.append(f"| {name} | {row['part']} | {row['questions']} | {cells} | {verdict} |")
    held_out = [_least(row) for name, row in _by_part(figures) if row["part"] == "hold-out" and name not in RETRIEVAL]
    met = min(held_out, default=1.0) >= LEAST_GATE
    told = f"{min(held_out):.3f}; at least {LEAST_GATE}: {_judged(met)}" if held_out else "not measured"
    lines.append(f"\nRGB's hold-out, the lower one of answered and of refused for another question's passages: {told}.")
    return "\n".join(lines), met


def _by_part(figures: Mapping[str, Rows]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in PARTS:
        for name, rows in figures.items():
            yield from ((name, row) for row in rows if row["part"] == part)


def _least(row: Mapping[str, Any]) -> float:
    return float(min(row["right"][world] for world in JUDGED))


def _judged(met: bool) -> str:
    return "**met**" if met else "**missed**"


def missing(figures: Mapping[str, Rows], names: Iterable[str]) -> list[str]:
    """The sets that a page's table would lack."""
    return [name for name in names if name not in figures]
