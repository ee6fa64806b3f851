"""Measure answers on RGB: ``python -m benchmarks.answers``.

Prints the tables of docs/quality-answers.md; --write puts them there. Exits with 1 where a target is missed. It needs
RGB's files (``--data``), and for the gate the embedding model of the settings; no language model.

Each set's chunks go into a throw-away index; they are embedded once, and not again in a second run with the same
model. A set that is measured alone joins those of earlier runs (``--keep``), unless they were measured with another
model, chunking or code.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import track

from benchmarks.answers import checker, tables
from benchmarks.answers.gate import PARTS, WORLDS, index, refusals, shares
from benchmarks.answers.judged import RETRIEVAL, THIRDS, retrieval, rgb
from benchmarks.answers.kept import Kept, Maker, Rows, code, maker
from benchmarks.page import put
from searchapp.evaluation.runner import throw_away
from searchapp.settings import load_settings
from searchapp.wiring import Application

SETS = ("en_fact", "zh_fact", "zh_int", "zh_refine")
GATE_SETS = (*SETS[:3], *THIRDS, *RETRIEVAL)
TABLES = {
    "checker": (tables.checker, SETS),
    checker.ENTITIES: (tables.entities, SETS),
    "gate": (tables.gate, GATE_SETS),
}


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.answers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/rgb"), help="the folder of RGB's files")
    parser.add_argument("--part", choices=(*TABLES, "all"), default="all")
    parser.add_argument("--set", choices=(*SETS, *GATE_SETS), action="append", help="only this one; may be repeated")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/answers"), help="vectors and figures of runs")
    parser.add_argument("--write", type=Path, help="page whose tables are replaced")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is no folder")
    wanted = arguments.set or (*SETS, *GATE_SETS)
    kept = Kept(arguments.keep / "answers.json")
    met = True
    for part in TABLES if arguments.part == "all" else (arguments.part,):
        table, names = TABLES[part]
        asked = [name for name in names if name in wanted]
        made_by = (
            ask(arguments.data, asked, arguments.keep, kept)
            if part == "gate"
            else check(arguments.data, asked, kept, part)
        )
        figures = kept.rows(part, names, made_by)
        text, reached = table(figures)
        met = met and reached
        print(f"{text}\n")
        if arguments.write:
            if lacking := tables.missing(figures, names):
                sys.exit(
                    f"{arguments.write} keeps its table of the {part}: {', '.join(lacking)} must be measured, too."
                )
            put(arguments.write, part, text)
    return 0 if met else 1


def check(data: Path, names: Iterable[str], kept: Kept, part: str) -> Maker:
    """Measure the checker of sentences; no model takes part."""
    made_by = {"code": code()}
    for name in names:
        kept.put(part, name, made_by, checker.measured(data, name, part))
    return made_by


def ask(data: Path, names: Iterable[str], folder: Path, kept: Kept) -> Maker:
    """Measure how often questions are answered and refused where they should be."""
    application = Application(load_settings(data_dir=folder, elasticsearch_url="", index_prefix="answers"))
    made_by = maker(application.model.fingerprint, application.settings)
    progress = Console(stderr=True)
    for name in names:
        documents, asked = retrieval(data.parent, name) if name in RETRIEVAL else rgb(data, name)
        with throw_away(application) as trial:
            ingested = index(trial, documents.values())
            for _ in track(ingested, f"Indexing {name}", len(documents), console=progress):
                pass
            questions = refusals(trial, asked)
            found = list(track(questions, f"Asking {name}", len(asked) * len(WORLDS), console=progress))
        rows: Rows = [
            {"part": part, "questions": sum(one.part == part for one in asked), "right": right}
            for part in PARTS
            if (right := shares(found, part))
        ]
        kept.put("gate", name, made_by, rows)
    return made_by


if __name__ == "__main__":
    sys.exit(main())
