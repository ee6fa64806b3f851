"""Times of the day, where clocks are put forward and back, and where machines do not agree on the time."""

from __future__ import annotations

import datetime as dt

import pytest

from searchapp.errors import UsageError
from searchapp.schedules import Book, Every, Run, RunOutcome, ScheduleKind, TimeOfDay, Wanted, Weekday
from searchapp.schedules.time_of_day import read_time_of_day
from searchapp.schedules.turns import Turns
from searchapp.stores.memory import MemoryStore
from tests.schedules.clocks import BEGAN, DAY, HOUR, MINUTE, FakeClock

BERLIN = "Europe/Berlin"
SECOND = dt.timedelta(seconds=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("time", "zone", "moment", "following"),
    [
        ("03:00", "UTC", "2026-01-01T02:59:59", "2026-01-01T03:00"),
        ("03:00", "UTC", "2026-01-01T03:00", "2026-01-02T03:00"),
        ("03:00", BERLIN, "2026-01-01T02:00", "2026-01-02T02:00"),
        ("03:00", BERLIN, "2026-07-01T02:00", "2026-07-02T01:00"),
        ("01:00", "Asia/Shanghai", "2026-01-01T16:59", "2026-01-01T17:00"),
        ("02:30", BERLIN, "2026-03-29T00:00", "2026-03-29T01:30"),  # that night has no 02:30; it is 03:30 by then
        ("03:00", BERLIN, "2026-03-28T02:30", "2026-03-29T01:00"),  # 22.5 hours later
        ("02:30", BERLIN, "2026-10-24T12:00", "2026-10-25T00:30"),  # that night has two
        ("02:30", BERLIN, "2026-10-25T00:30", "2026-10-26T01:30"),
        ("00:00", "America/Santiago", "2026-09-05T12:00", "2026-09-06T04:00"),  # which begins at 01:00
    ],
)
def test_the_next_time_is_by_the_clocks_of_the_zone(time: str, zone: str, moment: str, following: str) -> None:
    assert TimeOfDay(time, zone=zone).following(utc(moment)) == utc(following)


def test_without_a_zone_the_clocks_of_the_machine_count() -> None:
    following = TimeOfDay("03:00").following(BEGAN)
    assert BEGAN < following <= BEGAN + 25 * HOUR
    assert (following.astimezone().hour, following.astimezone().minute) == (3, 0)


def test_once_a_day_on_every_day_of_a_year() -> None:
    at, moment, days = TimeOfDay("02:30", zone=BERLIN), utc("2026-01-01T00:00"), []
    while (moment := at.following(moment)) < utc("2027-01-01T00:00"):
        days.append((moment + HOUR).date())
    assert len(days) == len(set(days)) == 365


def test_a_weekly_one_has_its_day() -> None:
    assert BEGAN.strftime("%a") == "Thu"
    sunday = TimeOfDay("03:00", Weekday.SUNDAY, "UTC")
    assert sunday.following(BEGAN) == utc("2026-01-04T03:00")
    assert sunday.following(utc("2026-01-04T03:00")) == utc("2026-01-11T03:00")
    some_day = TimeOfDay("03:00", zone="UTC")
    assert some_day.fitting(Every.WEEK, BEGAN) == TimeOfDay("03:00", Weekday.FRIDAY, "UTC")
    assert sunday.fitting(Every.DAY, BEGAN) == some_day and sunday.fitting(Every.HOUR, BEGAN) is None


@pytest.mark.parametrize(
    ("at", "every", "reason"),
    [
        (TimeOfDay("24:00"), Every.DAY, "schedule_time_unreadable"),
        (TimeOfDay("3:00"), Every.DAY, "schedule_time_unreadable"),
        (TimeOfDay("03:00\n"), Every.DAY, "schedule_time_unreadable"),
        (TimeOfDay("03:00"), Every.HOUR, "schedule_time_hourly"),
        (TimeOfDay("03:00", Weekday.MONDAY), Every.DAY, "schedule_day_daily"),
        (TimeOfDay("03:00", zone="Europe/Atlantis"), Every.DAY, "schedule_zone_unknown"),
        (TimeOfDay("03:00", zone="../../etc/passwd"), Every.DAY, "schedule_zone_unknown"),
        (TimeOfDay("03:00", zone="/etc/localtime"), Every.DAY, "schedule_zone_unknown"),
        (TimeOfDay("03:00", zone="Europe"), Every.DAY, "schedule_zone_unknown"),
    ],
)
def test_what_no_clock_shows_is_refused(at: TimeOfDay, every: Every, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_time_of_day(at, every)
    assert refused.value.reason == reason


class Nights:
    """A daily schedule at 03:00 UTC, and a clock that stands at noon."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.book = Book(MemoryStore(), self.clock)
        self.turns = Turns(self.book)
        at = TimeOfDay("03:00", zone="UTC")
        self.id = self.book.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY, at=at), "ada").id

    @property
    def next(self) -> dt.datetime | None:
        return self.book.get(self.id).next

    def run(self, outcome: RunOutcome = RunOutcome.DONE) -> bool:
        taken = self.turns.take("me", lambda lease: False)
        if taken is not None:
            self.turns.end(taken[0], Run(taken[0].began, self.book.now(), outcome, ""), MINUTE)
        return taken is not None


def test_it_waits_for_its_time_and_runs_once_a_night() -> None:
    nights = Nights()
    assert not nights.run() and nights.next == utc("2026-01-02T03:00")
    nights.clock.now = utc("2026-01-02T03:00:05")
    assert nights.run() and nights.next == utc("2026-01-03T03:00")
    nights.clock.go(30 * DAY)
    assert nights.run() and not nights.run() and nights.next == utc("2026-02-02T03:00")


def test_a_machine_whose_clock_is_a_little_behind_does_not_run_it_again() -> None:
    nights = Nights()
    nights.clock.now = utc("2026-01-02T03:00:01")
    lease, _ = nights.turns.take("me", lambda lease: False) or pytest.fail("it is due")
    nights.clock.now -= 30 * SECOND
    nights.turns.end(lease, Run(lease.began, nights.clock.now, RunOutcome.DONE, ""), SECOND)
    nights.turns.mend()
    assert nights.next == utc("2026-01-03T03:00")


def test_a_clock_that_goes_back_by_days_waits_for_one_night() -> None:
    nights = Nights()
    nights.clock.go(365 * DAY)
    assert nights.run()
    nights.clock.go(-365 * DAY)
    nights.turns.mend()
    assert nights.next == utc("2026-01-02T03:00")


def test_what_somebody_called_for_moves_no_night_and_what_failed_is_tried_again_before_it() -> None:
    nights = Nights()
    nights.book.call(nights.id)
    assert nights.run() and nights.next == utc("2026-01-02T03:00")
    nights.clock.now = utc("2026-01-02T03:00")
    assert nights.run(RunOutcome.FAILED) and nights.next == utc("2026-01-02T03:05")
    for _ in range(12):
        nights.clock.now = nights.next or pytest.fail("it is not paused")
        usual = TimeOfDay("03:00", zone="UTC").following(nights.clock.now)
        assert nights.run(RunOutcome.FAILED) and nights.next is not None and nights.next <= usual
    nights.clock.now = usual
    assert nights.run() and nights.next == usual + DAY


def test_every_week_or_hour_instead_keeps_what_fits() -> None:
    nights = Nights()
    weekly = nights.book.change(nights.id, every=Every.WEEK)
    assert weekly.at == TimeOfDay("03:00", Weekday.FRIDAY, "UTC") and weekly.next == utc("2026-01-02T03:00")
    hourly = nights.book.change(nights.id, every=Every.HOUR)
    assert hourly.at is None and hourly.next == BEGAN + HOUR


def test_another_time_counts_from_now_and_none_from_the_last() -> None:
    nights = Nights()
    earlier = nights.book.change(nights.id, at=TimeOfDay("13:30", zone="UTC"))
    assert earlier.at == TimeOfDay("13:30", zone="UTC") and earlier.next == utc("2026-01-01T13:30")
    later = nights.book.change(nights.id, at=TimeOfDay("23:00", zone="UTC"), every=Every.WEEK)
    assert later.at == TimeOfDay("23:00", Weekday.THURSDAY, "UTC") and later.next == utc("2026-01-01T23:00")
    assert nights.book.change(nights.id, paused=True).at == later.at
    none = nights.book.change(nights.id, paused=False, at_any_time=True)
    assert none.at is None and none.next == utc("2026-01-01T23:00")


@pytest.mark.parametrize(
    ("at", "every", "code"),
    [
        (TimeOfDay("24:00"), None, "schedule_time_unreadable"),
        (TimeOfDay("04:00"), Every.HOUR, "schedule_time_hourly"),
        (TimeOfDay("04:00", Weekday.SUNDAY), None, "schedule_day_daily"),
        (TimeOfDay("04:00", zone="Berlin"), None, "schedule_zone_unknown"),
    ],
)
def test_a_time_that_is_none_changes_nothing(at: TimeOfDay, every: Every | None, code: str) -> None:
    nights = Nights()
    before = nights.book.get(nights.id)
    with pytest.raises(UsageError) as told:
        nights.book.change(nights.id, at=at, every=every)
    assert told.value.reason == code and nights.book.get(nights.id) == before
