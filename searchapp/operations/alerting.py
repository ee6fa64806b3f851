"""What may be wrong enough to tell somebody: looked at by workers and the web process alike, and cheap to look at."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Iterator

from searchapp.alerts import Code, Condition, Look, Teller, Turn, webhooks_of
from searchapp.alerts.metrics import FREE_BYTES, QUEUE_SECONDS
from searchapp.doctor.checks import LITTLE
from searchapp.errors import SearchAppError
from searchapp.findings import Severity
from searchapp.ingest import RedisQueue
from searchapp.messages import Message, read_in
from searchapp.model import DocumentState
from searchapp.schedules import RunOutcome, Schedule, ScheduleKind
from searchapp.stores import EntryOrder
from searchapp.wiring import Application

Looker = Callable[[Application], Iterator[Condition]]

AWAY = "store-away"
"""The name of that turn in Redis."""

TURN_SECONDS = 300.0
"""After so long without a look of the one worker that tells that the store is away, another tells it."""


def teller_of(application: Application, *, serves: bool) -> Teller:
    """What tells of an application's troubles; ``serves``: in the process whose data folder counts."""
    settings = application.settings
    return Teller(
        lambda: look(application, serves=serves),
        application.alerts,
        webhooks_of(settings),
        data_dir=settings.data_dir,
        lease_seconds=settings.lease_seconds,
        turn=OfWorkers(application.queue) if application.queue is not None else None,
    )


def look(application: Application, *, serves: bool) -> Look:
    """What is wrong now; a code that could not be looked for is none of ``looked``."""
    found: list[Condition] = []
    looked: list[Code] = []
    with read_in(application.settings.webhook_language):
        try:
            application.store.check()
        except SearchAppError as away:
            sentence = Message("alert_store_away", reason=away.reason)
            return Look.at([Condition.of(Code.STORE_AWAY, Severity.ERROR, sentence)], [Code.STORE_AWAY])
        for codes, looker in _lookers(application, serves):
            try:
                found += looker(application)
            except SearchAppError:  # the key may not look, say; doctor tells
                continue
            looked += codes
    return Look.at(found, [Code.STORE_AWAY, *looked])


def _lookers(application: Application, serves: bool) -> Iterator[tuple[tuple[Code, ...], Looker]]:
    yield (Code.SCHEDULE_FAILS, Code.CLUSTER_DRIFTS, Code.QUALITY_LOW, Code.DOCTOR_WARNS), schedules
    yield (Code.QUEUE_SLOW,), queue
    if application.settings.elasticsearch_url:
        yield (Code.CLUSTER_RED,), _health
        yield (Code.INDEX_READ_ONLY,), _blocks
        yield (Code.DISK_LOW,), _disks
    if serves:
        yield (Code.DATA_FOLDER_LOW,), data_folder


def schedules(application: Application) -> Iterator[Condition]:
    """What the latest runs of schedules failed at, and what they found; a paused one bothers nobody."""
    for one in application.schedules.all():
        if one.paused or one.last is None or one.last.outcome is RunOutcome.DONE:
            continue
        if one.last.outcome is RunOutcome.FAILED:
            sentence = Message("alert_schedule_fails", id=one.id, kind=str(one.kind))
            yield Condition.of(Code.SCHEDULE_FAILS, Severity.ERROR, sentence, one.id)
        elif one.kind in _WARNINGS:
            yield _WARNINGS[one.kind](one)


def _drift(one: Schedule) -> Condition:
    changes = round(one.last.figures.get("changes", 0)) if one.last else 0
    sentence = Message("alert_cluster_drifts", n=changes)
    return Condition.of(Code.CLUSTER_DRIFTS, Severity.WARNING, sentence, one.id, str(changes))


def _quality(one: Schedule) -> Condition:
    reached = one.last.figures.get("ndcg@10", 0.0) if one.last else 0.0
    return Condition.of(
        Code.QUALITY_LOW, Severity.WARNING, Message("alert_quality_low", ndcg=reached, least=one.least), one.id
    )


def _doctor(one: Schedule) -> Condition:
    figures = one.last.figures if one.last else {}
    errors, warnings = round(figures.get("errors", 0)), round(figures.get("warnings", 0))
    sentence = Message("alert_doctor_warns", errors=errors, warnings=warnings)
    severity = Severity.ERROR if errors else Severity.WARNING
    return Condition.of(Code.DOCTOR_WARNS, severity, sentence, one.id, f"{errors} {warnings}")


_WARNINGS: dict[ScheduleKind, Callable[[Schedule], Condition]] = {
    ScheduleKind.DRIFT: _drift,
    ScheduleKind.JUDGED: _quality,
    ScheduleKind.DOCTOR: _doctor,
}


def queue(application: Application) -> Iterator[Condition]:
    """The oldest queued document; a paused queue makes nobody wait against somebody's will."""
    store, minutes = application.store, application.settings.queue_alert_minutes
    oldest = store.entries(states=[DocumentState.QUEUED], size=1, order=EntryOrder.OLDEST).entries
    since = (oldest[0].queued or oldest[0].updated) if oldest else None
    waits = (dt.datetime.now(dt.UTC) - since).total_seconds() if since else 0.0
    QUEUE_SECONDS.set(max(waits, 0.0))
    if waits > minutes * 60 and store.pause() is None:
        worker = "searchapp worker" if application.queue is not None else "searchapp serve"
        waiting = store.state_counts().get(DocumentState.QUEUED, 0)
        sentence = Message("alert_queue_slow", minutes=round(minutes), n=waiting, command=worker)
        yield Condition.of(Code.QUEUE_SLOW, Severity.WARNING, sentence)


def data_folder(application: Application) -> Iterator[Condition]:
    """The disk of the data folder."""
    folder = application.settings.data_dir.absolute()
    free = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free
    FREE_BYTES.set(free)
    if free < LITTLE:
        sentence = Message("alert_data_folder_low", free=free / 2**30)
        yield Condition.of(Code.DATA_FOLDER_LOW, Severity.WARNING, sentence)


def _disks(application: Application) -> Iterator[Condition]:
    from searchapp.cluster.checks.nodes import check_disk

    for finding in check_disk(application):
        if finding.severity in (Severity.WARNING, Severity.ERROR):
            yield Condition(
                Code.DISK_LOW, finding.severity, finding.message, finding.remedy, finding.subject, finding.code
            )


def _health(application: Application) -> Iterator[Condition]:
    from searchapp.cluster.checks.nodes import check_health

    for finding in check_health(application):
        if finding.code == Code.CLUSTER_RED:
            yield Condition(Code.CLUSTER_RED, finding.severity, finding.message, finding.remedy)


def _blocks(application: Application) -> Iterator[Condition]:
    from searchapp.cluster.checks.indices import check_blocks

    for finding in check_blocks(application):
        sentence = Message("alert_index_read_only", index=finding.subject or application.settings.index_prefix)
        yield Condition.of(Code.INDEX_READ_ONLY, Severity.ERROR, sentence, finding.subject, finding.code)


class OfWorkers(Turn):
    """The turn of one of those that share a Redis."""

    def __init__(self, queue: RedisQueue) -> None:
        self._queue, self._is_mine = queue, False

    def take(self) -> bool:
        """See ``Turn``; where Redis is away, too, each process tells."""
        try:
            if self._is_mine:
                self._queue.stay_first(AWAY, TURN_SECONDS)
            else:
                self._is_mine = self._queue.first_of(AWAY, TURN_SECONDS)
        except SearchAppError:
            return True
        return self._is_mine

    def give_back(self) -> None:
        """See ``Turn``."""
        if self._is_mine:
            with contextlib.suppress(SearchAppError):
                self._queue.end_first(AWAY)
        self._is_mine = False
