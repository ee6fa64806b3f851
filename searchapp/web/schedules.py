"""What is done again and again, for operators: folders and sites read, snapshots, checks."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from pydantic import Field

from searchapp import limits
from searchapp.access import read_groups
from searchapp.audit import note
from searchapp.errors import ConflictError, NotFoundError, SourceError, StorageError, UsageError
from searchapp.schedules import (
    Every,
    Keep,
    Run,
    Schedule,
    ScheduleKind,
    TimeOfDay,
    Wanted,
    Weekday,
    kind_of,
    read_wanted,
)
from searchapp.schedules.schedule import CLUSTERED
from searchapp.schedules.time_of_day import LONGEST_ZONE
from searchapp.web.identity import caller
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Body, Groups

if TYPE_CHECKING:
    from searchapp.wiring import Application

LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class NewKeep(Body):
    """Which snapshots of a schedule stay: the newest of each of so many days, weeks and months. All 0: every one."""

    daily: int = Field(default=0, ge=0, le=limits.SNAPSHOTS_KEPT)
    weekly: int = Field(default=0, ge=0, le=limits.SNAPSHOTS_KEPT)
    monthly: int = Field(default=0, ge=0, le=limits.SNAPSHOTS_KEPT)


class NewTimeOfDay(Body):
    """At what time of the day."""

    time: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    """HH:MM, from 00:00 to 23:59."""
    on: Weekday | None = None
    """The day, where it is done every week; null: the next that comes."""
    zone: str = Field("", max_length=LONGEST_ZONE)
    """Whose clocks, by a name of the IANA database (`Europe/Berlin`); empty: those of the machine that runs it."""


class NewSchedule(Body):
    """Something to do again and again."""

    kind: ScheduleKind | None = None
    """What is done; null: the folder or site that `target` names is read."""
    target: str = Field("", max_length=limits.ADDRESS_CHARACTERS)
    """A folder of the server by its path, or a web address; of `judged` the file of judged queries, or `thumbs`."""
    depth: int = Field(0, ge=0, le=limits.SITE_DEPTH)
    """How many links deep its site is read."""
    every: Every = Every.DAY
    at: NewTimeOfDay | None = None
    """At what time of the day, for what is done every day or week; null: a whole day or week after the last time."""
    at_once: bool | None = None
    """Whether it is done now too, and not only at its first time; null: where it has no time of the day."""
    groups: Groups = Field(default=[])
    """Who may read what is found there; empty: everybody, and what is there already stays with whom it is."""
    keep: NewKeep = NewKeep()
    """Of `snapshot`: which stay."""
    least: float = Field(0.0, ge=0, le=1)
    """Of `judged`: the nDCG@10 below which it warns."""


class ScheduleChange(Body):
    """What is to be different."""

    every: Every | None = None
    """How often; null: as before."""
    at: NewTimeOfDay | None = None
    """At what time of the day from now on; null: as before."""
    at_any_time: bool = False
    """`true`: at none, but a whole day or week after the last time."""
    paused: bool | None = None
    """`true` pauses it, `false` lets it go on; null: as before."""


@dataclass(frozen=True, slots=True)
class Schedules:
    """What is scheduled."""

    schedules: tuple[Schedule, ...]
    folders: tuple[str, ...]
    """The folders of the server that may be followed, with what lies in them (SEARCHAPP_FOLLOWED_FOLDERS)."""
    kinds: tuple[ScheduleKind, ...]
    """What can be scheduled here: snapshots and a check for drift are for Elasticsearch."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The latest runs of a schedule, the newest first."""

    runs: tuple[Run, ...]


def blueprint(application: Application) -> Blueprint:
    """``/api/schedules``; each route takes the scope ``operate``."""
    routes = Blueprint("schedules", __name__, url_prefix="/api/schedules")
    settings, allowed = application.settings, application.settings.followed_folders
    book = application.schedules

    @routes.get("", endpoint="all")
    @operation("List what is scheduled", errors=(StorageError, *STORE))
    def every() -> Schedules:
        kinds = tuple(kind for kind in ScheduleKind if settings.elasticsearch_url or kind not in CLUSTERED)
        return Schedules(book.all(), tuple(map(str, allowed)), kinds)

    @routes.post("", endpoint="add")
    @operation(
        "Schedule something",
        status=HTTPStatus.CREATED,
        headers={"Location": "The address of the list."},
        errors=(UsageError, SourceError, ConflictError, StorageError, *STORE, LARGE),
    )
    def add(body: NewSchedule) -> tuple[Schedule, HTTPStatus, dict[str, str]]:
        """It is done every hour, day or week. Of a folder or site what is new or changed is read, what is gone is
        removed. A folder or file of the server must lie in a folder that SEARCHAPP_FOLLOWED_FOLDERS names.
        """
        target = body.target.strip()
        asked = Wanted(
            body.kind or kind_of(target),
            target,
            body.every,
            depth=body.depth,
            groups=read_groups(body.groups),
            keep=Keep(body.keep.daily, body.keep.weekly, body.keep.monthly),
            least=body.least,
            at=_time_of(body.at),
        )
        schedule = book.add(read_wanted(asked, settings, allowed), caller().name, at_once=body.at_once)
        note_schedule(schedule)
        note(every=body.every, depth=body.depth)
        return schedule, HTTPStatus.CREATED, {"Location": url_for("schedules.all")}

    @routes.patch("/<schedule_id>", endpoint="change")
    @operation("Change or pause a schedule", errors=(UsageError, NotFoundError, StorageError, *STORE, LARGE))
    def change(body: ScheduleChange, schedule_id: str) -> Schedule:
        note_schedule(book.get(schedule_id))
        note(every=body.every, at=body.at and body.at.time, paused=body.paused)
        at, any_time = _time_of(body.at), body.at_any_time
        return book.change(schedule_id, every=body.every, paused=body.paused, at=at, at_any_time=any_time)

    @routes.get("/<schedule_id>/runs", endpoint="runs")
    @operation("List the runs of a schedule", errors=(NotFoundError, StorageError, *STORE))
    def runs(schedule_id: str) -> Runs:
        """The latest twenty."""
        return Runs(book.runs(schedule_id))

    @routes.post("/<schedule_id>/run", endpoint="run")
    @operation("Run a schedule now", status=HTTPStatus.ACCEPTED, errors=(NotFoundError, StorageError, *STORE))
    def run(schedule_id: str) -> tuple[Schedule, HTTPStatus]:
        """Within seconds, or when what runs at the moment is done; a paused one too, this once."""
        note_schedule(book.get(schedule_id))
        return book.call(schedule_id), HTTPStatus.ACCEPTED

    @routes.delete("/<schedule_id>", endpoint="remove")
    @operation("Remove a schedule", status=HTTPStatus.NO_CONTENT, errors=(NotFoundError, StorageError, *STORE))
    def remove(schedule_id: str) -> tuple[str, HTTPStatus]:
        """What it brought stays; a run of it under way ends soon."""
        note_schedule(book.get(schedule_id))
        book.remove(schedule_id)
        return "", HTTPStatus.NO_CONTENT

    return routes


def _time_of(asked: NewTimeOfDay | None) -> TimeOfDay | None:
    return TimeOfDay(asked.time, asked.on, asked.zone.strip()) if asked else None


def note_schedule(schedule: Schedule) -> None:
    """Say in the audit log which it is."""
    note(f"{schedule.id} {schedule.name}", groups=schedule.groups)
