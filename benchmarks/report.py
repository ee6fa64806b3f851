"""Run the benchmarks and write docs/performance.md and its plots from what they measured.

    python -m benchmarks.report --elasticsearch URL [--baselines PYTHON] [--only growth,edit] [--keep DIR]
    python -m benchmarks.report --from-json DIR            writes the page again, and runs nothing

Each benchmark's figures are kept in ``--keep`` as NAME.json. One that fails is named, and the others go on; one without
figures is "not measured" on the page. What is said in words stands in ``performance.template.md``. Exits with 1 when a
benchmark failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report_ingest, report_plots, report_tables

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
TEMPLATE = HERE / "performance.template.md"
SECTIONS: dict[str, Callable[[Any], str]] = {
    "ingest": report_ingest.section,
    "search": report_tables.search,
    "latency": report_tables.latency,
    "edit": report_tables.edit,
    "growth": report_tables.growth,
    "load": report_tables.load,
}
PLOTS: dict[str, Callable[[Any, Path], None]] = {
    "ingest": report_plots.ingest,
    "search": report_plots.search,
    "growth": report_plots.growth,
}
NAMES = tuple(SECTIONS)
NOT_MEASURED = "Not measured by this command yet."


def commands(elasticsearch: str, baselines: str, sizes: str) -> dict[str, list[str]]:
    """How each benchmark is run."""
    server = ["--elasticsearch", elasticsearch]
    peers = ["--baselines", baselines] if baselines else []
    return {
        "ingest": ["-m", "benchmarks.ingest", *server, *peers],
        "search": ["-m", "benchmarks.search", *server, *peers],
        "latency": ["-m", "benchmarks.latency", *server],
        "edit": ["-m", "benchmarks.edit"],
        "growth": ["-m", "benchmarks.growth", "--sizes", sizes],
        "load": ["-m", "benchmarks.load"],
    }


def measure(name: str, command: list[str], keep: Path) -> bool:
    """Run one benchmark; its figures go to NAME.json, as far as it came."""
    file = keep / f"{name}.json"
    print(f"{name}: {' '.join(command)}", file=sys.stderr, flush=True)
    file.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, *command, "--json", str(file)], stdout=sys.stderr, check=False)
    if done.returncode:
        print(f"{name} failed with {done.returncode}.", file=sys.stderr)
    return done.returncode == 0


def page(template: str, figures: dict[str, Any]) -> str:
    """The template with each ``{{name}}`` replaced by that benchmark's tables."""
    for name in NAMES:
        told = SECTIONS[name](figures[name]) if name in figures else NOT_MEASURED
        template = template.replace("{{" + name + "}}", told)
    return template


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", default="", metavar="URL", help="for ingest, search and latency")
    parser.add_argument("--baselines", default="", metavar="PYTHON")
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument("--sizes", default="10000,100000,1000000", help="of growth")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/benchmarks"))
    parser.add_argument("--from-json", type=Path, metavar="DIR")
    parser.add_argument("--write", type=Path, default=PAGE, metavar="FILE")
    wanted = parser.parse_args()
    keep = wanted.from_json or wanted.keep
    failed = []
    if not wanted.from_json:
        keep.mkdir(parents=True, exist_ok=True)
        asked = wanted.only.split(",")
        if not set(asked) <= set(NAMES):
            parser.error(f"--only takes {', '.join(NAMES)}")
        if not wanted.elasticsearch and {"ingest", "search", "latency"} & set(asked):
            parser.error("ingest, search and latency want a server: --elasticsearch http://127.0.0.1:9200")
        every = commands(wanted.elasticsearch, wanted.baselines, wanted.sizes)
        failed = [name for name in asked if not measure(name, every[name], keep)]
    figures = {
        name: json.loads((keep / f"{name}.json").read_text(encoding="utf-8"))
        for name in NAMES
        if (keep / f"{name}.json").is_file()
    }
    wanted.write.write_text(page(TEMPLATE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    for name, plot in PLOTS.items():
        if name in figures:
            plot(figures[name], wanted.write.parent / "plots" / f"{name}.svg")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
