"""The history of judged queries: one for every process, bounded fairly, and told where something else was new."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from searchapp.backup.contents import kept_files
from searchapp.errors import StorageError
from searchapp.judged_runs import LEAST, MOST, NDCG, JudgedRun, JudgedRuns, changed, settings_hash, show
from searchapp.settings import Settings
from searchapp.stores import Memo
from searchapp.stores.memory import MemoryStore
from searchapp.wiring import Application

BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def run(number: int = 0, target: str = "thumbs", **other: object) -> JudgedRun:
    facts = {
        "ended": BEGAN + dt.timedelta(hours=number), "target": target, "ndcg_at_10": 0.8, "recall_at_100": 0.9,
        "queries": 12, "unknown": 0, "least": 0.7, "index": "v1", "model": "m", "settings": "s", **other,
    }  # fmt: skip
    return JudgedRun(**facts)  # type: ignore[arg-type]


def test_two_processes_see_one_history(tmp_path: Path) -> None:
    one, other = (Application(Settings(data_dir=tmp_path, embedding_model="hashed:64")) for _ in range(2))
    with ThreadPoolExecutor(4) as pool:
        runs = [run(number) for number in range(12)]
        list(pool.map(lambda each: (one, other)[each.ended.hour % 2].judged_runs.remember(each), runs))
    assert sorted(one.judged_runs.all(), key=lambda each: each.ended) == runs
    assert one.judged_runs.all() == other.judged_runs.all()
    assert other.judged_runs.all("elsewhere") == ()
    assert [name for name, _ in kept_files(tmp_path) if "judged-runs" in name] != []  # a backup has it


def test_a_run_whose_answer_was_lost_stands_once() -> None:
    kept = JudgedRuns(MemoryStore())
    for each in (run(1), run(1), run(2)):
        kept.remember(each)
    assert kept.all() == (run(1), run(2))


def test_an_hourly_check_leaves_a_weekly_one_its_history() -> None:
    store = MemoryStore()
    kept = JudgedRuns(store)
    weekly = [run(number, "weekly") for number in range(3)]
    for each in weekly:
        kept.remember(each)
    for number in range(MOST + 5):
        kept.remember(run(number))
    assert len(kept.all()) == MOST and list(kept.all("weekly")) == weekly
    assert kept.all("thumbs")[-1] == run(MOST + 4) and kept.all("thumbs")[0] == run(8)


def test_what_a_later_version_wrote_is_not_overwritten() -> None:
    store = MemoryStore()
    store.change_memo(Memo.JUDGED_RUNS, lambda text: '[{"ended": 7}]')
    with pytest.raises(StorageError):
        JudgedRuns(store).remember(run())
    assert store.memo(Memo.JUDGED_RUNS) == '[{"ended": 7}]'


def test_what_is_new_is_told_within_its_target() -> None:
    runs = [run(0), run(1, "file", model="other"), run(2, index="v2"), run(3, "file", model="other", settings="t")]
    assert changed(runs) == [(), (), ("index",), ("settings",)]


def test_the_hash_of_settings_leaves_the_model_to_its_own_field() -> None:
    settings = {"fusion": "weighted", "semantic_weight": 0.9, "embedding_model": "a"}
    assert settings_hash(settings) == settings_hash({**settings, "embedding_model": "b"})
    assert settings_hash(settings) != settings_hash({**settings, "semantic_weight": 0.8})


def test_the_gauges_show_what_is_scheduled_now_and_nothing_else() -> None:
    def told() -> dict[tuple[str, str], float]:
        samples = (sample for gauge in (NDCG, LEAST) for family in gauge.collect() for sample in family.samples)
        return {(sample.name, sample.labels["judged"]): sample.value for sample in samples}

    show([run(0, ndcg_at_10=0.5), run(1, ndcg_at_10=0.6), run(2, "gone")], {"thumbs": 0.7, "never run": 0.0})
    assert told() == {
        ("searchapp_judged_ndcg", "thumbs"): 0.6,
        ("searchapp_judged_ndcg_least", "thumbs"): 0.7,
        ("searchapp_judged_ndcg_least", "never run"): 0.0,
    }
    show([], {})
    assert told() == {}
