"""The schedules of an installation, in the registry of its store: every process, of any machine, sees the same."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from searchapp.errors import ConflictError, NotFoundError, StorageError, UsageError
from searchapp.model.json import from_json, to_plain_json
from searchapp.schedules.lease import Lease
from searchapp.schedules.schedule import Run, Schedule
from searchapp.schedules.target import Wanted
from searchapp.schedules.time_of_day import Every, TimeOfDay, read_time_of_day
from searchapp.schedules.timing import next_time
from searchapp.stores import Memo, Registry

MOST = 100
"""Schedules of one installation."""

REMEMBERED = 20
"""Runs of each that are kept."""

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of schedules but their earlier runs; ``lease`` says which one runs."""

    schedules: tuple[Schedule, ...] = ()
    lease: Lease | None = None

    def find(self, id_: str) -> Schedule | None:
        """One of them by its id."""
        return next((one for one in self.schedules if one.id == id_), None)

    def having(self, changed: Schedule) -> Kept:
        """With ``changed`` in the place of the one of its id; one that is gone stays gone."""
        found = (changed if one.id == changed.id else one for one in self.schedules)
        return dataclasses.replace(self, schedules=tuple(found))


Change = Callable[[Kept], Kept]


def utc_now() -> dt.datetime:
    """The time of this machine, to the millisecond."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class Book:
    """Keeps schedules; threads, processes and machines may share it. All raise as the store does."""

    def __init__(self, registry: Registry, clock: Clock = utc_now) -> None:
        self._registry = registry
        self.now = clock

    def add(self, wanted: Wanted, by: str, *, at_once: bool | None = None) -> Schedule:
        """Have it done from now on, ``at_once`` or after the first time; None: at once unless it has a time of the day.

        Raises ConflictError where it is scheduled already, and UsageError where there are too many or no index yet.
        """
        now = self.now()
        is_at_once = wanted.at is None if at_once is None else at_once
        new = Schedule(
            id=secrets.token_hex(6),
            kind=wanted.kind,
            target=wanted.target,
            every=wanted.every,
            by=by,
            due=now,
            at=wanted.at and wanted.at.fitting(wanted.every, now),
            depth=wanted.depth,
            groups=wanted.groups,
            keep=wanted.keep,
            least=wanted.least,
        )
        if not is_at_once:
            new = dataclasses.replace(new, due=next_time(new, now))

        def adding(kept: Kept) -> Kept:
            if kept.find(new.id):  # written before, and its answer was lost
                return kept
            if any((one.kind, one.target) == (new.kind, new.target) for one in kept.schedules):
                raise ConflictError("schedule_there", name=new.name)
            if len(kept.schedules) >= MOST:
                raise UsageError("schedules_too_many", most=MOST)
            return dataclasses.replace(kept, schedules=(*kept.schedules, new))

        return self._one(self.change_kept(adding), new.id)

    def all(self) -> tuple[Schedule, ...]:
        """Every schedule, by kind and target."""
        kept = self.read()
        return tuple(
            _as_seen(one, kept.lease) for one in sorted(kept.schedules, key=lambda one: (one.kind, one.target))
        )

    def get(self, id_: str) -> Schedule:
        """One of them. Raises NotFoundError."""
        return self._one(self.read(), id_)

    def change(
        self,
        id_: str,
        *,
        every: Every | None = None,
        paused: bool | None = None,
        at: TimeOfDay | None = None,
        at_any_time: bool = False,
    ) -> Schedule:
        """Set what is not None; ``at_any_time`` takes its time of the day from it.

        One that goes on is due at once where its time has passed, one with another time of the day at that. Raises
        NotFoundError, and UsageError for a time that no clock shows or that does not go with how often it is done.
        """
        now = self.now()

        def changing(kept: Kept) -> Kept:
            before = self._one(kept, id_)
            every_ = every or before.every
            paused_ = before.paused if paused is None else paused
            time = None if at_any_time else read_time_of_day(at, every_) or before.at
            after = dataclasses.replace(
                _plain(before), every=every_, at=time and time.fitting(every_, now), paused=paused_
            )
            due = next_time(after, now)
            return kept.having(dataclasses.replace(after, due=due if at else min(before.due, due)))

        return self._one(self.change_kept(changing), id_)

    def call(self, id_: str) -> Schedule:
        """Have it run as soon as may be, also one that is paused: once. Raises NotFoundError."""

        def calling(kept: Kept) -> Kept:
            return kept.having(dataclasses.replace(_plain(self._one(kept, id_)), called=True))

        return self._one(self.change_kept(calling), id_)

    def remove(self, id_: str) -> None:
        """Forget it and its runs; what it brought stays, and a run under way ends soon. Raises NotFoundError."""
        self.get(id_)

        def removing(kept: Kept) -> Kept:
            return dataclasses.replace(kept, schedules=tuple(one for one in kept.schedules if one.id != id_))

        self.change_kept(removing)
        self._change_runs(lambda runs: {name: kept for name, kept in runs.items() if name != id_})

    def runs(self, id_: str) -> tuple[Run, ...]:
        """The latest runs of one, the newest first. Raises NotFoundError."""
        self.get(id_)
        return _runs(self._registry.memo(Memo.SCHEDULE_RUNS)).get(id_, ())

    def remember(self, id_: str, run: Run) -> None:
        """Put a run before the earlier ones of a schedule that is still there."""
        known = {one.id for one in self.read().schedules}

        def remembering(runs: dict[str, tuple[Run, ...]]) -> dict[str, tuple[Run, ...]]:
            before = runs.get(id_, ())
            latest = before if before[:1] == (run,) else (run, *before)[:REMEMBERED]
            return {name: kept for name, kept in {**runs, id_: latest}.items() if name in known}

        self._change_runs(remembering)

    def read(self) -> Kept:
        """All of it."""
        return _kept(self._registry.memo(Memo.SCHEDULES))

    def change_kept(self, change: Change) -> Kept:
        """Replace all by what ``change`` makes of it; it may be called again, and what it raises changes nothing."""
        return _kept(
            self._registry.change_memo(Memo.SCHEDULES, lambda text: to_plain_json(change(_kept(text))).decode())
        )

    def _change_runs(self, change: Callable[[dict[str, tuple[Run, ...]]], dict[str, tuple[Run, ...]]]) -> None:
        self._registry.change_memo(Memo.SCHEDULE_RUNS, lambda text: to_plain_json(change(_runs(text))).decode())

    @staticmethod
    def _one(kept: Kept, id_: str) -> Schedule:
        found = kept.find(id_)
        if found is None:
            raise NotFoundError("schedule_missing", id=id_[:64])
        return _as_seen(found, kept.lease)


def _as_seen(one: Schedule, lease: Lease | None) -> Schedule:
    """With what follows from the rest: whether it runs, and when it is due."""
    running = lease is not None and lease.schedule == one.id
    return dataclasses.replace(one, running=running, next=None if one.paused and not one.called else one.due)


def _plain(one: Schedule) -> Schedule:
    return dataclasses.replace(one, running=False, next=None)


def _kept(text: str) -> Kept:
    try:
        return from_json(Kept, text) if text else Kept()
    except ValueError as error:  # a later version's
        raise StorageError("schedules_unreadable") from error


def _runs(text: str) -> dict[str, tuple[Run, ...]]:
    try:
        return from_json(dict[str, tuple[Run, ...]], text) if text else {}
    except ValueError as error:
        raise StorageError("schedules_unreadable") from error
