"""All that the operator's page shows at a glance, in one answer of bounded cost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from searchapp.audit import Outcome, Record, Wanted, What
from searchapp.doctor import diagnose
from searchapp.errors import SearchAppError
from searchapp.findings import Finding, Severity
from searchapp.messages import reader_language
from searchapp.model import DocumentState
from searchapp.model.json import MessageText, Moment
from searchapp.operations.actions import Action
from searchapp.operations.looking import Lane, Part
from searchapp.operations.overview import Overview, Queue, overview, queue_of, retrying
from searchapp.operations.tasks import Task, Tasks, TaskState
from searchapp.redaction import redacted, redactor
from searchapp.schedules import Schedule
from searchapp.stores import EntryOrder
from searchapp.wiring import Application

SOON, SLOWER, SELDOM, DOCTOR = 1.5, 10.0, 60.0, 300.0
"""Seconds after which parts are looked at anew: what the registry knows, what the cluster tells, what a repository has
in it, and what the doctor needs seconds for."""

PATIENCE = 1.5
"""Seconds that an answer waits for what is looked at; what is not there by then is in one of the next."""

RECORDS = 10
"""Of the audit log that are shown."""

TASKS = 5


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the index lies: of several nodes the fullest."""

    free: int
    """Bytes."""
    total: int


@dataclass(frozen=True, slots=True)
class Service:
    """Something that searches or answers need."""

    name: str
    """`embedding_model` or `language_model`."""
    model: str
    problem: MessageText = ""
    """Why it does not work; empty where it does."""


@dataclass(frozen=True, slots=True)
class SnapshotsTaken:
    """What the repository has."""

    number: int
    """Whole ones."""
    latest: Moment | None
    documents: int | None
    drilled: Moment | None
    """When one was tried last (`es snapshot drill`), as the audit log has it."""
    passed: bool
    """Whether that would have brought everything back."""


@dataclass(frozen=True, slots=True)
class Want:
    """Something that wants an operator."""

    severity: Severity
    about: str
    """The check of the doctor that found it, or the part of this answer that could not be looked at."""
    message: MessageText


@dataclass(frozen=True, slots=True)
class Board:
    """How the installation stands, at a glance. A part that could not be looked at yet is null or empty."""

    behind: Moment | None
    """Since when some of it was not looked at; null where all is of now."""
    wants: tuple[Want, ...]
    """What an operator should look at, the worst first; empty where all is well."""
    examined: Moment | None
    """When the doctor looked; null before it did."""
    overview: Overview | None
    disk: Disk | None
    services: tuple[Service, ...]
    waiting: Moment | None
    """Since when the oldest document waits."""
    schedules: tuple[Schedule, ...]
    snapshots: SnapshotsTaken | None
    """Null without a repository (SEARCHAPP_SNAPSHOT_REPOSITORY)."""
    findings: tuple[Finding, ...]
    tasks: tuple[Task, ...]
    """The latest operations, the newest first."""
    records: tuple[Record, ...]
    """The latest of the audit log."""


class Boards:
    """Looks at one installation for everybody who watches it."""

    def __init__(self, application: Application, tasks: Tasks) -> None:
        self._application = application
        self._redact = redactor(application.settings)
        self._queue = Part("queue", lambda: _queue(application), SOON)
        self._schedules = Part("schedules", application.schedules.all, SOON)
        self._tasks = Part("tasks", tasks.all, SOON)
        self._records = Part("audit", lambda: application.audit.page(Wanted(), RECORDS).records, SOON)
        self._overview = Part("index", lambda: overview(application), SLOWER)
        self._disk = Part("disk", lambda: _disk(application), SLOWER)
        self._services = Part("services", lambda: _services(application), SLOWER)
        self._snapshots = Part("snapshots", lambda: _snapshots(application), SELDOM)
        self._changing = (self._overview, self._snapshots)
        self._lane = Lane(
            (
                self._tasks,
                self._queue,
                self._schedules,
                self._records,
                self._overview,
                self._disk,
                self._services,
                self._snapshots,
            )
        )
        self._doctors = {language: Lane((Part("doctor", self._examine, DOCTOR),)) for language in ("en", "zh")}
        self._ended: Hashable = None
        self._state: Hashable = None

    def board(self) -> Board:
        """What is known by now, for the reader of this thread. Raises nothing: what is wrong stands in it."""
        language = reader_language()
        self._lane.look(language, PATIENCE)
        self._expire()
        doctor = self._doctors[language]
        doctor.look(language, 0)
        return self._told(doctor.parts[0])

    def examined(self, findings: tuple[Finding, ...]) -> None:
        """The doctor has been asked by somebody."""
        self._doctors[reader_language()].parts[0].put(findings)

    def changed(self) -> None:
        """Somebody changed something: all but the doctor's findings is looked at anew."""
        for part in self._lane.parts:
            part.expire()

    def _expire(self) -> None:
        """What an operation that ended may have changed is looked at anew, and so is what the doctor looked at."""
        ended = tuple(task.id for task in self._tasks.value or () if task.state is not TaskState.RUNNING)
        if self._ended is not None and ended != self._ended:
            for part in self._changing:
                part.expire()
        self._ended = ended
        stands, queue = self._overview.value, self._queue.value
        state = (
            ended,
            stands and (stands.health, stands.fault, stands.pending, stands.matches),
            queue and queue[0].paused is not None,
            tuple((one.id, one.paused, one.last and one.last.ended) for one in self._schedules.value or ()),
        )
        if state != self._state:
            self._state = state
            for lane in self._doctors.values():
                lane.parts[0].expire()

    def _examine(self) -> tuple[Finding, ...]:
        found = diagnose(self._application, quick=True)
        return tuple(
            dataclasses.replace(one, message=self._redact(one.message), remedy=self._redact(one.remedy))
            for one in found
        )

    def _told(self, doctor: Part[Any]) -> Board:
        queue, waiting = self._queue.value or (None, None)
        stands = self._overview.value
        if stands is not None and queue is not None:
            kept = tuple(action for action in stands.actions if action is not Action.RETRY)
            stands = dataclasses.replace(stands, queue=queue, actions=(*kept, *retrying(queue)))
        behind = [part.seen for part in self._lane.parts if part.is_behind and part.seen is not None]
        return Board(
            behind=min(behind, default=None),
            wants=self._wants(doctor),
            examined=doctor.seen,
            overview=stands,
            disk=self._disk.value,
            services=self._services.value or (),
            waiting=waiting,
            schedules=self._schedules.value or (),
            snapshots=self._snapshots.value,
            findings=doctor.value or (),
            tasks=(self._tasks.value or ())[:TASKS],
            records=self._records.value or (),
        )

    def _wants(self, doctor: Part[Any]) -> tuple[Want, ...]:
        """Each sentence once: a server that is away keeps several parts from being looked at."""
        wants: dict[str, Want] = {}
        for part in (*self._lane.parts, doctor):
            if part.problem is not None:
                sentence = redacted(part.problem, self._redact)
                wants.setdefault(sentence.text(), Want(Severity.ERROR, part.name, sentence.encoded()))
        for one in doctor.value or ():
            if one.severity in (Severity.ERROR, Severity.WARNING):
                wants.setdefault(one.message, Want(one.severity, one.check, one.message))
        return tuple(sorted(wants.values(), key=lambda want: want.severity is not Severity.ERROR))


def _queue(application: Application) -> tuple[Queue, dt.datetime | None]:
    queue = queue_of(application)
    waits = queue.states.get(DocumentState.QUEUED, 0) > 0
    oldest = (
        application.store.entries(states=[DocumentState.QUEUED], size=1, order=EntryOrder.OLDEST) if waits else None
    )
    return queue, next((one.updated for one in oldest.entries), None) if oldest else None


def _disk(application: Application) -> Disk:
    if application.settings.elasticsearch_url:
        from searchapp.cluster.status import fullest_disk

        return Disk(*fullest_disk(application))
    folder = application.settings.data_dir.absolute()
    usage = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
    return Disk(usage.free, usage.total)


def _services(application: Application) -> tuple[Service, ...]:
    settings = application.settings
    return (
        Service("embedding_model", settings.embedding_model, _problem(application.check_model)),
        Service("language_model", settings.language_model.name, _problem(application.check_language_model)),
    )


def _problem(check: Callable[[], object]) -> str:
    try:
        check()
    except SearchAppError as error:
        return error.sentence.encoded()
    return ""


def _snapshots(application: Application) -> SnapshotsTaken | None:
    settings = application.settings
    if not (settings.elasticsearch_url and settings.snapshot_repository):
        return None
    from searchapp.cluster.snapshots import seen

    whole = [one for one in seen(application) if one.state == "SUCCESS"]
    drills = application.audit.page(Wanted(what=(What.ES_SNAPSHOT_DRILLED,)), RECORDS).records
    last = next((one for one in drills if one.outcome in (Outcome.DONE, Outcome.FAILED)), None)
    return SnapshotsTaken(
        number=len(whole),
        latest=whole[0].started if whole else None,
        documents=whole[0].documents if whole else None,
        drilled=dt.datetime.fromisoformat(last.when) if last else None,
        passed=last is not None and last.outcome is Outcome.DONE and last.details.get("passed") is not False,
    )
