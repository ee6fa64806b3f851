"""Settings tried over the same queries."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.evaluation import evaluate, read_dataset
from searchapp.evaluation.sweep import read_sweep
from searchapp.model import SearchMode
from searchapp.search import fusion
from searchapp.settings import load_settings
from searchapp.wiring import Application


def test_fusion_is_swept_without_asking_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from searchapp.stores.lancedb import LanceStore

    asked = []
    search = LanceStore.search
    monkeypatch.setattr(LanceStore, "search", lambda self, query: asked.append(query) or search(self, query))
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:256"))
    evaluation = evaluate(application, read_dataset(folder), swept=read_sweep(["fusion"]))
    assert len(asked) == 2 * 3  # two queries in three modes
    assert len(evaluation.sweep) == 16  # RRF, eleven tenths (one is in use) and four steps near the end
    (in_use,) = [row for row in evaluation.sweep if row.in_use]
    assert in_use.settings == {"fusion": "weighted", "semantic_weight": "0.9"}
    assert in_use.ndcg_at_10 == evaluation.results[SearchMode.HYBRID].ndcg_at_10 and in_use.p == 1.0


def test_the_fusion_sweep_is_finer_near_the_end_and_holds_what_is_configured() -> None:
    """A strong model's best weight lies at 0.95 to 0.99, between the last tenths."""
    swept = read_sweep(["fusion"], load_settings(semantic_weight=0.925))
    assert swept is not None
    weights = [row["semantic_weight"] for row in swept.rows if row["fusion"] == "weighted"]
    assert weights[-7:] == ["0.9", "0.925", "0.95", "0.97", "0.98", "0.99", "1"]
    assert weights[:3] == ["0", "0.1", "0.2"]
    assert sorted(set(weights), key=float) == weights


@pytest.mark.parametrize("configured", [0.3, 0.123456789, 1.0])
def test_the_weight_in_use_is_a_row_of_the_fusion_sweep(configured: float, folder: Path, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, embedding_model="hashed:64", semantic_weight=configured)
    evaluation = evaluate(Application(settings), read_dataset(folder), swept=read_sweep(["fusion"], settings))
    (in_use,) = [row for row in evaluation.sweep if row.in_use]
    assert float(in_use.settings["semantic_weight"]) == configured


def test_the_ends_of_the_scale_are_the_retrievers(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all weight on one retriever, and no sentences read, the fused ranking is that retriever's, on real questions."""
    from dataclasses import replace

    dataset = read_dataset(shared_data / "multihop_musique")
    few = dict(list(dataset.queries.items())[:20])
    dataset = replace(dataset, queries=few, qrels={key: dataset.qrels[key] for key in few})
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:256"))
    monkeypatch.setattr(fusion, "LOOKED_AT", 0)
    evaluation = evaluate(application, dataset, swept=read_sweep(["semantic_weight=0,1"]))
    keyword, semantic = evaluation.sweep
    assert keyword.ndcg_at_10 == evaluation.results[SearchMode.KEYWORD].ndcg_at_10 > 0.1
    assert semantic.ndcg_at_10 == evaluation.results[SearchMode.SEMANTIC].ndcg_at_10 > 0.1
    assert keyword.p <= 1.0


def test_index_settings_are_swept_on_elasticsearch(folder: Path, tmp_path: Path, elasticsearch_url: str) -> None:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    settings = load_settings(
        data_dir=tmp_path, elasticsearch_url=elasticsearch_url, index_prefix=prefix, embedding_model="hashed:64"
    )
    application = Application(settings)
    swept = read_sweep(["oversample=0,2", "candidates=1,2"])
    evaluation = evaluate(application, read_dataset(folder), swept=swept)
    assert [row.in_use for row in evaluation.sweep] == [False, False, False, True]
    assert all(row.ndcg_at_10 == 1.0 for row in evaluation.sweep)
    assert dict(application.store.client.indices.get(index=f"{prefix}*")) == {}  # type: ignore[attr-defined]


def test_what_cannot_be_swept_is_said(folder: Path, tmp_path: Path) -> None:
    assert read_sweep([]) is None
    assert len(read_sweep(["fusion=weighted,rrf", "semantic_weight=0.5,0.7"]).rows) == 4  # type: ignore[union-attr]
    for wrong in ("speed", "semantic_weight", "semantic_weight=", "chunk_tokens=3", "semantic_weight=7"):
        with pytest.raises(UsageError):
            read_sweep([wrong])
    with pytest.raises(UsageError, match="combinations"):
        read_sweep(["index", "fusion"])
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:64"))
    with pytest.raises(UsageError, match="embedded store has no oversample"):
        evaluate(application, read_dataset(folder), swept=read_sweep(["oversample=1,2"]))
