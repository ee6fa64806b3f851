"""Which snapshots may go: a pure function of their names, states and times."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from searchapp.cluster.retention import IN_PROGRESS, SUCCESS, Keep, superfluous

Given = list[tuple[str, str, dt.datetime]]
NOON = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)  # a Sunday


def taken(*days_ago: float, state: str = SUCCESS) -> Given:
    return [(f"{days}", state, NOON - dt.timedelta(days=days)) for days in days_ago]


def kept(given: Given, keep: Keep) -> list[str]:
    gone = superfluous(given, keep)
    return [name for name, _, _ in sorted(given, key=lambda one: one[2], reverse=True) if name not in gone]


def test_of_each_day_the_newest_stays() -> None:
    given = taken(0, 0.1, 0.2, 1, 1.1, 2, 3)
    assert kept(given, Keep(daily=3)) == ["0", "1", "2"]
    assert superfluous(given, Keep(daily=3)) == ("0.1", "0.2", "1.1", "3")


def test_days_without_a_snapshot_do_not_count() -> None:
    assert kept(taken(0, 10, 20, 30), Keep(daily=3)) == ["0", "10", "20"]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    given = taken(0, 6, 7, 13, 14)  # Sunday back to Monday of one week, and so on
    assert kept(given, Keep(weekly=2)) == ["0", "7"]
    months = [("march", SUCCESS, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
              ("february", SUCCESS, dt.datetime(2026, 2, 28, 23, 59, tzinfo=dt.UTC)),
              ("earlier", SUCCESS, dt.datetime(2026, 2, 1, tzinfo=dt.UTC)),
              ("a year ago", SUCCESS, dt.datetime(2025, 3, 1, tzinfo=dt.UTC))]  # fmt: skip
    assert kept(months, Keep(monthly=3)) == ["march", "february", "a year ago"]


def test_a_week_over_new_year_is_one_week() -> None:
    given = [(day, SUCCESS, dt.datetime.fromisoformat(f"{day}T03:00:00+00:00")) for day in ("2025-12-30", "2026-01-02")]
    assert kept(given, Keep(weekly=5)) == ["2026-01-02"]


def test_days_weeks_and_months_together() -> None:
    given = taken(*range(100))
    stays = kept(given, Keep(daily=7, weekly=4, monthly=3))
    assert stays == ["0", "1", "2", "3", "4", "5", "6", "7", "14", "15", "21", "43"]


@pytest.mark.parametrize("keep", [Keep(), Keep(daily=1), Keep(monthly=1)])
def test_the_newest_whole_one_always_stays(keep: Keep) -> None:
    assert kept(taken(3, 4), keep)[0] == "3"
    assert superfluous([], keep) == ()


def test_what_is_not_whole_keeps_no_day_and_what_is_under_way_stays() -> None:
    failed, going = taken(0.5, 5, state="FAILED"), taken(0.01, 9, state=IN_PROGRESS)
    given = [*taken(1, 5.1, 6), *failed, *going]
    assert superfluous(given, Keep(daily=2)) == ("5", "6")  # 0.5 tells what went wrong last
    assert superfluous([*failed, *taken(7, state="PARTIAL")], Keep(daily=1)) == ()


def test_the_order_in_which_they_are_given_does_not_matter() -> None:
    given = taken(*(number / 3 for number in range(60)))
    expected = superfluous(given, Keep(2, 3, 2))
    for seed in range(5):
        shuffled = given[:]
        random.Random(seed).shuffle(shuffled)
        assert superfluous(shuffled, Keep(2, 3, 2)) == expected


def test_keeping_nothing_is_said_of_nothing() -> None:
    assert not Keep().anything and Keep(weekly=1).anything
