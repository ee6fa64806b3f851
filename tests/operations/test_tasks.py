"""Operations in the background: one at a time, stopped when asked, remembered afterwards."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from searchapp.errors import ConflictError, NotFoundError, StorageError
from searchapp.messages import Message, read_in, shown
from searchapp.model.json import to_json
from searchapp.operations import Tasks, TaskState
from searchapp.progress import Progress

WAIT = 30.0


@pytest.fixture
def tasks(tmp_path: Path) -> Tasks:
    return Tasks(tmp_path)


class Gate:
    """Work that tells one step, then waits until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self, tell: Progress) -> Message:
        tell("copying", 3, 10)
        self.begun.set()
        self.open.wait(WAIT)
        tell("copying", 4, 10)
        return Message("documents_queued_again", documents=7)


def test_what_runs_is_told_and_what_came_of_it_is_remembered(tasks: Tasks, tmp_path: Path) -> None:
    gate = Gate()
    started = tasks.start("reindex", "ada", gate)
    assert gate.begun.wait(WAIT)
    now = tasks.task(started.id)
    assert (now.state, now.step, now.done, now.total) == (TaskState.RUNNING, "copying", 3, 10)
    gate.open.set()
    assert tasks.wait(WAIT)
    for later in (tasks, Tasks(tmp_path)):  # another server too
        (ended,) = later.all()
        assert (ended.id, ended.state, ended.by) == (started.id, TaskState.DONE, "ada")
        assert to_json(ended)["message"] == "7 documents are queued again."
        with read_in("zh"):
            assert to_json(ended)["message"] == "已将 7 个文档重新排队。"
        assert ended.ended is not None


def test_two_at_once_are_refused_in_any_server(tasks: Tasks, tmp_path: Path) -> None:
    gate = Gate()
    tasks.start("reindex", "ada", gate)
    assert gate.begun.wait(WAIT)
    other = Tasks(tmp_path)
    for busy in (tasks, other):
        with pytest.raises(ConflictError, match="under way"):
            busy.start("rollback", "bob", gate)
    assert other.all()[0].state is TaskState.RUNNING
    gate.open.set()
    assert tasks.wait(WAIT)
    other.start("rollback", "bob", lambda tell: Message("no_unfinished_version"))
    assert other.wait(WAIT)
    assert [one.action for one in tasks.all()] == ["rollback", "reindex"]


def test_a_task_stops_at_its_next_step(tasks: Tasks) -> None:
    gate = Gate()
    task = tasks.start("reindex", "ada", gate)
    assert gate.begun.wait(WAIT)
    assert tasks.stop(task.id).stopping
    gate.open.set()
    assert tasks.wait(WAIT)
    stopped = tasks.task(task.id)
    assert stopped.state is TaskState.STOPPED and shown(stopped.message).startswith("Stopped; nothing was switched.")
    with pytest.raises(ConflictError, match="has ended already"):
        tasks.stop(task.id)
    with pytest.raises(NotFoundError):
        tasks.stop("nothing")


def test_failures_are_sentences_without_secrets(tmp_path: Path) -> None:
    tasks = Tasks(tmp_path, lambda text: text.replace("hunter2", "[hidden]"))

    def refused(tell: Progress) -> Message:
        raise StorageError("private_file_unusable", holds="Notes", path=Path("/notes"), why="no room (hunter2)")

    def broken(tell: Progress) -> Message:
        raise RuntimeError("hunter2")

    for work in (refused, broken):
        tasks.start("reindex", "ada", work)
        assert tasks.wait(WAIT)
    unexpected, known = tasks.all()
    assert known.state is TaskState.FAILED
    assert shown(known.message) == "Notes in /notes cannot be read or written: no room ([hidden])."
    assert shown(known.remedy).startswith("Check that the disk has space") and "hunter2" not in str(known)
    assert unexpected.state is TaskState.FAILED and "hunter2" not in str(unexpected)


def test_a_server_that_ended_in_the_middle_leaves_an_interrupted_task(tasks: Tasks, tmp_path: Path) -> None:
    gate = Gate()
    tasks.start("reindex", "ada", gate)
    assert gate.begun.wait(WAIT)
    left = (tmp_path / "operations.json").read_bytes()
    gate.open.set()
    assert tasks.wait(WAIT)
    (tmp_path / "operations.json").write_bytes(left)  # as the file stands when the process is killed
    assert Tasks(tmp_path).all()[0].state is TaskState.INTERRUPTED
    (tmp_path / "operations.json").write_text("{")
    assert Tasks(tmp_path).all() == ()
