"""Real processes on one store: nothing runs twice, and what a killed one had in hand is run by another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp.operations import runner_of
from searchapp.schedules import Every, RunOutcome, ScheduleKind, Wanted
from searchapp.settings import Settings, load_settings
from searchapp.wiring import Application
from tests.waiting import eventually

pytestmark = pytest.mark.slow

PROCESS = """
import json, sys, time
from pathlib import Path
import searchapp.schedules.running as running
from searchapp.messages import Message
from searchapp.schedules import ScheduleKind, RunOutcome, Result, Runner
from searchapp.settings import load_settings
from searchapp.wiring import Application

given = json.loads(sys.argv[1])
running.LOOK_SECONDS = 0.05
application = Application(load_settings(**given["settings"]))
told, gate = Path(given["told"]), Path(given["gate"])

def job(schedule, stopping):
    with told.open("a") as file:
        file.write(f"begin {schedule.id}\\n")
    while not gate.exists():
        time.sleep(0.02)
    with told.open("a") as file:
        file.write(f"end {schedule.id}\\n")
    return Result(RunOutcome.DONE, Message("schedule_healthy"))

runner = Runner(
    application.schedules, dict.fromkeys(ScheduleKind, job), application.store, application.audit,
    data_dir=application.settings.data_dir, lease_seconds=given["lease"], limit_seconds=600,
)
runner.start()
print("ready", flush=True)
sys.stdin.read()  # until the test closes it
runner.stop()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(params=["embedded", "elasticsearch"])
def application(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Application]:
    settings: dict[str, str] = {}
    if request.param == "elasticsearch":
        prefix = f"test-{uuid.uuid4().hex[:8]}"
        settings = {"elasticsearch_url": request.getfixturevalue("elasticsearch_url"), "index_prefix": prefix}
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:64", **settings))
    application.store.prepare(application.embedder.fingerprint)
    yield application
    application.store.drop()


@pytest.fixture
def start(application: Application, tmp_path: Path) -> Iterator[Start]:
    """Starts a process that runs what is due; with ``apart`` on a data folder of its own, as another machine's."""
    processes: list[subprocess.Popen[str]] = []

    def start(apart: str = "data", lease: float = 1.0) -> subprocess.Popen[str]:
        settings = application.settings
        given = {
            "settings": {
                "data_dir": str(tmp_path / apart), "embedding_model": "hashed:64",
                "elasticsearch_url": settings.elasticsearch_url, "index_prefix": settings.index_prefix,
            },
            "told": str(tmp_path / "told"), "gate": str(tmp_path / "gate"), "lease": lease,
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, json.dumps(given)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        processes.append(process)
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def told(folder: Path) -> list[str]:
    file = folder / "told"
    return file.read_text().splitlines() if file.exists() else []


def test_of_two_processes_one_runs_each_schedule_once(application: Application, start: Start, tmp_path: Path) -> None:
    first, second = start(), start()
    ids = [application.schedules.add(Wanted(ScheduleKind.FOLDER, f"/srv/{n}", Every.DAY), "ada").id for n in range(4)]
    (tmp_path / "gate").touch()
    eventually(lambda: all(one.last for one in application.schedules.all()))
    for process in (first, second):
        process.communicate()
        assert process.returncode == 0
    lines = told(tmp_path)
    assert sorted(lines) == sorted(f"{what} {id_}" for what in ("begin", "end") for id_ in ids)
    # One at a time: after each beginning comes its own end.
    assert [line.split()[0] for line in lines] == ["begin", "end"] * 4
    assert [lines[n].split()[1] for n in range(0, 8, 2)] == [lines[n].split()[1] for n in range(1, 8, 2)]


@pytest.mark.parametrize("apart", ["data", "another-machine"])
def test_what_a_killed_process_had_in_hand_fails_and_others_go_on(
    application: Application, start: Start, tmp_path: Path, apart: str
) -> None:
    if apart != "data" and not application.settings.elasticsearch_url:
        pytest.skip("an embedded store is one machine's")
    book = application.schedules
    one = book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada")
    victim = start()
    eventually(lambda: told(tmp_path))
    other = start(apart)
    victim.kill()
    broken = eventually(lambda: book.get(one.id).last)
    assert broken.outcome is RunOutcome.FAILED and "schedule_broken_off" in broken.message
    after = book.get(one.id)
    assert not after.running and after.failures == 1 and after.next is not None and after.next > broken.ended
    (tmp_path / "gate").touch()
    book.call(one.id)
    eventually(lambda: book.get(one.id).failures == 0)
    other.communicate()
    assert told(tmp_path) == [f"begin {one.id}"] * 2 + [f"end {one.id}"]
    assert [run.outcome for run in book.runs(one.id)] == [RunOutcome.DONE, RunOutcome.FAILED]


def test_a_command_beside_a_server_is_refused_and_runs_when_it_is_done(
    application: Application, start: Start, tmp_path: Path
) -> None:
    from searchapp.errors import ConflictError

    book = application.schedules
    one = book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada")
    judged = tmp_path / "papers"
    judged.mkdir()
    mine = book.add(Wanted(ScheduleKind.FOLDER, str(judged), Every.DAY), "ada", at_once=False)
    process = start(lease=60)
    eventually(lambda: told(tmp_path))
    with pytest.raises(ConflictError):
        runner_of(application).run(mine.id)
    (tmp_path / "gate").touch()
    eventually(lambda: book.get(one.id).last)
    process.communicate()
    assert runner_of(application).run(mine.id).outcome is RunOutcome.DONE


def test_settings_bound_how_long_a_run_takes(tmp_path: Path) -> None:
    runner = runner_of(Application(Settings(data_dir=tmp_path, schedule_limit_minutes=1.5)))
    assert runner.supervision.limit_seconds == 90
