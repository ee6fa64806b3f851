"""A process takes its turn: the schedule that has waited longest is its own until it ends, or the process does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection

from searchapp.errors import ConflictError, NotFoundError
from searchapp.messages import Message
from searchapp.schedules.book import Book, Kept
from searchapp.schedules.lease import Lease
from searchapp.schedules.schedule import READS, Run, RunOutcome, Schedule
from searchapp.schedules.timing import after, after_jump, is_due

Ended = Callable[[Lease], bool]
"""Whether the process behind a lease has ended."""


class _Nothing(Exception):  # noqa: N818  # no error: nothing is due
    pass


class Turns:
    """The turns of one process, named ``owner`` in leases. All raise as the store does."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def next_due(self, *, reading: bool) -> Schedule | None:
        """The one that has waited longest of those whose time has come; ``reading``: also of those that read."""
        return _longest(self._book.read().schedules, self._book.now(), reading)

    def take(
        self, owner: str, ended: Ended, *, schedule: str = "", reading: bool = True
    ) -> tuple[Lease, Schedule] | None:
        """Begin ``schedule``, or what is due; None where nothing is.

        A lease whose process has ``ended`` is taken over, and its run noted as one that was broken off. Raises
        ConflictError where another process runs one, and NotFoundError where there is no such schedule.
        """
        now = self._book.now()
        left: list[tuple[Schedule, Run]] = []
        lease: Lease | None = None

        def taking(kept: Kept) -> Kept:
            nonlocal lease
            left.clear()
            if kept.lease is not None and kept.lease.owner != owner:
                if not ended(kept.lease):
                    raise ConflictError("schedule_runs")
                kept = _broken_off(kept, kept.lease, now, left)
            chosen = kept.find(schedule) if schedule else _longest(kept.schedules, now, reading)
            if schedule and chosen is None:
                raise NotFoundError("schedule_missing", id=schedule[:64])
            if chosen is None and not left:
                raise _Nothing
            lease = None if chosen is None else Lease(owner, chosen.id, now)
            return dataclasses.replace(kept, lease=lease)

        try:
            kept = self._book.change_kept(taking)
        except _Nothing:
            return None
        for broken, run in left:
            self._book.remember(broken.id, run)
        chosen = kept.find(kept.lease.schedule) if kept.lease is not None else None
        return None if lease is None or chosen is None else (lease, chosen)

    def beat(self, lease: Lease) -> Lease | None:
        """Say that it still runs; None where the lease, or the schedule, is another's affair by now."""
        longer = dataclasses.replace(lease, beat=lease.beat + 1)

        def beating(kept: Kept) -> Kept:
            if not _is(kept.lease, lease) or kept.find(lease.schedule) is None:
                raise _Nothing
            return dataclasses.replace(kept, lease=longer)

        try:
            self._book.change_kept(beating)
        except _Nothing:
            return None
        return longer

    def end(self, lease: Lease, run: Run, took: dt.timedelta) -> bool:
        """Note how it went, and give the turn away; False where it was not ours any more."""
        now = self._book.now()

        def ending(kept: Kept) -> Kept:
            if not _is(kept.lease, lease):
                raise _Nothing
            found = kept.find(lease.schedule)
            kept = kept if found is None else kept.having(after(found, run, now, took))
            return dataclasses.replace(kept, lease=None)

        try:
            self._book.change_kept(ending)
        except _Nothing:
            return False
        self._book.remember(lease.schedule, run)
        return True

    def give_back(self, lease: Lease) -> None:
        """Give the turn away: the schedule is due as before."""

        def giving(kept: Kept) -> Kept:
            if not _is(kept.lease, lease):
                raise _Nothing
            return dataclasses.replace(kept, lease=None)

        try:
            self._book.change_kept(giving)
        except _Nothing:
            return

    def mend(self) -> None:
        """Bring what is due too late nearer, where the clock of this machine went back."""
        now = self._book.now()

        def mending(kept: Kept) -> Kept:
            mended = tuple(after_jump(one, now) for one in kept.schedules)
            if mended == kept.schedules:
                raise _Nothing
            return dataclasses.replace(kept, schedules=mended)

        try:
            if self._book.read().schedules:
                self._book.change_kept(mending)
        except _Nothing:
            return


def _longest(schedules: Collection[Schedule], now: dt.datetime, reading: bool) -> Schedule | None:
    due = [one for one in schedules if is_due(one, now) and (reading or one.kind not in READS)]
    return min(due, key=lambda one: (not one.called, one.due), default=None)


def _is(found: Lease | None, lease: Lease) -> bool:
    """Whether it is the same turn, whatever its beat: an answer may have been lost."""
    return found is not None and (found.owner, found.schedule, found.began) == (
        lease.owner,
        lease.schedule,
        lease.began,
    )


def _broken_off(kept: Kept, lease: Lease, now: dt.datetime, left: list[tuple[Schedule, Run]]) -> Kept:
    """Without a lease whose process has ended; its run failed."""
    found = kept.find(lease.schedule)
    if found is None:
        return dataclasses.replace(kept, lease=None)
    run = Run(lease.began, now, RunOutcome.FAILED, Message("schedule_broken_off").encoded())
    left.append((found, run))
    return dataclasses.replace(kept.having(after(found, run, now, dt.timedelta())), lease=None)
