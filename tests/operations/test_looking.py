"""What many watch is looked at once, and what goes wrong with one part leaves the others as they are."""

from __future__ import annotations

import threading

import pytest

from searchapp.errors import StorageError
from searchapp.messages import reader_language
from searchapp.operations.looking import Lane, Part

PATIENCE = 60.0
"""Seconds; nothing here takes as many."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_part_is_looked_at_when_it_is_old_and_somebody_asks() -> None:
    clock, looks = Clock(), []
    part = Part("queue", lambda: looks.append(reader_language()), 10, clock)
    lane = Lane((part,))
    assert part.is_due and not part.is_behind
    for _ in range(5):
        lane.look("zh", PATIENCE)
    assert looks == ["zh"]
    clock.now = 10
    lane.look("en", PATIENCE)
    assert looks == ["zh", "en"]
    part.expire()
    lane.look("en", PATIENCE)
    assert len(looks) == 3


def test_what_cannot_be_looked_at_keeps_what_it_showed_and_says_why() -> None:
    clock, fails = Clock(), False

    def look() -> int:
        if fails:
            raise StorageError("board_crashed")
        return 7

    part, other = Part("index", look, 10, clock), Part("audit", lambda: 1 // 0, 10, clock)
    lane = Lane((part, other))
    lane.look("en", PATIENCE)
    assert (part.value, part.problem, other.value) == (7, None, None)
    assert other.problem is not None and "log" in other.problem.remedy.text()
    fails, clock.now = True, 30
    assert part.is_behind
    lane.look("en", PATIENCE)
    assert part.value == 7 and part.is_behind and part.problem is not None
    fails, clock.now = False, 60
    lane.look("en", PATIENCE)
    assert part.problem is None and not part.is_behind


@pytest.mark.parametrize("watchers", [20])
def test_many_who_watch_wait_for_one_look_and_nobody_for_long(watchers: int) -> None:
    going, looks = threading.Event(), []

    def look() -> None:
        looks.append(1)
        assert going.wait(PATIENCE)

    lane = Lane((Part("index", look, 1e9),))
    lane.look("en", 0)  # and comes back though it is not done
    threads = [threading.Thread(target=lane.look, args=("en", PATIENCE)) for _ in range(watchers)]
    for thread in threads:
        thread.start()
    going.set()
    for thread in threads:
        thread.join()
    assert looks == [1] and not lane.is_looking
