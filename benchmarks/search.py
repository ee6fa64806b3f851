"""How long a hybrid search takes, beside Haystack's and LangChain's on the same server, and beside the bare calls.

    python benchmarks/search.py --elasticsearch URL --baselines .bench/bin/python [--queries 300] [--rounds 3]

SciFact's 5,183 documents, the same passages and the same vectors for all; each asks the test queries from text to
ranked passages, its model loaded, in a process of its own, and they take turns in every round. ``bare`` is what nobody
can do without: encode the query, then one ``_msearch`` of a match and a kNN query whose answers are read and not fused.
Haystack is its hybrid pipeline (text embedder, BM25 and embedding retriever, joined by reciprocal rank fusion).
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

import numpy as np
from ingest import Contender

CONTENDERS = Path(__file__).with_name("search_contenders.py")
DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
MOST = 0.5


def prepared(dataset: Path, folder: Path, queries: int) -> dict[str, str]:
    """Files with the texts, their vectors and the queries, for all contenders alike."""
    from searchapp.embedding import build_embedder
    from searchapp.embedding.sentence_transformers import _packaged_folder
    from searchapp.evaluation.dataset import read_dataset
    from searchapp.settings import load_settings

    read = read_dataset(dataset)
    texts = [f"{one.title}\n\n{one.text}".strip() for one in read.documents()]
    embedder = build_embedder(load_settings())
    vectors = [embedder.embed_documents(texts[first : first + 512]) for first in range(0, len(texts), 512)]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    np.save(folder / "vectors.npy", np.concatenate(vectors))
    asked = list(itertools.islice(read.queries.values(), queries))
    (folder / "queries.json").write_text(json.dumps(asked), encoding="utf-8")
    return {"folder": str(folder), "model": str(_packaged_folder()), "dtype": embedder.fingerprint.dtype}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", required=True, metavar="URL")
    parser.add_argument("--baselines", metavar="PYTHON", help="interpreter of an environment with both")
    parser.add_argument("--dataset", type=Path, default=DATA / "scifact", help="folder in BEIR layout")
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        facts = {"url": wanted.elasticsearch, **prepared(wanted.dataset, Path(name), wanted.queries)}
        contenders = [Contender(sys.executable, one, CONTENDERS, **facts) for one in ("bare", "searchapp")]
        if wanted.baselines:
            contenders += [Contender(wanted.baselines, one, CONTENDERS, **facts) for one in ("langchain", "haystack")]
        p50: dict[str, list[float]] = {one.name: [] for one in contenders}
        for number in range(wanted.rounds):
            for one in contenders[number % len(contenders) :] + contenders[: number % len(contenders)]:
                answer = one.run()
                p50[one.name].append(statistics.median(answer["milliseconds"]))
                print(f"round {number + 1}: {one.name} {p50[one.name][-1]:.1f} ms", file=sys.stderr)
        for one in contenders:
            one.close()
    print("| | p50 of a round, median, ms | least | share of Haystack's, median of rounds |")
    print("|---|---|---|---|")
    for name, found in p50.items():
        haystack = p50.get("haystack", found)
        share = statistics.median(mine / theirs for mine, theirs in zip(found, haystack, strict=True))
        print(f"| {name} | {statistics.median(found):.1f} | {min(found):.1f} | {share:.2f} |")
    if "haystack" in p50:
        share = statistics.median(mine / theirs for mine, theirs in zip(p50["searchapp"], p50["haystack"], strict=True))
        print(f"\nAt most {MOST} of Haystack's: {'met' if share <= MOST else 'missed'}.")


if __name__ == "__main__":
    main()
