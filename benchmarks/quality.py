"""nDCG@10 on judged sets, on both stores, beside plain reciprocal rank fusion over Elasticsearch's standard analyzer.

    python benchmarks/quality.py --data ../shared/data --elasticsearch http://localhost:9200

prints the tables of docs/quality.md; --write puts them there. Each set is indexed in throw-away indices of both stores;
its passages are embedded once, and not again in a second run. "Plain" is what gluing the parts together gives: one text
field with the standard analyzer over the same passages, the same vectors, both rankings fused by 1 / (60 + rank).
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch, helpers

from benchmarks.page import put
from searchapp.cli.stopping import orderly_end
from searchapp.evaluation.asking import Asked, Legs, Memory, ask, by_document
from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.figures import NDCG, mean, per_query
from searchapp.evaluation.ranking import ranked
from searchapp.evaluation.runner import throw_away
from searchapp.evaluation.significance import p_value
from searchapp.model import SearchMode
from searchapp.search.fusion import Ranking, reciprocal_rank_fusion
from searchapp.search.query import read_query
from searchapp.settings import Fusion, load_settings
from searchapp.wiring import Application

SETS = {
    "SciFact test": ("scifact", "test"),
    "SciFact train": ("scifact", "train"),
    "MuSiQue": ("multihop_musique", "test"),
    "CMRC 2018 dev": ("zh_cmrc2018_dev", "test"),
    "RGB zh": ("zh_rgb_retrieval", "test"),
}
WEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.88, 0.95)
STORES = ("Elasticsearch", "LanceDB")
MOST_APART = 0.015
LEAST_ON_SCIFACT = 0.735


@dataclass(frozen=True)
class Found:
    """Values by query of one set on one store."""

    keyword: Mapping[str, float]
    semantic: Mapping[str, float]
    hybrid: Mapping[str, float]
    rrf: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    plain: Mapping[str, float] | None

    def mean(self, name: str) -> float:
        return average(getattr(self, name))


def average(values: Mapping[str, float]) -> float:
    return mean({NDCG: values}, NDCG)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the judged sets")
    parser.add_argument("--elasticsearch", required=True, help="address of a server to put throw-away indices on")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/quality"), help="vectors of the last runs")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth query, for a quick look")
    parser.add_argument("--write", type=Path, help="page whose tables are replaced")
    told = parser.parse_args()
    kept = told.keep / "quality.json"
    # A set that is measured alone joins those of earlier runs.
    results: dict[str, dict[str, Found]] = {
        name: {store: Found(**of) for store, of in stores.items()}
        for name, stores in (json.loads(kept.read_text()) if kept.exists() else {}).items()
    }
    for folder in dict.fromkeys(SETS[name][0] for name in told.sets):
        splits = {
            name: fewer(read_dataset(told.data / folder, SETS[name][1]), told.every)
            for name in told.sets
            if SETS[name][0] == folder
        }
        for store in STORES:
            for name, of in measured(splits, store, told):
                results.setdefault(name, {})[store] = of
        kept.write_text(json.dumps({n: {s: asdict(of) for s, of in stores.items()} for n, stores in results.items()}))
    text = tables({name: results[name] for name in SETS if name in results})
    print(text)
    if told.write:
        put(told.write, "tables", text)


def fewer(dataset: Dataset, every: int) -> Dataset:
    queries = dict(list(dataset.queries.items())[::every])
    return replace(dataset, queries=queries, qrels={key: dataset.qrels[key] for key in queries})


def measured(splits: Mapping[str, Dataset], store: str, told: argparse.Namespace) -> Iterator[tuple[str, Found]]:
    """The splits of one corpus, which is indexed once."""
    url = told.elasticsearch if store == "Elasticsearch" else ""
    settings = load_settings(data_dir=told.keep, elasticsearch_url=url, index_prefix="quality")
    with throw_away(Application(settings)) as trial:
        for outcome in trial.ingester.ingest_documents(next(iter(splits.values())).documents()):
            assert not outcome.error, outcome
        memory = Memory.of_index(trial.store, trial.embedder, trial.settings)
        with plain_index(trial) as plain:
            for name, dataset in splits.items():
                print(f"{name} on {store}", file=sys.stderr, flush=True)
                asked = ask(trial.store, memory, trial.settings, dataset, (SearchMode.HYBRID,))
                yield name, found(dataset, asked, trial, plain)


def found(dataset: Dataset, asked: Asked, trial: Application, plain: tuple[Elasticsearch, str] | None) -> Found:
    legs = asked.legs[SearchMode.HYBRID]

    def by(mode: SearchMode, **changed: Any) -> Mapping[str, float]:
        tried = trial.settings.model_copy(update=changed)
        return values(dataset, asked, {key: ranked(one, mode, tried) for key, one in legs.items()})

    return Found(
        by(SearchMode.KEYWORD),
        by(SearchMode.SEMANTIC),
        by(SearchMode.HYBRID),
        by(SearchMode.HYBRID, fusion=Fusion.RRF),
        {str(weight): by(SearchMode.HYBRID, semantic_weight=weight) for weight in WEIGHTS},
        values(dataset, asked, plainly_fused(plain, dataset, asked)) if plain else None,
    )


def values(dataset: Dataset, asked: Asked, scores: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
    run = {query_id: by_document(of, asked.documents) for query_id, of in scores.items()}
    return per_query(dataset.qrels, run)[NDCG]


@contextmanager
def plain_index(trial: Application) -> Iterator[tuple[Elasticsearch, str] | None]:
    """The passages of an Elasticsearch store in one field with the standard analyzer."""
    if not trial.settings.elasticsearch_url:
        yield None
        return
    client: Elasticsearch = trial.store.client  # type: ignore[attr-defined]
    chunks: str = trial.store.names.chunks  # type: ignore[attr-defined]
    name = f"quality-plain-{uuid.uuid4().hex[:8]}"
    mappings = {"properties": {"content": {"type": "text", "analyzer": "standard"}, "document_id": {"type": "keyword"}}}
    client.indices.create(index=name, settings={"number_of_shards": 1, "number_of_replicas": 0}, mappings=mappings)
    try:
        fields = ["title", "headings", "text", "document_id"]
        found = helpers.scan(client, index=chunks, query={"_source": fields})
        helpers.bulk(
            client,
            (
                {
                    "_index": name,
                    "_id": hit["_id"],
                    "document_id": (of := hit["_source"])["document_id"],
                    "content": "\n".join([of["title"], *of["headings"], of["text"]]),
                }
                for hit in found
            ),
        )
        client.indices.refresh(index=name)
        yield client, name
    finally:
        client.indices.delete(index=name)


def plainly_fused(plain: tuple[Elasticsearch, str], dataset: Dataset, asked: Asked) -> dict[str, dict[str, float]]:
    client, index = plain
    fused: dict[str, dict[str, float]] = {}
    legs: Mapping[str, Legs] = asked.legs[SearchMode.HYBRID]
    for query_id, text in dataset.queries.items():
        match = {"match": {"content": read_query(text).text}}
        hits = client.search(index=index, query=match, size=100, source=["document_id"])["hits"]["hits"]
        for hit in hits:
            asked.documents[hit["_id"]] = hit["_source"]["document_id"]
        words: Ranking = [(hit["_id"], hit["_score"]) for hit in hits]
        meaning: Ranking = [(chunk.id, chunk.score) for chunk in legs[query_id].semantic]
        fused[query_id] = reciprocal_rank_fusion([words, meaning])
    return fused


def tables(results: Mapping[str, Mapping[str, Found]]) -> str:
    lines = [
        "| set (queries) | store | keyword | semantic | plain RRF | hybrid | against plain, p | above all three |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, stores in results.items():
        plain = stores["Elasticsearch"].plain
        assert plain is not None
        for store, found in stores.items():
            others = [found.mean("keyword"), found.mean("semantic"), average(plain)]
            lead = found.mean("hybrid") - max(others)
            p = p_value([plain[key] for key in found.hybrid], list(found.hybrid.values()))
            lines.append(
                f"| {name} ({len(found.hybrid):,}) | {store} | {others[0]:.4f} | {others[1]:.4f} | {others[2]:.4f} "
                f"| {found.mean('hybrid'):.4f} | {found.mean('hybrid') - others[2]:+.4f}, {p:.4f} "
                f"| {'yes' if lead > 0 else 'no'}, {lead:+.4f} |"
            )
    lines += ["", "| set | hybrid, Elasticsearch less LanceDB | target |", "|---|---|---|"]
    for name, stores in results.items():
        apart = stores["Elasticsearch"].mean("hybrid") - stores["LanceDB"].mean("hybrid")
        lines.append(
            f"| {name} | {apart:+.4f} | {'met' if abs(apart) <= MOST_APART else 'missed'}: at most {MOST_APART} |"
        )
    if test := results.get("SciFact test"):
        reached = " and ".join(f"{found.mean('hybrid'):.4f} ({store})" for store, found in test.items())
        met = all(found.mean("hybrid") >= LEAST_ON_SCIFACT for found in test.values())
        lines += ["", f"SciFact test: {reached}; the target of {LEAST_ON_SCIFACT} is {'met' if met else 'missed'}."]
    head = " | ".join(f"{weight:g}" for weight in WEIGHTS)
    lines += ["", f"| hybrid by setting | store | RRF | {head} |", "|---" * (3 + len(WEIGHTS)) + "|"]
    for name, stores in results.items():
        for store, found in stores.items():
            swept = " | ".join(f"{average(of):.4f}" for of in found.weights.values())
            lines.append(f"| {name} | {store} | {found.mean('rrf'):.4f} | {swept} |")
    return "\n".join(lines)


if __name__ == "__main__":
    with orderly_end():  # the throw-away index goes in any case
        main()
