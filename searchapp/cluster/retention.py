"""Which snapshots are no longer needed: the newest of each of the last days, weeks and months stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from searchapp.schedules import Keep

__all__ = ["Keep", "superfluous"]

SUCCESS, IN_PROGRESS = "SUCCESS", "IN_PROGRESS"


def superfluous(snapshots: Sequence[tuple[str, str, dt.datetime]], keep: Keep) -> tuple[str, ...]:
    """The names that may go, the newest first, of snapshots given as name, state and time in UTC.

    Of each of the last days that have a whole snapshot, the newest of the day stays; weeks (of ISO 8601) and months
    alike. The newest whole one stays whatever is asked, and so does one that is being taken. One that is not whole
    keeps no day, and goes once a whole one is newer.
    """
    newest_first = sorted(snapshots, key=lambda one: (one[2], one[0]), reverse=True)
    whole = [(name, started) for name, state, started in newest_first if state == SUCCESS]
    kept = {name for name, _ in whole[:1]}
    periods: Sequence[tuple[int, Callable[[dt.datetime], object]]] = (
        (keep.daily, lambda moment: moment.date()),
        (keep.weekly, lambda moment: moment.isocalendar()[:2]),
        (keep.monthly, lambda moment: (moment.year, moment.month)),
    )
    for count, period in periods:
        seen: set[object] = set()
        for name, started in whole:
            key = period(started)
            if key not in seen and len(seen) < count:
                seen.add(key)
                kept.add(name)
    latest = whole[0][1] if whole else None
    return tuple(
        name
        for name, state, started in newest_first
        if name not in kept and state != IN_PROGRESS and (state == SUCCESS or (latest is not None and started < latest))
    )
