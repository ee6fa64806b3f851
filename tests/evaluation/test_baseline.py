"""Runs kept and compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp.errors import NotFoundError, UsageError
from searchapp.evaluation import Evaluation, evaluate, read_dataset
from searchapp.evaluation.baseline import differences, load, save
from searchapp.evaluation.figures import Floor, read_floor
from searchapp.model import SearchMode
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture
def evaluation(folder: Path, tmp_path: Path) -> Evaluation:
    settings = load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256")
    return evaluate(Application(settings), read_dataset(folder))


def test_a_saved_run_is_compared_query_by_query(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "runs" / "before.json"
    save(evaluation, path)
    same = differences(evaluation, load(path))
    assert len(same) == 9 and all((one.p, one.better, one.worse) == (1.0, 0, 0) for one in same)
    kept = json.loads(path.read_text())
    kept["values"]["hybrid"]["nDCG@10"] = {"q1": 0.5, "gone": 1.0}
    path.write_text(json.dumps(kept))
    hybrid = differences(evaluation, load(path))[0]
    assert (hybrid.mode, hybrid.before, hybrid.now, hybrid.better, hybrid.queries) == (SearchMode.HYBRID, 0.5, 1, 1, 1)


def test_what_is_no_baseline_is_said(evaluation: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"There is no baseline at .*absent"):
        load(tmp_path / "absent")
    (tmp_path / "other.json").write_text("[1]")
    with pytest.raises(UsageError, match=r"other\.json is no baseline"):
        load(tmp_path / "other.json")
    save(evaluation, tmp_path / "run.json")
    strange = replace(evaluation, values={SearchMode.HYBRID: {"nDCG@10": {"another": 1.0}}})
    with pytest.raises(UsageError, match="shares no query"):
        differences(strange, load(tmp_path / "run.json"))


def test_lower_bounds_are_read() -> None:
    assert read_floor("ndcg@10=0.7") == Floor("nDCG@10", 0.7)
    for wrong in ("nDCG@10", "nDCG@10=many", "nDCG@10=7", "speed=1"):
        with pytest.raises(UsageError, match="no lower bound"):
            read_floor(wrong)
