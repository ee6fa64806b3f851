"""Long operations in the background: one at a time, shown while they run, and remembered when they are over."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from searchapp.errors import ConflictError, NotFoundError, SearchAppError
from searchapp.messages import Message
from searchapp.model.json import MessageText, MomentText
from searchapp.progress import Progress
from searchapp.redaction import redacted

log = logging.getLogger(__name__)

REMEMBERED = 20
"""Tasks that are kept, the newest first."""

FILE, LOCK = "operations.json", ".operations.lock"


Work = Callable[[Progress], Message]
"""Does the work and returns what came of it."""


class Stopped(Exception):  # noqa: N818  # no error: somebody asked for it
    """Somebody wants the task to end."""


class TaskState(StrEnum):
    """Where a task is. ``interrupted``: its server ended before it did."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Task:
    """One operation that was started."""

    id: str
    action: str
    by: str
    """Who started it."""
    state: TaskState
    """`interrupted`: the server ended before it did."""
    started: MomentText
    ended: MomentText | None = None
    step: str = ""
    """What it does at the moment."""
    done: int = 0
    total: int = 0
    """0 where it is not known."""
    message: MessageText = ""
    """What came of it, or why it failed."""
    remedy: MessageText = ""
    stopping: bool = False
    """It was asked to stop, and will at its next step."""


class Tasks:
    """The operations of one installation. Servers that share a data folder take turns."""

    def __init__(self, data_dir: Path, redact: Callable[[str], str] = str) -> None:
        self._file = data_dir / FILE
        self._lock = FileLock(data_dir / LOCK, thread_local=False)
        self._redact = redact
        self._change = threading.Condition()
        self._running: Task | None = None

    def start(self, action: str, by: str, work: Work) -> Task:
        """Begin ``work`` in the background. Raises ConflictError while another task runs, in any server."""
        with self._change:
            if self._running is not None:  # the lock below lets its own holder in again
                raise ConflictError("operation_runs", action=self._running.action)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout as busy:
                raise ConflictError("operation_of_another_server_runs") from busy
            task = Task(uuid.uuid4().hex[:16], action, by, TaskState.RUNNING, _now())
            self._running = task
            self._keep(task)
        threading.Thread(target=self._run, args=(work,), name=f"searchapp-{action}", daemon=True).start()
        return task

    def stop(self, task_id: str) -> Task:
        """Ask a running task to end at its next step. Raises NotFoundError, and ConflictError where it has ended."""
        with self._change:
            running = self._running
            if running is None or running.id != task_id:
                ended = self.task(task_id)
                raise ConflictError("operation_ended", action=ended.action, state=ended.state)
            self._running = dataclasses.replace(running, stopping=True)
            return self._running

    def task(self, task_id: str) -> Task:
        """One task. Raises NotFoundError."""
        for one in self.all():
            if one.id == task_id:
                return one
        raise NotFoundError("operation_missing", operation=task_id[:64])

    def all(self) -> tuple[Task, ...]:
        """The latest tasks, the newest first."""
        with self._change:
            kept = self._kept()
            running = self._running
        return tuple(running if running is not None and one.id == running.id else one for one in kept)

    def wait(self, seconds: float) -> bool:
        """Block until nothing runs here, for at most so long; returns whether that is so."""
        with self._change:
            return self._change.wait_for(lambda: self._running is None, seconds)

    def _run(self, work: Work) -> None:
        try:
            ended = self._outcome(work)
            with self._change:
                if self._running is not None:
                    self._keep(dataclasses.replace(self._running, ended=_now(), stopping=False, **ended))
        finally:
            with self._change:
                self._running = None
                self._lock.release()
                self._change.notify_all()

    def _outcome(self, work: Work) -> dict[str, Any]:
        try:
            return self._ended(TaskState.DONE, work(self._tell))
        except Stopped:
            return self._ended(TaskState.STOPPED, Message("operation_stopped"))
        except SearchAppError as error:
            return self._ended(TaskState.FAILED, error.sentence)
        except Exception:  # the thread's last door
            log.exception("An operation failed")
            return self._ended(TaskState.FAILED, Message("operation_crashed"))

    def _ended(self, state: TaskState, sentence: Message) -> dict[str, Any]:
        sentence = redacted(sentence, self._redact)
        return {"state": state, "message": sentence.encoded(), "remedy": sentence.remedy.encoded()}

    def _tell(self, step: str, done: int, total: int) -> None:
        with self._change:
            if self._running is None:
                return
            if self._running.stopping:
                raise Stopped
            self._running = dataclasses.replace(self._running, step=step, done=done, total=total)

    def _kept(self) -> list[Task]:
        try:
            kept = [Task(**one) for one in json.loads(self._file.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []  # none yet, or damaged: a memory aid, nothing that anything rests on
        return [dataclasses.replace(one, state=self._state(one)) for one in kept]

    def _state(self, one: Task) -> TaskState:
        state = TaskState(one.state)
        if state is not TaskState.RUNNING or (self._running is not None and self._running.id == one.id):
            return state
        return TaskState.RUNNING if self._held_elsewhere() else TaskState.INTERRUPTED

    def _held_elsewhere(self) -> bool:
        if self._running is not None:
            return False
        try:
            with self._lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def _keep(self, task: Task) -> None:
        others = [one for one in self._kept() if one.id != task.id]
        arriving = self._file.with_suffix(".arriving")
        try:
            arriving.write_text(json.dumps([dataclasses.asdict(one) for one in (task, *others)][:REMEMBERED]), "utf-8")
            arriving.replace(self._file)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._file, error)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
