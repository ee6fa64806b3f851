"""How long a hybrid search takes, beside Haystack's and LangChain's on the same server, and beside the bare calls.

    python benchmarks/search.py --elasticsearch URL --baselines .bench/bin/python [--json FILE] [--documents 500]

SciFact's 5,183 documents, cut by searchapp: the same chunks and the same vectors for all. Each asks the test queries
from text to ranked chunks, with the same model, threads, k and num_candidates, in a process of its own, and they take
turns in every round. Each keeps its vectors as it does by itself. searchapp's memory of the latest queries is off.

``bare`` is what nobody can do without: encode the query, then one ``_msearch`` of a match and a kNN query whose answers
are read and not fused. Haystack is its hybrid pipeline (text embedder, BM25 and embedding retriever, joined by
reciprocal rank fusion), twice: with the others' k, for which its retriever of vectors asks ten times, as it names no
size; and with the k of 10 that it has by default, where it asks once and fuses a tenth of the others' candidates.
LangChain's own hybrid mode needs a licence, so its two stores are asked one after the other and nothing is fused.

``ingest.py`` tells how to make the environment of the baselines.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.contender import Contender, in_turns
from benchmarks.report_tables import search

CONTENDERS = Path(__file__).with_name("search_contenders.py")
DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
MOST = 0.5
"""The share of Haystack's time that is the target."""

FEW = 10
"""top_k of Haystack's retrievers unless it is told otherwise."""

WINDOW = 512


def prepared(dataset: Path, folder: Path, documents: int | None, queries: int) -> dict[str, Any]:
    """Files with the chunks, their vectors and the queries, for all contenders alike."""
    from searchapp.chunking import chunk_document
    from searchapp.embedding import build_embedder
    from searchapp.embedding.models import PACKAGED
    from searchapp.embedding.runtime.reference import SPIN_COUNT
    from searchapp.embedding.weights import find_weights
    from searchapp.evaluation.dataset import read_dataset
    from searchapp.settings import load_settings
    from searchapp.sources import Loader, SourceRef, discover

    # searchapp sets it for itself; here all have it, and as many threads.
    os.environ["GOMP_SPINCOUNT"] = SPIN_COUNT
    os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
    read = read_dataset(dataset)
    library = folder / "library"
    library.mkdir()
    for number, one in enumerate(itertools.islice(read.documents(), documents)):
        (library / f"{number:05}.txt").write_text(f"{one.title}\n\n{one.text}".strip(), encoding="utf-8")
    settings = load_settings(data_dir=folder / "data", embedding_model=f"sentence-transformers:{PACKAGED}")
    embedder = build_embedder(settings)
    passages: dict[str, str] = {}
    with Loader(settings) as loader:
        for found in discover([str(library)]):
            assert isinstance(found, SourceRef)
            for chunk in chunk_document(
                loader.load(found), embedder, settings.chunk_overlap_tokens, settings.chunk_tokens
            ):
                passages[chunk.hash] = chunk.embedded_text
    texts = list(passages.values())
    vectors = []
    for first in range(0, len(texts), WINDOW):
        vectors.append(embedder.embed_documents(texts[first : first + WINDOW]))
        print(f"\r{min(first + WINDOW, len(texts))} of {len(texts)} passages encoded", end="", file=sys.stderr)
    print(file=sys.stderr)
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    np.save(folder / "vectors.npy", np.concatenate(vectors))
    asked = list(itertools.islice(read.queries.values(), queries))
    (folder / "queries.json").write_text(json.dumps(asked), encoding="utf-8")
    return {
        "folder": str(folder),
        "model": str(weights.path) if (weights := find_weights(PACKAGED)) else "",
        "dtype": embedder.fingerprint.dtype,
        "passages": len(texts),
    }


def measured(contenders: list[Contender], rounds: int) -> dict[str, list[float]]:
    """The p50 of each contender's rounds, in milliseconds."""
    p50: dict[str, list[float]] = {one.name: [] for one in contenders}
    for number in range(rounds):
        for one in in_turns(contenders, number):
            p50[one.name].append(statistics.median(one.run()["milliseconds"]))
            print(f"round {number + 1}: {one.name} {p50[one.name][-1]:.1f} ms", file=sys.stderr, flush=True)
    return p50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", required=True, metavar="URL")
    parser.add_argument("--baselines", metavar="PYTHON", help="interpreter of an environment with both")
    parser.add_argument("--dataset", type=Path, default=DATA / "scifact", help="folder in BEIR layout")
    parser.add_argument("--documents", type=int, help="only the first so many: shows that it works")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        facts = prepared(wanted.dataset, Path(name), wanted.documents, wanted.queries)
        facts["url"] = wanted.elasticsearch
        contenders = [Contender(sys.executable, CONTENDERS, one, **facts) for one in ("bare", "searchapp")]
        if wanted.baselines:
            contenders += [Contender(wanted.baselines, CONTENDERS, one, **facts) for one in ("langchain", "haystack")]
            few = Contender(wanted.baselines, CONTENDERS, "haystack", "haystack-10", **facts, depth=FEW)
            contenders.append(few)
        figures: dict[str, Any] = {
            "dataset": wanted.dataset.name,
            "passages": facts["passages"],
            "queries": wanted.queries,
            "rounds": wanted.rounds,
            "cores": os.cpu_count(),
            "dtype": facts["dtype"],
            **contenders[0].ready,
            "versions": {one.name: one.ready["version"] for one in contenders},
            "target": MOST,
            "p50_ms": measured(contenders, wanted.rounds),
        }
        figures.pop("version")
        for one in contenders:
            one.close()
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(search(figures))


if __name__ == "__main__":
    main()
