"""One process at a time has its turn, and a killed one's turn ends after a bound that no clock of a machine moves."""

from __future__ import annotations

import pytest

from searchapp.errors import ConflictError, NotFoundError
from searchapp.schedules import Book, Every, Run, RunOutcome, Schedule, ScheduleKind, Wanted
from searchapp.schedules.lease import PATIENCE, Lease, Watch
from searchapp.schedules.timing import FIRST_RETRY
from searchapp.schedules.turns import Turns
from searchapp.stores.memory import MemoryStore
from tests.schedules.clocks import BEGAN, DAY, MINUTE, FakeClock


def lives(lease: Lease) -> bool:
    return False


def ended(lease: Lease) -> bool:
    return True


@pytest.fixture
def book() -> Book:
    return Book(MemoryStore(), FakeClock())


@pytest.fixture
def one(book: Book) -> Schedule:
    return book.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")


def begun(turns: Turns, owner: str) -> Lease:
    taken = turns.take(owner, lives)
    assert taken is not None
    return taken[0]


def test_while_one_runs_no_other_begins(book: Book, one: Schedule) -> None:
    turns, other = Turns(book), Turns(book)
    other_one = book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada")
    lease = begun(turns, "a")
    assert book.get(one.id).running != book.get(other_one.id).running
    with pytest.raises(ConflictError, match="Another schedule runs"):
        other.take("b", lives)
    with pytest.raises(ConflictError):
        other.take("b", lives, schedule=one.id)
    turns.give_back(lease)
    assert not book.get(one.id).running and other.take("b", lives) is not None


def test_a_turn_that_was_taken_over_is_lost_to_its_process(book: Book, one: Schedule) -> None:
    turns = Turns(book)
    lease = begun(turns, "a")
    lease = turns.beat(lease) or pytest.fail("it is ours")
    assert turns.take("b", ended) is None  # it has failed, and is due later
    broken = book.get(one.id)
    assert not broken.running and broken.failures == 1 and broken.next == BEGAN + FIRST_RETRY
    assert broken.last is not None and broken.last.outcome is RunOutcome.FAILED
    assert "schedule_broken_off" in broken.last.message and book.runs(one.id) == (broken.last,)
    assert turns.beat(lease) is None
    assert turns.end(lease, Run(BEGAN, BEGAN, RunOutcome.DONE, ""), MINUTE) is False
    turns.give_back(lease)
    assert book.get(one.id) == broken


def test_a_schedule_that_is_removed_while_it_runs_ends_and_leaves_no_turn(book: Book, one: Schedule) -> None:
    turns = Turns(book)
    lease = begun(turns, "a")
    book.remove(one.id)
    assert turns.beat(lease) is None
    turns.end(lease, Run(BEGAN, BEGAN, RunOutcome.DONE, ""), MINUTE)
    assert book.read().lease is None and book.all() == ()
    with pytest.raises(NotFoundError):
        turns.take("a", lives, schedule=one.id)


def test_what_a_process_left_with_a_removed_schedule_is_cleared(book: Book, one: Schedule) -> None:
    begun(Turns(book), "a")
    book.remove(one.id)
    other = book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada")
    taken = Turns(book).take("b", ended)
    assert taken is not None and taken[1].id == other.id


def test_a_change_by_an_operator_outlasts_the_run(book: Book, one: Schedule) -> None:
    turns = Turns(book)
    lease = begun(turns, "a")
    book.change(one.id, paused=True, every=Every.WEEK)
    turns.end(lease, Run(BEGAN, BEGAN, RunOutcome.DONE, ""), MINUTE)
    after = book.get(one.id)
    assert after.paused and after.every is Every.WEEK and after.due == BEGAN + 7 * DAY - MINUTE


def test_a_lease_stands_while_it_beats_and_ends_after_a_bound() -> None:
    steady = 0.0
    watch = Watch(60, clock=lambda: steady)
    lease = Lease("a", "id", BEGAN)
    assert not watch.has_ended(lease)
    for beat in range(1, 10):
        steady += 50
        assert not watch.has_ended(Lease("a", "id", BEGAN, beat))
    steady += 60 * PATIENCE - 1
    assert not watch.has_ended(Lease("a", "id", BEGAN, 9))
    steady += 1
    assert watch.has_ended(Lease("a", "id", BEGAN, 9))
    assert not watch.has_ended(Lease("b", "id", BEGAN, 9))  # another process's begins anew
