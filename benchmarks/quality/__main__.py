"""nDCG@10 of several models on judged sets, on both stores, beside plain reciprocal rank fusion.

    python -m benchmarks.quality --data ../shared/data --elasticsearch http://localhost:9200 --write docs/quality.md
    python -m benchmarks.quality --elasticsearch URL --sets "RGB zh" --model all-MiniLM-L6-v2
    python -m benchmarks.quality --elasticsearch URL --part 1/4        a quarter of the run
    python -m benchmarks.quality --from-json --write docs/quality.md   writes the page again, and measures nothing

Figures of each model, set and store are kept in ``--figures``, so that one that is measured alone joins those of
earlier runs; vectors of chunks in ``--keep``. "Plain" is what gluing the parts together gives: one text field with
Elasticsearch's standard analyzer over the same chunks, the same vectors, both rankings fused by 1 / (60 + rank).
Exits with 1 when a measurement failed; the others go on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.keeping import gathered
from benchmarks.page import put
from benchmarks.quality.kept import Key, joined, load
from benchmarks.quality.measuring import Figures, measured
from benchmarks.quality.sets import SETS, Unit, part_of, read, units
from benchmarks.quality.tables import tables
from searchapp.cli.common import orderly_end
from searchapp.embedding.models import DEFAULT_MODEL, PACKAGED
from searchapp.evaluation.models import PROVIDER, named

HERE = Path(__file__).parent


def models(wanted: list[str]) -> dict[str, str]:
    """What SEARCHAPP_EMBEDDING_MODEL takes by the name in the tables: NAME, PROVIDER:NAME, or LABEL=PROVIDER:NAME."""
    found: dict[str, str] = {}
    for one in wanted or [DEFAULT_MODEL, PACKAGED]:
        label, labelled, model = one.partition("=")
        model = named(model if labelled else one)
        found[label if labelled else model.removeprefix(f"{PROVIDER}:").rpartition("/")[2]] = model
    return found


def measure(unit: Unit, model: str, wanted: argparse.Namespace) -> Iterator[tuple[str, tuple[Key, Figures]]]:
    """Steps of ``gathered``: where figures belong, and the figures."""
    datasets = read(unit, wanted.data, wanted.keep, wanted.every)
    for name, store, figures in measured(datasets, model, wanted.keep, wanted.elasticsearch):
        yield f"{name}, {store}", ((unit.model, name, store), figures)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the judged sets")
    parser.add_argument("--elasticsearch", metavar="URL", help="a server to put throw-away indices on")
    parser.add_argument("--model", action="append", default=[], metavar="[LABEL=]MODEL", help="may be repeated")
    parser.add_argument(
        "--sets", nargs="+", default=list(SETS), choices=list(SETS), metavar="SET", help=", ".join(SETS)
    )
    parser.add_argument("--part", default="1/1", metavar="N/M", help="every Mth model and corpus, from the Nth on")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth query, for a look; is not kept")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/quality"), help="vectors of the last runs")
    parser.add_argument("--figures", type=Path, default=HERE.parent / "figures" / "quality.json")
    parser.add_argument("--from-json", action="store_true", help="measure nothing")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="page whose tables are replaced")
    wanted = parser.parse_args()
    figures = load(wanted.figures)
    failed: dict[str, str] = {}
    if not wanted.from_json:
        if not wanted.elasticsearch:
            parser.error("measuring wants a server: --elasticsearch http://127.0.0.1:9200")
        by_name = models(wanted.model)
        try:
            chosen = part_of(units(by_name, wanted.sets), wanted.part)
        except ValueError:
            parser.error("--part is N/M, with N from 1 to M: 2/4")

        def keep(found: dict[str, dict[str, Any]], _: dict[str, str]) -> None:
            nonlocal figures
            new = dict(step for unit in found.values() for step in unit.values())
            figures = joined(wanted.figures, new, write=wanted.every == 1)

        parts: dict[str, Callable[[], Iterator[tuple[str, Any]]]] = {
            f"{unit.model}, {unit.folder}": partial(measure, unit, by_name[unit.model], wanted) for unit in chosen
        }
        _, failed = gathered(parts, keep)
    text = tables(figures)
    print(text)
    if wanted.write:
        put(wanted.write, "tables", text)
    for part, reason in failed.items():
        print(f"Failed: {part}: {reason}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    with orderly_end():  # the throw-away index goes in any case
        sys.exit(main())
