"""The comparison of index options on a real Elasticsearch: small, but with every figure."""

from __future__ import annotations

import dataclasses
import json
import uuid
from pathlib import Path

import pytest

from benchmarks.index_options import Comparison, VariantFigures, compare, main, table
from benchmarks.variants import EVERY_VARIANT, SETTINGS, VECTORDB, Kept, Variant, read_variants
from searchapp.errors import UsageError
from searchapp.evaluation import read_dataset
from searchapp.settings import load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application

WORDS = "apple river stone cloud engine paper violin harbour meadow copper lantern forest".split()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "words"
    (folder / "qrels").mkdir(parents=True)
    pairs = [(one, other) for one in WORDS for other in WORDS if one < other]
    lines = [json.dumps({"_id": f"{one}-{other}", "title": "", "text": f"{one} {other}"}) for one, other in pairs]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    queries = [json.dumps({"_id": str(number), "text": f"{one} {other}"}) for number, (one, other) in enumerate(pairs)]
    (folder / "queries.jsonl").write_text("\n".join(queries[:10]), encoding="utf-8")
    judged = "".join(f"{number}\t{one}-{other}\t1\n" for number, (one, other) in enumerate(pairs[:10]))
    (folder / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_each_variant_is_measured_and_nothing_stays_behind(elasticsearch_url: str, dataset: Path) -> None:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix, embedding_model="hashed:128")
    compared = compare(
        Application(settings), read_dataset(dataset), read_variants("hnsw,int8_hnsw,bbq_hnsw,bbq_hnsw:3")
    )
    assert (compared.queries, compared.chunks) == (10, 66)
    assert list(compared.results) == ["hnsw", "int8_hnsw", "bbq_hnsw", "bbq_hnsw:3"]
    for figures in compared.results.values():
        assert figures.ndcg_at_10 > 0.5 and figures.hybrid_ndcg_at_10 > 0.9
        assert 0 < figures.p50_ms <= figures.p99_ms
        assert figures.disk_bytes > 128 * 4  # the whole vector is always kept
    assert compared.results["hnsw"].ndcg_at_10 > 0.9
    # Not their recall: many of these chunks are equally near, and which ten of them come is chance.
    assert compared.results["bbq_hnsw:3"].ndcg_at_10 >= compared.results["bbq_hnsw"].ndcg_at_10
    memory = [figures.memory_bytes for figures in compared.results.values()]
    if None not in memory:  # a server older than 9.1 does not say
        assert memory == [128 * 4, 128 + 16, 128 // 8 + 14, 128 // 8 + 14]
    left = ElasticsearchStore(settings).client.indices.get(index=f"{prefix}*")
    assert dict(left) == {}


@pytest.mark.slow
def test_settings_of_an_index_are_measured_and_what_the_server_lacks_is_named(
    elasticsearch_url: str, dataset: Path
) -> None:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix, embedding_model="hashed:128")
    wanted = read_variants("int8_hnsw:2,int8_hnsw:2+shards=3,bbq_disk:3,int8_hnsw:2+vectordb,int8_hnsw:2+early=off")
    compared = compare(Application(settings), read_dataset(dataset), wanted)
    assert {*compared.results, *compared.left_out} == {str(variant) for variant in wanted}
    assert {"int8_hnsw:2", "int8_hnsw:2+shards=3"} <= compared.results.keys()
    assert all(figures.hybrid_ndcg_at_10 > 0.9 for figures in compared.results.values())
    assert all(compared.left_out.values())
    assert dict(ElasticsearchStore(settings).client.indices.get(index=f"{prefix}*")) == {}


def test_the_embedded_store_cannot_be_compared(dataset: Path) -> None:
    with pytest.raises(UsageError, match="SEARCHAPP_ELASTICSEARCH_URL"):
        compare(Application(load_settings(embedding_model="hashed:64")), read_dataset(dataset))


def test_variants_are_read() -> None:
    assert read_variants("flat, bbq_hnsw:2.5") == (Variant(Kept("flat")), Variant(Kept("bbq_hnsw"), 2.5))
    assert read_variants("all") == EVERY_VARIANT and len(EVERY_VARIANT) == 14
    assert read_variants(",".join(map(str, SETTINGS))) == read_variants("settings") == SETTINGS
    (one,) = read_variants("int8_hnsw:2+vectordb+early=off+shards=3")
    assert one == Variant(Kept("int8_hnsw", VECTORDB, early=False, shards=3), 2.0)


@pytest.mark.parametrize(
    "text",
    ["", "hnsw,magic", "bbq_hnsw:x", "bbq_hnsw:0.5", "bbq_hnsw:11", "hnsw+magic", "hnsw+early=maybe", "hnsw+shards=0"],
)
def test_a_variant_that_is_none_is_named(text: str) -> None:
    with pytest.raises(UsageError):
        read_variants(text)


def test_what_cannot_be_measured_is_told_in_a_sentence(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHAPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SEARCHAPP_ELASTICSEARCH_URL", raising=False)
    assert main([str(dataset), "--options", "hnsw,magic"]) == 2
    assert "Error: 'magic' is no way of keeping vectors." in capsys.readouterr().err
    assert main([str(dataset)]) == 2
    assert "SEARCHAPP_ELASTICSEARCH_URL" in capsys.readouterr().err
    (dataset / "corpus.jsonl").unlink()
    assert main([str(dataset)]) == 2
    assert "has no corpus.jsonl" in capsys.readouterr().err


def test_the_table_has_a_row_a_variant() -> None:
    row = VariantFigures(0.7, 0.75, 0.9876, 1.25, 3.0, 2915, None, 12.0)
    shown = table(Comparison("words", "test", 10, 66, {"hnsw": row, "flat": row}))
    assert shown.startswith("words (test): 10 queries, 66 passages\n")
    assert "| hnsw | 0.7000 | 0.7500 | 0.9876 | 1.2 | 1.00 | 3.0 | 1.00 |  | 2,915 | 12.0 |" in shown
    twice = dataclasses.replace(row, p50_ms=2.5)
    shown = table(Comparison("words", "test", 10, 66, {"hnsw": row, "flat": twice}, {"bbq_disk": "No licence."}))
    assert "| 2.5 | 2.00 |" in shown and "Left out: bbq_disk. No licence." in shown
