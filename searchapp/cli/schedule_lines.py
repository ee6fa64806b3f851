"""Schedules and their runs as lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchapp.cli.common import console, print_json

if TYPE_CHECKING:
    from searchapp.schedules import Run, Schedule


def tell_schedule(schedule: Schedule, as_json: bool) -> None:
    """As JSON, or as a line."""
    from searchapp.model.json import to_json

    if as_json:
        print_json(to_json(schedule))
    else:
        show_schedule(schedule)


def show_schedule(one: Schedule) -> None:
    """Its id, how often it is done, what it is, when it is due and how it went."""
    facts = [one.id, " ".join([f"every {one.every}", *_time(one)]), one.name]
    facts += [f"{one.depth} links deep"] if one.depth else []
    facts += [f"groups {', '.join(one.groups)}"] if one.groups else []
    keep = ((one.keep.daily, "days"), (one.keep.weekly, "weeks"), (one.keep.monthly, "months"))
    kept = ", ".join(f"{number} {unit}" for number, unit in keep if number)
    facts += [f"keeps {kept}"] if kept else []
    facts += [f"at least {one.least:g}"] if one.least else []
    facts += ["running" if one.running else f"next {one.next:%Y-%m-%d %H:%M} UTC" if one.next else "paused"]
    facts += [f"failed {one.failures} times in a row"] if one.failures > 1 else []
    facts += [f"last {one.last.ended:%Y-%m-%d %H:%M} UTC: {outcome_of(one.last)}"] if one.last else ["not run yet"]
    console().print("  ".join(facts), soft_wrap=True)


def _time(one: Schedule) -> list[str]:
    return [] if one.at is None else ["at", *filter(None, (one.at.on, one.at.time, one.at.zone))]


def outcome_of(run: Run) -> str:
    """How a run went, in a sentence."""
    from searchapp.messages import shown

    return f"{run.outcome}: {shown(run.message)}"
