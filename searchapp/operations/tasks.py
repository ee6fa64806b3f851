"""Long operations in the background: one at a time, told while they run, and remembered when they are over."""

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

log = logging.getLogger(__name__)

REMEMBERED = 20
"""Tasks that are kept, the newest first."""

FILE, LOCK = "operations.json", ".operations.lock"

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known). Raises Stopped."""

Work = Callable[[Progress], str]
"""Does the work and returns one sentence on what came of it."""


class Stopped(Exception):  # noqa: N818  # no error: somebody asked for it
    """Whoever started a task wants it to end."""


class TaskState(StrEnum):
    """Where a task is. ``interrupted``: its server ended before it did."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Task:
    """One operation that was started. ``step`` with ``done`` of ``total`` is what it last told (``total`` 0: unknown).

    ``message`` is what came of it, or why it failed; ``remedy`` what to do then. Times are ISO 8601 in UTC.
    """

    id: str
    action: str
    by: str
    state: TaskState
    started: str
    ended: str | None = None
    step: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    remedy: str = ""
    stopping: bool = False


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
                raise _busy(f"The operation {self._running.action}")
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=0)
            except Timeout as busy:
                raise _busy("An operation of another server") from busy
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
                raise ConflictError(f"{ended.action} has ended already ({ended.state}).", "There is nothing to stop.")
            self._running = dataclasses.replace(running, stopping=True)
            return self._running

    def task(self, task_id: str) -> Task:
        """One task. Raises NotFoundError."""
        for one in self.all():
            if one.id == task_id:
                return one
        raise NotFoundError(f"There is no operation {task_id[:64]}.", "The page lists the latest ones.")

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
            return {"state": TaskState.DONE, "message": self._redact(work(self._tell))}
        except Stopped as stopped:
            return {"state": TaskState.STOPPED, "message": str(stopped)}
        except SearchAppError as error:
            return {
                "state": TaskState.FAILED,
                "message": self._redact(error.message),
                "remedy": self._redact(error.remedy),
            }
        except Exception:  # the thread's last door
            log.exception("An operation failed")
            return {
                "state": TaskState.FAILED,
                "message": "Something went wrong inside searchapp.",
                "remedy": "The server's log says what it was.",
            }

    def _tell(self, step: str, done: int, total: int) -> None:
        with self._change:
            if self._running is None:
                return
            if self._running.stopping:
                raise Stopped("Stopped; nothing was switched. Started again, it goes on where it stopped.")
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


def _busy(what: str) -> ConflictError:
    return ConflictError(f"{what} is under way; one runs at a time.", "Wait until it is done, or stop it.")


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
