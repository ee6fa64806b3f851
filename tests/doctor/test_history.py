"""What the doctor found before: what is new and gone since, over damaged files, clocks and runs at once."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from searchapp.doctor import Difference, History, examine
from searchapp.doctor import history as module
from searchapp.doctor.history import FILE
from searchapp.errors import SearchAppError
from searchapp.findings import Finding, info, warning
from searchapp.messages import shown
from searchapp.operations import runner_of
from searchapp.schedules import Every, ScheduleKind, Wanted
from searchapp.settings import Settings
from searchapp.wiring import Application

NOON = dt.datetime(2026, 5, 1, 12, 0, tzinfo=dt.UTC)


class Clock:
    """Goes on an hour each time it is asked."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(hours=1)
        return self.now


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(Settings(data_dir=tmp_path, webhook_secret="s3cret-word"), Clock())


def disk(node: str, free: float = 1.0) -> tuple[str, Finding]:
    return "disk", warning("disk", "disk_below_low_watermark", node=node, free=free, total=100.0, needed=15.0)


ALL = ("disk", "queue")
PAUSED = ("queue", warning("queue", "queue_paused_by", since="2026-05-01", by="ada"))
LENGTH = ("queue", info("queue", "nobody_ingests", queued=1, running=0))


def told(change: Difference) -> tuple[list[str], list[str]]:
    return [f"{one.code} {one.subject}" for one in change.new], [f"{one.code} {one.subject}" for one in change.gone]


def test_what_is_new_and_gone_since_the_run_before(history: History) -> None:
    first = history.note([disk("a"), LENGTH], ALL)
    assert first.since is None and told(first) == (["disk_below_low_watermark a"], [])
    assert told(history.note([disk("a", free=0.9)], ALL)) == ([], [])  # a figure that moves is no change
    third = history.note([disk("b"), PAUSED], ALL)
    assert third.since == NOON + dt.timedelta(hours=2)
    assert told(third) == (["disk_below_low_watermark b", "queue_paused_by "], ["disk_below_low_watermark a"])
    past = history.read()
    assert past.looked == third.at and [one.at for one in past.changes] == [third.at, first.at]
    assert {one.code: one.since for one in past.problems}["queue_paused_by"] == third.at
    assert shown(past.problems[0].message).startswith("b has 1.0 of 100.0 GiB free")
    assert shown(past.problems[0].message, "zh").startswith("b 的 1.0 / 100.0 GiB 可用")


def test_what_was_not_looked_at_is_not_gone(history: History) -> None:
    history.note([disk("a"), PAUSED], ALL)
    quick = history.note([PAUSED], ("queue",))
    assert told(quick) == ([], []) and len(history.read().problems) == 2
    assert told(history.note([], ALL))[1] == ["disk_below_low_watermark a", "queue_paused_by "]


def test_what_is_kept_is_bounded_and_holds_no_secret(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 3)
    for number in range(6):
        history.note([disk(f"s3cret-word-{number}" + "x" * 5000)], ALL)
    past = history.read()
    assert len(past.changes) == 3
    for one in (*past.problems, *past.changes[0].new):
        assert "s3cret-word" not in one.message and len(one.message) < 2_000


@pytest.mark.parametrize(
    "damaged", [b"", b"\xff\xfe", b"[]", b'{"problems": 7}', b'{"looked": "tomorrow"}', b"{" * 100_000]
)
def test_a_damaged_file_is_begun_anew(history: History, tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    assert history.read().looked is None
    assert history.note([PAUSED], ALL).since is None
    assert len(history.read().problems) == 1


def test_where_nothing_can_be_kept_the_doctor_goes_on(history: History, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    (tmp_path / FILE / "in the way").touch()
    assert told(history.note([PAUSED], ALL)) == (["queue_paused_by "], [])
    elsewhere = History(Settings(data_dir=tmp_path / "nowhere"))
    assert elsewhere.note([PAUSED], ALL).since is None and not (tmp_path / "nowhere").exists()


def test_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    def run(number: int) -> None:
        History(settings).note([(f"check {number}", disk(f"node {number}")[1])], (f"check {number}",))

    threads = [threading.Thread(target=run, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.subject for one in History(settings).read().problems} == {f"node {number}" for number in range(8)}


def test_a_command_and_a_schedule_keep_one_history(tmp_path: Path) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    first = examine(application, quick=True)
    assert {one.check for one in first.changed.new} == {"language model"}
    one = application.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")
    runner_of(application).run(one.id)
    past = History(application.settings).read()
    assert past.looked is not None and past.looked > first.changed.at and len(past.changes) == 1
    again = examine(application, quick=True).changed  # the schedule itself has warned
    assert [problem.code for problem in again.new] == ["schedule_warned"] and again.new[0].subject == one.id


def test_what_was_broken_off_is_not_kept(tmp_path: Path) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))

    def stop(finding: Finding) -> None:
        raise SearchAppError("stopped")

    with pytest.raises(SearchAppError):
        examine(application, quick=True, tell=stop)
    assert History(application.settings).read().looked is None
