"""The operator's routes: how the installation stands, and what can be started, followed and stopped."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from pydantic import Field

from searchapp.audit import What, note
from searchapp.doctor import Difference, Examinations, History, examine
from searchapp.errors import ConflictError, ModelUnavailableError, NotFoundError, StorageError, UsageError
from searchapp.findings import Finding
from searchapp.operations import (
    Action,
    Board,
    Boards,
    Overview,
    Queue,
    Task,
    Tasks,
    overview,
    pause,
    queue_of,
    resume,
    start,
)
from searchapp.redaction import redactor
from searchapp.web.identity import SAFE_METHODS, caller
from searchapp.web.jobs import Jobs
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Body, Name, Query

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)


class FindingsQuery(Query):
    """How thoroughly to look."""

    quick: bool = True
    """Leave out what reads every document."""


class Pausing(Body):
    """Whether the queue is held still."""

    paused: bool
    """`true` pauses it, `false` lets it go on; what it is already stays as it is."""


FASTEST_COPY = 1_000_000


class Start(Body):
    """What to begin."""

    action: Action
    """`reindex` builds the next version of the index and switches to it, `rollback` switches back, `discard` removes a
    build that was left unfinished, `retry` queues again what failed, `snapshot` takes one, `drill` tries the latest."""
    model: Name = ""
    """For `reindex`: the model of the next version, as PROVIDER:MODEL. Empty: the configured one."""
    throttle: int = Field(0, ge=0, le=FASTEST_COPY)
    """For `reindex`: most chunks a second, to spare the machine; 0: as many as it can."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the doctor found."""

    findings: tuple[Finding, ...]
    changed: Difference
    """What of its errors and warnings is new, and what is gone, since the examination before."""


@dataclass(frozen=True, slots=True)
class TaskList:
    """The latest operations, the newest first."""

    tasks: tuple[Task, ...]


def blueprint(application: Application, jobs: Jobs) -> Blueprint:
    """All routes below ``/api/operations``; each takes the scope ``operate``."""
    routes = Blueprint("operations", __name__, url_prefix="/api/operations")
    redact = redactor(application.settings)
    running = Tasks(application.settings.data_dir, redact)
    boards = Boards(application, running)

    @routes.after_request
    def look_again(response: Response) -> Response:
        if request.method not in SAFE_METHODS:
            boards.changed()
        return response

    @routes.get("/board", endpoint="board")
    @operation("All that an operator looks at, at a glance", conditional=True)
    def board() -> Board:
        """Made to be asked again and again: the store is looked at once for everybody who asks, some parts every second
        or two, others less often, and the doctor when something has changed or after five minutes. With If-None-Match
        nothing is sent where nothing has changed. It answers also while the store is away.
        """
        return boards.board()

    @routes.get("", endpoint="overview")
    @operation("How the installation stands", errors=(ModelUnavailableError, StorageError, *STORE))
    def stands() -> Overview:
        return overview(application)

    @routes.get("/findings")
    @operation("What the doctor finds", errors=(UsageError,))
    def findings(query: FindingsQuery) -> Findings:
        """What `searchapp doctor` says, each finding with the command or setting that fixes it. It takes seconds."""
        made = examine(application, quick=query.quick)
        found = tuple(
            dataclasses.replace(one, message=redact(one.message), remedy=redact(one.remedy)) for one in made.findings
        )
        boards.examined(found)
        return Findings(found, made.changed)

    @routes.get("/findings/history", endpoint="history")
    @operation("What the doctor found before")
    def history() -> Examinations:
        """Errors and warnings of the latest examination, each since when, and what earlier ones found new or gone.
        Nothing is looked at.
        """
        return History(application.settings).read()

    @routes.put("/queue", endpoint="queue")
    @operation(
        "Pause or resume the queue",
        errors=(UsageError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def queue(body: Pausing) -> Queue:
        """Paused, workers and servers finish the batches that they have in hand, and begin nothing new until the queue
        is resumed, also after a restart of theirs or of Redis. What a command ingests itself is read all the same.
        """
        note(what=What.QUEUE_PAUSED if body.paused else What.QUEUE_RESUMED)
        if body.paused:
            pause(application.store, caller().name)
        else:
            resume(application.store)
        log.info("%s %s the queue.", caller().name, "paused" if body.paused else "resumed")
        return queue_of(application)

    @routes.get("/tasks")
    @operation("List operations")
    def tasks() -> TaskList:
        """The latest twenty, also those of an earlier server."""
        return TaskList(running.all())

    @routes.post("/tasks", endpoint="start")
    @operation(
        "Begin an operation",
        status=HTTPStatus.ACCEPTED,
        headers={"Location": "The address of the operation."},
        errors=(UsageError, ConflictError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def begin(body: Start) -> tuple[Task, HTTPStatus, dict[str, str]]:
        """It runs in the background: follow it by its id. One runs at a time; a second is refused."""
        task = start(
            application,
            running,
            body.action,
            caller().name,
            jobs.submit,
            model=body.model,
            throttle=body.throttle or None,
        )
        return task, HTTPStatus.ACCEPTED, {"Location": url_for("operations.task", task_id=task.id)}

    @routes.get("/tasks/<task_id>")
    @operation("Follow an operation", errors=(NotFoundError,))
    def task(task_id: str) -> Task:
        return running.task(task_id)

    @routes.delete("/tasks/<task_id>")
    @operation("Stop an operation", status=HTTPStatus.ACCEPTED, errors=(NotFoundError, ConflictError, StorageError))
    def stop(task_id: str) -> tuple[Task, HTTPStatus]:
        """It ends at its next step. What a reindex has built stays: started again, it goes on there."""
        return running.stop(task_id), HTTPStatus.ACCEPTED

    return routes
