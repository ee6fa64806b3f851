"""How often, and at what time of the day by the clocks of a place: 03:00 stays 03:00 when these are put forward."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from searchapp.errors import UsageError

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

LONGEST_ZONE = 64
"""Characters of a zone's name; the longest of the IANA database has 32."""


class Every(StrEnum):
    """How often."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def time(self) -> dt.timedelta:
        """From one beginning to the next."""
        return {
            Every.HOUR: dt.timedelta(hours=1),
            Every.DAY: dt.timedelta(days=1),
            Every.WEEK: dt.timedelta(weeks=1),
        }[self]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of every day, or of one day of every week."""

    time: str
    """HH:MM, from 00:00 to 23:59."""
    on: Weekday | None = None
    """The day of a weekly one; null: every day."""
    zone: str = ""
    """Whose clocks, by a name of the IANA database (Europe/Berlin); empty: those of the machine that runs it."""

    def following(self, moment: dt.datetime) -> dt.datetime:
        """The first such time after ``moment``, in UTC.

        A time that a night leaves out, since clocks are put forward, comes an hour later; one that a night has twice is
        its first.
        """
        day = moment.astimezone(_zone(self.zone)).date()
        wanted = None if self.on is None else list(Weekday).index(self.on)
        days = (day + dt.timedelta(days=ahead) for ahead in range(9))
        times = (self._of(one) for one in days if wanted is None or one.weekday() == wanted)
        return next(time for time in times if time > moment)

    def fitting(self, every: Every, now: dt.datetime) -> TimeOfDay | None:
        """The same time for what is done so often: a weekly one has a day, the next that comes; an hourly has none."""
        if every is Every.HOUR:
            return None
        if every is Every.DAY:
            return replace(self, on=None)
        if self.on is not None:
            return self
        next_day = self.following(now).astimezone(_zone(self.zone))
        return replace(self, on=list(Weekday)[next_day.weekday()])

    def _of(self, day: dt.date) -> dt.datetime:
        local = dt.datetime.combine(day, dt.time.fromisoformat(self.time))
        zone = _zone(self.zone)
        return (local.replace(tzinfo=zone) if zone else local).astimezone(dt.UTC)


def read_time_of_day(found: TimeOfDay | None, every: Every) -> TimeOfDay | None:
    """It as it is, or UsageError where no clock shows such a time, or it does not go with ``every``."""
    if found is None:
        return None
    if not _TIME.fullmatch(found.time):
        raise UsageError("schedule_time_unreadable", time=found.time[:20])
    if every is Every.HOUR:
        raise UsageError("schedule_time_hourly")
    if found.on is not None and every is Every.DAY:
        raise UsageError("schedule_day_daily")
    if found.zone and (len(found.zone) > LONGEST_ZONE or _zone(found.zone) is None):
        raise UsageError("schedule_zone_unknown", zone=found.zone[:LONGEST_ZONE])
    return found


@lru_cache(maxsize=64)
def _named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # no such zone, or no name of one
        return None


def _zone(name: str) -> ZoneInfo | None:
    """None is the machine's own, also where it lacks the data of a zone that another has: better late than never."""
    return _named(name) if name else None
