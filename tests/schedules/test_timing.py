"""When a schedule is due, whatever the clock does: no run is lost, and none comes twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from searchapp.schedules import Book, Every, Run, RunOutcome, Schedule, ScheduleKind, Wanted
from searchapp.schedules.timing import FIRST_RETRY, after, is_due, overdue
from searchapp.schedules.turns import Turns
from searchapp.stores.memory import MemoryStore
from tests.schedules.clocks import BEGAN, DAY, HOUR, MINUTE, FakeClock

WEEK = 7 * DAY


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def book(clock: FakeClock) -> Book:
    return Book(MemoryStore(), clock)


@pytest.fixture
def turns(book: Book) -> Turns:
    return Turns(book)


def hourly(book: Book, target: str = "/srv/a") -> Schedule:
    return book.add(Wanted(ScheduleKind.FOLDER, target, Every.HOUR), "ada")


def runs(turns: Turns, book: Book, outcome: RunOutcome = RunOutcome.DONE, took: dt.timedelta = MINUTE) -> list[str]:
    """Run all that is due, each for ``took``; returns their ids."""
    ran: list[str] = []
    while taken := turns.take("me", lambda lease: False):
        lease, one = taken
        ran.append(one.id)
        turns.end(lease, Run(lease.began, book.now(), outcome, ""), took)
        assert len(ran) < 10, "it runs without end"
    return ran


def test_it_is_due_at_once_and_then_a_whole_time_after_it_began(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    assert runs(turns, book) == [one.id]
    assert book.get(one.id).next == BEGAN + HOUR - MINUTE
    clock.go(HOUR - 2 * MINUTE)
    assert runs(turns, book) == []
    clock.go(MINUTE)
    assert runs(turns, book) == [one.id]


def test_what_took_longer_than_its_time_is_due_when_it_ends(turns: Turns, book: Book) -> None:
    one = hourly(book)
    lease, _ = turns.take("me", lambda lease: False) or pytest.fail("it is due")
    turns.end(lease, Run(BEGAN, BEGAN, RunOutcome.DONE, ""), 5 * HOUR)
    assert book.get(one.id).next == book.now()


def test_missed_times_are_made_up_for_once(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    runs(turns, book)
    clock.go(30 * DAY)
    assert runs(turns, book) == [one.id]


def test_a_clock_that_jumps_ahead_and_back_loses_nothing(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    runs(turns, book)
    clock.go(365 * DAY)
    assert runs(turns, book) == [one.id]  # once, not for every hour of the year
    clock.go(-365 * DAY)
    assert runs(turns, book) == []
    turns.mend()
    assert book.get(one.id).next == clock.now + HOUR
    clock.go(10 * MINUTE)
    turns.mend()  # again and again, it does not move on
    clock.go(50 * MINUTE)
    assert runs(turns, book) == [one.id]


def test_a_clock_that_goes_back_moves_nothing_that_is_due_soon(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    runs(turns, book)
    before = book.get(one.id).next
    clock.go(-MINUTE / 2)
    turns.mend()
    assert book.get(one.id).next == before


def test_a_clock_that_jumps_during_a_run_moves_nothing(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    for jump in (DAY, -2 * DAY):
        lease, _ = turns.take("me", lambda lease: False) or pytest.fail("it is due")
        clock.go(jump)
        turns.end(lease, Run(lease.began, clock.now, RunOutcome.DONE, ""), MINUTE)
        assert book.get(one.id).next == clock.now + HOUR - MINUTE
        clock.go(HOUR)


def test_what_fails_is_tried_again_later_and_later_up_to_its_own_time(
    turns: Turns, book: Book, clock: FakeClock
) -> None:
    one = hourly(book)
    waits: list[dt.timedelta] = []
    for _ in range(6):
        assert runs(turns, book, RunOutcome.FAILED) == [one.id]
        waits.append((book.get(one.id).next or pytest.fail("it is not paused")) - clock.now)
        clock.go(waits[-1])
    assert waits == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY, 8 * FIRST_RETRY, HOUR, HOUR]
    assert book.get(one.id).failures == 6
    runs(turns, book, RunOutcome.WARNED)
    assert book.get(one.id).failures == 0 and book.get(one.id).next == clock.now + HOUR - MINUTE


def test_failures_without_end_are_counted_without_harm(book: Book, clock: FakeClock) -> None:
    one = replace(hourly(book), failures=10**6)
    late = after(one, Run(BEGAN, BEGAN, RunOutcome.FAILED, ""), clock.now, MINUTE)
    assert late.due == clock.now + HOUR


def test_a_paused_one_runs_when_it_is_called_for_and_once(turns: Turns, book: Book, clock: FakeClock) -> None:
    one = hourly(book)
    book.change(one.id, paused=True)
    assert runs(turns, book) == [] and overdue(book.get(one.id), clock.now + DAY) == dt.timedelta()
    book.call(one.id)
    book.call(one.id)
    assert runs(turns, book) == [one.id]
    assert book.get(one.id).paused and not is_due(book.get(one.id), clock.now + WEEK)


def test_who_was_called_for_comes_first_then_who_has_waited_longest(turns: Turns, book: Book, clock: FakeClock) -> None:
    first, second = hourly(book, "/srv/b"), hourly(book, "/srv/a")
    clock.go(MINUTE)
    third = hourly(book, "/srv/c")
    book.call(third.id)
    assert runs(turns, book)[0] == third.id
    clock.go(DAY)
    assert set(runs(turns, book)) == {first.id, second.id, third.id}
