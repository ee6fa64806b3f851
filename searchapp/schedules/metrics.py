"""What a monitor should know of schedules, as Prometheus metrics."""

from __future__ import annotations

import datetime as dt
from collections import Counter as Tally
from collections.abc import Collection

from prometheus_client import Counter, Gauge

from searchapp.schedules.schedule import RunOutcome, Schedule
from searchapp.schedules.timing import overdue

RUNS = Counter(
    "searchapp_schedule_runs", "Runs of schedules in this process, by kind and outcome.", ["kind", "outcome"]
)
SCHEDULES = Gauge("searchapp_schedules", "Schedules that are not paused, by how their last run ended.", ["outcome"])
OVERDUE = Gauge("searchapp_schedules_overdue_seconds", "For how long the schedule that has waited longest is due.")
NEVER = "never"


def show(schedules: Collection[Schedule], running: str, now: dt.datetime) -> None:
    """Set the gauges; what is paused bothers nobody, and ``running`` is the id of the one that runs, if any."""
    active = [one for one in schedules if not one.paused]
    tally = Tally(one.last.outcome.value if one.last else NEVER for one in active)
    for outcome in (*(one.value for one in RunOutcome), NEVER):
        SCHEDULES.labels(outcome).set(tally[outcome])
    OVERDUE.set(max((overdue(one, now) for one in active if one.id != running), default=dt.timedelta()).total_seconds())
