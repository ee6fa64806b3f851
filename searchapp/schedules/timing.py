"""When a schedule is due: by the clock of whoever looks, which may jump."""

from __future__ import annotations

import dataclasses
import datetime as dt

from searchapp.schedules.schedule import Run, RunOutcome, Schedule

FIRST_RETRY = dt.timedelta(minutes=5)
"""What failed is tried again after so long, then after twice as long each time; never later than its own time."""

SLACK = dt.timedelta(minutes=1)
"""By so much the clocks of several machines may differ without being said to have jumped."""

LONGER_DAY = dt.timedelta(hours=1)
"""By so much the day is longer on which clocks are put back."""


def is_due(schedule: Schedule, now: dt.datetime) -> bool:
    """Whether its time has come, or somebody called for it; a paused one only runs when it is called for."""
    return schedule.called or (not schedule.paused and schedule.due <= now)


def overdue(schedule: Schedule, now: dt.datetime) -> dt.timedelta:
    """For how long it has been due and not begun."""
    waits = not schedule.paused and schedule.due < now
    return now - schedule.due if waits else dt.timedelta()


def next_time(schedule: Schedule, now: dt.datetime) -> dt.datetime:
    """Its first time after ``now``: the time of the day that it has, or a whole time from now."""
    return now + schedule.every.time if schedule.at is None else schedule.at.following(now)


def after(schedule: Schedule, run: Run, now: dt.datetime, took: dt.timedelta) -> Schedule:
    """The schedule as it stands after a run that ``took`` so long and ended ``now``.

    What was missed meanwhile is made up for once: of several times that have passed one is left. The time that it took
    is measured, so that a clock that jumped during the run moves nothing.
    """
    failures = schedule.failures + 1 if run.outcome is RunOutcome.FAILED else 0
    due = now + schedule.every.time - took if schedule.at is None else schedule.at.following(_since(schedule, now))
    if failures:
        retried = now + _retry(failures, schedule.every.time)
        due = retried if schedule.at is None else min(due, retried)
    return dataclasses.replace(schedule, due=max(due, now), called=False, failures=failures, last=run)


def _since(schedule: Schedule, now: dt.datetime) -> dt.datetime:
    """From when the next time of the day counts. The clock of another machine may be behind the one that began it; a
    run that somebody called for long before its time takes no other's place.
    """
    return max(now, schedule.due) if schedule.due <= now + SLACK else now


def after_jump(schedule: Schedule, now: dt.datetime) -> Schedule:
    """The schedule for a clock that went back: due no later than one whole time from ``now``, and else as it was."""
    latest = now + schedule.every.time + (LONGER_DAY if schedule.at else dt.timedelta())
    return dataclasses.replace(schedule, due=next_time(schedule, now)) if schedule.due > latest + SLACK else schedule


def _retry(failures: int, every: dt.timedelta) -> dt.timedelta:
    # 2**12 times five minutes is more than the longest time.
    return min(every, FIRST_RETRY * (1 << min(failures - 1, 12)))
