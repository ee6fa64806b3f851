"""How soon a folder is found by its words, and what that costs.

    python benchmarks/at_once.py [--documents 1000] [--rounds 3] [--before CHECKOUT] [--json FILE]

A folder of short texts goes into the embedded store by the default model, each time in a process of its own with the
model loaded. Measured are the seconds until

- ``reading``: everything is read, cut and written, with a model that gives any vectors at once,
- ``found``: every document is found by its words,
- ``total``: every passage has its vector,
- ``before``: the same by the searchapp in the folder ``--before``, which wrote a document when it was embedded.

They take turns in every round. Printed are the medians, and ``found`` over ``reading`` and ``total`` over ``before``.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

RUN = """
import json, sys, time
from searchapp.settings import load_settings
from searchapp.wiring import Application
import numpy as np

library, folder, reads_only = sys.argv[1], sys.argv[2], sys.argv[3] == "reading"
application = Application(load_settings(data_dir=folder))
model = application.embedder
model.embed_documents(["a text"])
if reads_only:
    vector = np.full((1, model.fingerprint.dims), model.fingerprint.dims ** -0.5, dtype=np.float32)
    model.embed_documents = lambda texts: vector.repeat(len(texts), axis=0)
application.ingester.require_model()
started, found, chunks = time.perf_counter(), 0.0, 0
for outcome in application.ingester.ingest([library]):
    assert outcome.state == "indexed", outcome
    chunks, found = chunks + outcome.chunks, time.perf_counter() - started
total = time.perf_counter() - started
assert application.store.count() == chunks
application.store.drop()
print(json.dumps({"found": found, "total": total, "chunks": chunks}))
"""

WORDS = (
    "harbour ledger copper winter signal garden bridge engine letter window river contract invoice report survey "
    "gloves valve pump storm market archive census station theory method result figure chapter region council"
).split()


def write_library(folder: Path, documents: int) -> None:
    """So many texts of one to six passages."""
    chance = random.Random(11)
    for number in range(documents):
        parts = [
            f"## Part {part}\n\n{' '.join(chance.choice(WORDS) for _ in range(150))}."
            for part in range(chance.randint(1, 6))
        ]
        (folder / f"{number:05}.md").write_text(f"# Text {number}\n\n" + "\n\n".join(parts), encoding="utf-8")


def run(what: str, library: Path, data: Path, before: Path | None) -> dict[str, float]:
    """One ingestion into an index that is removed afterwards; the compiled model stays in ``data``."""
    code = before if what == "before" and before is not None else ROOT
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(library), str(data), what],
        cwd=code,  # which "python -c" imports from first
        env={**os.environ, "PYTHONPATH": str(code)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier searchapp")
    parser.add_argument("--json", type=Path, help="write every figure there")
    asked = parser.parse_args()
    contenders = ["reading", "now", *(["before"] if asked.before else [])]
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder:
        library, data = Path(folder) / "library", Path(folder) / "data"
        library.mkdir()
        write_library(library, asked.documents)
        for number in range(asked.rounds):
            for name in (*contenders[number % len(contenders) :], *contenders[: number % len(contenders)]):
                measured[name].append(run(name, library, data, asked.before))
                print(number + 1, name, measured[name][-1], file=sys.stderr, flush=True)
                if asked.json:
                    asked.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")

    def median(name: str, what: str) -> float:
        return statistics.median(one[what] for one in measured[name])

    reading, found, total = median("reading", "total"), median("now", "found"), median("now", "total")
    print(f"{asked.documents} documents, {median('now', 'chunks'):.0f} passages, {os.cpu_count()} cores")
    print(f"reading {reading:.1f} s, found {found:.1f} s ({found / reading:.2f} times), total {total:.1f} s")
    if asked.before:
        before = median("before", "total")
        print(f"before {before:.1f} s: found {found / before:.2f}, total {total / before:.2f} times that")


if __name__ == "__main__":
    main()
