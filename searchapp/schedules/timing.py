"""When a schedule is due: by the clock of whoever looks, which may jump."""

from __future__ import annotations

import dataclasses
import datetime as dt

from searchapp.schedules.schedule import Run, RunOutcome, Schedule

FIRST_RETRY = dt.timedelta(minutes=5)
"""What failed is tried again after so long, then after twice as long each time; never later than its own time."""

SLACK = dt.timedelta(minutes=1)
"""By so much the clocks of several machines may differ without being said to have jumped."""


def is_due(schedule: Schedule, now: dt.datetime) -> bool:
    """Whether its time has come, or somebody called for it; a paused one only runs when it is called for."""
    return schedule.called or (not schedule.paused and schedule.due <= now)


def overdue(schedule: Schedule, now: dt.datetime) -> dt.timedelta:
    """For how long it has been due and not begun."""
    waits = not schedule.paused and schedule.due < now
    return now - schedule.due if waits else dt.timedelta()


def after(schedule: Schedule, run: Run, now: dt.datetime, took: dt.timedelta) -> Schedule:
    """The schedule as it stands after a run that ``took`` so long and ended ``now``.

    What was missed meanwhile is made up for once: of several times that have passed one is left. The time that it took
    is measured, so that a clock that jumped during the run moves nothing.
    """
    failures = schedule.failures + 1 if run.outcome is RunOutcome.FAILED else 0
    wait = _retry(failures, schedule.every.time) if failures else schedule.every.time - took
    return dataclasses.replace(schedule, due=now + max(wait, dt.timedelta()), called=False, failures=failures, last=run)


def after_jump(schedule: Schedule, now: dt.datetime) -> Schedule:
    """The schedule for a clock that went back: due no later than one whole time from ``now``, and else as it was."""
    latest = now + schedule.every.time
    return dataclasses.replace(schedule, due=latest) if schedule.due > latest + SLACK else schedule


def _retry(failures: int, every: dt.timedelta) -> dt.timedelta:
    # 2**12 times five minutes is more than the longest time.
    return min(every, FIRST_RETRY * (1 << min(failures - 1, 12)))
