"""Several models on several sets: what is kept, what a part of a run is, and the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.quality.__main__ import models
from benchmarks.quality.kept import Kept, joined, load
from benchmarks.quality.measuring import STORES, measured
from benchmarks.quality.sets import CHINESE_ENGLISH, CMRC, MUSIQUE, RGB, SCIFACT, SETS, part_of, read, units
from benchmarks.quality.tables import TARGETS, tables
from searchapp.embedding.models import MULTILINGUAL
from searchapp.embedding.models import PACKAGED as MINILM
from searchapp.evaluation import read_dataset


def figures(hybrid: float, semantic: float = 0.6, plain: float = 0.5) -> dict[str, Any]:
    ndcg = {"keyword": 0.4, "semantic": semantic, "hybrid": hybrid, "rrf": 0.55, "plain": plain}
    recall = {"keyword": 0.5, "semantic": 0.7, "hybrid": 0.75}
    return {"queries": 1234, "ndcg": ndcg, "recall": recall, "p": 0.0123, "weights": {"0.5": 0.6, "0.95": hybrid}}


def both(*of: dict[str, Any]) -> Mapping[str, Any]:
    return dict(zip(STORES, of, strict=True))


def rows(text: str, *beginnings: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(beginnings)]


def test_models_are_named_as_the_tables_call_them() -> None:
    assert models(["all-MiniLM-L6-v2"]) == {MINILM: "sentence-transformers:all-MiniLM-L6-v2"}
    assert models(
        ["sentence-transformers:intfloat/multilingual-e5-small", "hashed:64", "mine=sentence-transformers:/x"]
    ) == {
        MULTILINGUAL: "sentence-transformers:intfloat/multilingual-e5-small",
        "hashed:64": "hashed:64",
        "mine": "sentence-transformers:/x",
    }
    assert list(models([]))[-1] == MINILM


def test_the_parts_of_a_run_are_the_whole_run() -> None:
    whole = units([MINILM, MULTILINGUAL], list(SETS))
    assert len(whole) == 2 * 6 and whole[0].sets == [SCIFACT, "SciFact train"]  # one corpus, indexed once
    parts = [part_of(whole, f"{number}/5") for number in range(1, 6)]
    assert sorted(unit for part in parts for unit in part) == sorted(whole)
    for wrong in ("0/3", "4/3", "2", "a/b", "1/", "-1/2"):
        with pytest.raises(ValueError, match="invalid literal|" + wrong):
            part_of(whole, wrong)


def test_what_is_measured_alone_joins_what_was_measured_before(tmp_path: Path) -> None:
    file = tmp_path / "figures" / "quality.json"
    joined(file, {(MINILM, RGB, "LanceDB"): figures(0.7), (MINILM, RGB, "Elasticsearch"): figures(0.71)})
    kept = joined(file, {(MINILM, RGB, "LanceDB"): figures(0.8), (MULTILINGUAL, RGB, "LanceDB"): figures(0.9)})
    assert kept == load(file)
    assert {store: of["ndcg"]["hybrid"] for store, of in kept[MINILM][RGB].items()} == {
        "LanceDB": 0.8,
        "Elasticsearch": 0.71,
    }
    assert list(kept) == [MINILM, MULTILINGUAL]
    before = file.read_bytes()
    assert joined(file, {(MINILM, CMRC, "LanceDB"): figures(0.1)}, write=False)[MINILM].keys() == {RGB, CMRC}
    assert file.read_bytes() == before


def test_the_tables_have_a_row_a_model_and_store() -> None:
    kept: Kept = {
        MINILM: {RGB: both(figures(0.7), figures(0.69))},
        MULTILINGUAL: {RGB: both(figures(0.58), figures(0.8))},
    }
    text = tables(kept)
    assert rows(text, f"| {RGB} (1,234)") == [
        f"| RGB zh (1,234) | {MINILM} | Elasticsearch | 0.4000 | 0.6000 | 0.5000 | 0.7000 | +0.2000, 0.0123 | yes, +0.1000 |",
        f"| RGB zh (1,234) | {MINILM} | LanceDB | 0.4000 | 0.6000 | 0.5000 | 0.6900 | +0.1900, 0.0123 | yes, +0.0900 |",
        f"| RGB zh (1,234) | {MULTILINGUAL} | Elasticsearch | 0.4000 | 0.6000 | 0.5000 | 0.5800 | +0.0800, 0.0123 | no, -0.0200 |",
        f"| RGB zh (1,234) | {MULTILINGUAL} | LanceDB | 0.4000 | 0.6000 | 0.5000 | 0.8000 | +0.3000, 0.0123 | yes, +0.2000 |",
    ]  # fmt: skip
    assert len(rows(text, f"| {RGB} | ")) == 2 * 4  # recall, and by setting


def test_every_target_is_judged_on_both_stores_and_named_where_it_was_not_measured() -> None:
    kept: Kept = {
        MULTILINGUAL: {
            RGB: both(figures(0.78, semantic=0.75), figures(0.774, semantic=0.76)),
            MUSIQUE: both(figures(0.7), figures(0.71)),
            CHINESE_ENGLISH: both(figures(0.49, semantic=0.5), figures(0.52, semantic=0.5)),
        }
    }
    verdicts = {
        line.split("|")[1].strip(): line.split("|")[4].strip() for line in rows(tables(kept), "| hybrid at", "| sem")
    }
    assert len(verdicts) == len(TARGETS) - 1  # the one on SciFact is both models'
    assert {target: verdict for target, verdict in verdicts.items() if verdict != "not measured"} == {
        f"semantic at least 0.75 on {RGB}": "met",
        f"hybrid at least 0.775 on {RGB}": "missed",
        f"hybrid at least 0.7 on {MUSIQUE}": "met",
        f"semantic at least 0.5 on {CHINESE_ENGLISH}": "met",
        f"hybrid at least 0.5 on {CHINESE_ENGLISH}": "missed",
    }


@pytest.mark.parametrize(("lancedb", "verdict"), [(0.686, "met"), (0.684, "missed"), (0.716, "missed")])
def test_the_worst_set_says_how_far_the_stores_are_apart(lancedb: float, verdict: str) -> None:
    kept: Kept = {MINILM: {RGB: both(figures(0.7), figures(lancedb)), CMRC: both(figures(0.7), figures(0.7))}}
    (line,) = rows(tables(kept), "| the stores")
    assert f"{0.7 - lancedb:+.4f} ({RGB}" in line and line.endswith(f"| {verdict} |")


@pytest.mark.parametrize(("least", "verdict"), [(0.601, "met"), (0.6, "missed"), (0.5, "missed")])
def test_hybrid_must_be_above_the_others_on_each_set(least: float, verdict: str) -> None:
    kept: Kept = {MINILM: {RGB: both(figures(0.9), figures(0.9)), CMRC: both(figures(0.9), figures(least))}}
    (line,) = rows(tables(kept), "| hybrid above")
    assert f"least {least - 0.6:+.4f} ({CMRC}, LanceDB)" in line and line.endswith(f"| {verdict} |")
    assert f"| {3 + (verdict == 'met')} of 4;" in line


def test_a_set_is_measured_on_both_stores_and_nothing_is_left(tmp_path: Path, elasticsearch_url: str) -> None:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    corpus = {"d1": "Wear gloves at the press.", "d2": "The press weighs twelve tonnes.", "d3": "报告在三月提交。"}
    lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in corpus.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    queries = {"q1": "gloves", "q2": "报告提交"}
    lines = [json.dumps({"_id": key, "text": text}) for key, text in queries.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t1\nq2\td3\t1\n", encoding="utf-8")
    datasets = {"first": read_dataset(folder), "second": read_dataset(folder)}
    found = list(measured(datasets, "hashed:256", tmp_path / "keep", elasticsearch_url))
    assert [step[:2] for step in found] == [
        ("first", "Elasticsearch"),
        ("second", "Elasticsearch"),
        ("first", "LanceDB"),
        ("second", "LanceDB"),
    ]
    for _, _, of in found:
        assert of["queries"] == 2 and of["recall"]["hybrid"] == 1.0 and of["p"] == 1.0
        assert all(value == 1.0 for value in of["ndcg"].values()), of["ndcg"]
    from elasticsearch import Elasticsearch

    assert dict(Elasticsearch(elasticsearch_url).indices.get(index="quality*")) == {}


def test_the_sets_are_read_from_the_real_data(shared_data: Path, tmp_path: Path) -> None:
    for unit in units([MINILM], list(SETS)):
        for name, dataset in read(unit, shared_data, tmp_path, every=50).items():
            assert dataset.queries and dataset.has_corpus, name
