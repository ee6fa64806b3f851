"""Settings tried over the same queries."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.evaluation import evaluate, read_dataset
from searchapp.evaluation.sweep import read_sweep
from searchapp.model import SearchMode
from searchapp.search import ranking
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
    assert len(evaluation.sweep) == 13
    (in_use,) = [row for row in evaluation.sweep if row.in_use]
    assert in_use.settings == {"fusion": "weighted", "semantic_weight": "0.88"}
    assert in_use.ndcg_at_10 == evaluation.results[SearchMode.HYBRID].ndcg_at_10 and in_use.p == 1.0


def test_the_ends_of_the_scale_are_the_legs(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all weight on one leg, and no sentences read, the fused ranking is that leg's, on real questions."""
    from dataclasses import replace

    dataset = read_dataset(shared_data / "multihop_musique")
    few = dict(list(dataset.queries.items())[:20])
    dataset = replace(dataset, queries=few, qrels={key: dataset.qrels[key] for key in few})
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:256"))
    monkeypatch.setattr(ranking, "LOOKED_AT", 0)
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
