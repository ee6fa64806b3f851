"""Evaluation over a judged set small enough to check by hand, and over the real ones where they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from searchapp.errors import NotFoundError, UsageError
from searchapp.evaluation import evaluate, read_dataset
from searchapp.model import SearchMode
from searchapp.settings import load_settings
from searchapp.wiring import Application


def test_a_perfect_ranking_scores_one_and_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256"))
    evaluation = evaluate(application, read_dataset(folder))
    assert (evaluation.queries, evaluation.documents) == (2, 3)
    assert set(evaluation.results) == set(SearchMode)
    for figures in evaluation.results.values():
        assert (figures.ndcg_at_10, figures.recall_at_100, figures.mrr_at_10) == (1.0, 1.0, 1.0)
        assert 0 < figures.p50_ms <= figures.p99_ms
    assert application.store.count() == 0


def test_a_second_run_embeds_nothing(folder: Path, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256")
    first, second = (evaluate(Application(settings), read_dataset(folder)) for _ in range(2))
    assert (first.embedded, second.embedded) == (3, 0)
    assert first.values == second.values
    other = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:128"))
    assert evaluate(other, read_dataset(folder)).embedded == 3  # another model's vectors are not these


def test_a_wrong_judgement_scores_nothing(folder: Path, tmp_path: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\tabsent\t1\n", encoding="utf-8")
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:256"))
    evaluation = evaluate(application, read_dataset(folder), [SearchMode.KEYWORD])
    assert evaluation.results[SearchMode.KEYWORD].ndcg_at_10 == 0.0


def test_what_is_missing_or_broken_is_named(folder: Path) -> None:
    with pytest.raises(NotFoundError, match=r"qrels/dev\.tsv does not exist"):
        read_dataset(folder, "dev")
    (folder / "queries.jsonl").write_text("{broken", encoding="utf-8")
    with pytest.raises(UsageError, match=r"Line 1 of .*queries\.jsonl"):
        read_dataset(folder)
    (folder / "qrels" / "test.tsv").write_text("q1 d1 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"Line 1 of .*test\.tsv"):
        read_dataset(folder)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["elasticsearch", "lancedb"])
def test_chinese_keyword_search_on_judged_questions(
    engine: str, shared_data: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The analyzers find Chinese words: nDCG@10 of every fifth question of CMRC 2018, without a model."""
    dataset = read_dataset(shared_data / "zh_cmrc2018_dev")
    url = request.getfixturevalue("elasticsearch_url") if engine == "elasticsearch" else ""
    few = dict(list(dataset.queries.items())[::5])
    dataset = replace(dataset, queries=few, qrels={key: dataset.qrels[key] for key in few})
    settings = load_settings(
        data_dir=tmp_path, elasticsearch_url=url, index_prefix="test-cmrc", embedding_model="hashed:64"
    )
    figures = evaluate(Application(settings), dataset, [SearchMode.KEYWORD]).results[SearchMode.KEYWORD]
    assert figures.ndcg_at_10 >= 0.97
