"""Schedules that are due are run, one at a time over all processes: on workers, the web process, or by a command."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from searchapp.audit import TIMER, Audit, What, note
from searchapp.errors import ConflictError, NotFoundError, SearchAppError
from searchapp.ingest.leases import LeaseOwner
from searchapp.messages import Message
from searchapp.redaction import redacted
from searchapp.schedules import metrics
from searchapp.schedules.book import Book
from searchapp.schedules.lease import Lease, Watch
from searchapp.schedules.schedule import Run, RunOutcome, Schedule, ScheduleKind
from searchapp.schedules.supervision import POLL_SECONDS, STOP_SECONDS, Supervision
from searchapp.schedules.timing import SLACK
from searchapp.schedules.turns import Turns
from searchapp.schedules.work import Job, Result, Work
from searchapp.stores import Registry

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often is looked whether something is due."""

LONGEST_VALUE = 500
"""Characters of a path or a server's reason in what is kept of a run: all runs are kept in one text."""


class Runner:
    """Runs schedules of ``book`` by their ``jobs``; ``start`` has a thread run what is due.

    ``lease_seconds`` bounds how long a killed process keeps others from running, and ``limit_seconds`` how long one run
    may take.
    """

    def __init__(
        self,
        book: Book,
        jobs: Mapping[ScheduleKind, Job],
        registry: Registry,
        audit: Audit,
        *,
        data_dir: Path,
        lease_seconds: float,
        limit_seconds: float,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._book, self._turns, self._jobs = book, Turns(book), jobs
        self._registry, self._audit, self._redact = registry, audit, redact
        self._data_dir = data_dir
        self._watch = Watch(lease_seconds)
        self._one = threading.Lock()
        self._stopping = threading.Event()
        self.supervision = Supervision(self._turns, lease_seconds, limit_seconds, self._stopping)
        self._thread = threading.Thread(target=self._work, name="searchapp-schedules", daemon=True)

    @cached_property
    def _owner(self) -> LeaseOwner:
        return LeaseOwner(self._data_dir)

    def run(self, id_: str) -> Run:
        """Run one now, whether it is due or not, and note how that went.

        Raises ConflictError where another process runs one, NotFoundError, and as the store does. What else goes wrong
        is the run's message. Where a lease stands whose process may have ended, it waits until that is known.
        """
        with self._one:
            first = self._book.read().lease
            while True:
                try:
                    taken = self._turns.take(self._owner.name, self._has_ended, schedule=id_)
                    break
                except ConflictError:
                    lease = self._book.read().lease
                    # It beat, or its process lives on this data folder.
                    if (
                        lease != first
                        or (lease and self._owner.lives(lease.owner))
                        or self._stopping.wait(POLL_SECONDS)
                    ):
                        raise
            if taken is None:  # removed since
                raise NotFoundError("schedule_missing", id=id_[:64])
            return self._supervised(*taken)

    def look(self) -> Run | None:
        """Run what is due, if anything is; what reads documents waits while the queue is paused. Raises as ``run``."""
        kept = self._book.read()
        metrics.show(kept.schedules, kept.lease.schedule if kept.lease else "", self._book.now())
        if not kept.schedules and kept.lease is None:
            return None
        if kept.lease is not None and kept.lease.owner != self._owner.name and not self._has_ended(kept.lease):
            return None
        if kept.lease is None and self._turns.next_due(reading=True) is None:
            return None
        with self._one:
            taken = self._turns.take(self._owner.name, self._has_ended, reading=self._registry.pause() is None)
            return None if taken is None else self._recorded(*taken)

    def start(self) -> None:
        """Begin to look for what is due."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a run at hand is broken off after its document, and is due as before."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS + 1)
        if "_owner" in self.__dict__:
            self._owner.close(forgotten=not self._thread.is_alive())

    def _work(self) -> None:
        wall, steady = self._book.now(), time.monotonic()
        is_first, said = True, ""
        while not self._stopping.wait(LOOK_SECONDS):
            jumped = (self._book.now() - wall) - dt.timedelta(seconds=time.monotonic() - steady)
            try:
                if is_first or jumped < -SLACK:
                    self._turns.mend()
                wall, steady, is_first = self._book.now(), time.monotonic(), False
                self.look()
                said = ""
            except ConflictError:
                log.debug("Another process runs a schedule.")
            except SearchAppError as error:
                if str(error) != said:  # a store may be away for hours
                    log.warning("What is due could not be run: %s", error)
                said = str(error)
            except Exception:  # the thread's last door: later runs must still come
                log.exception("What is due could not be run")

    def _has_ended(self, lease: Lease) -> bool:
        return bool(self._owner.find_ended([lease.owner])) or self._watch.has_ended(lease)

    def _recorded(self, lease: Lease, schedule: Schedule) -> Run:
        try:
            action = self._audit.recorded(What.SCHEDULE_RUN, TIMER, f"{schedule.id} {schedule.name}")
            with action:
                done = self._supervised(lease, schedule)
                note(outcome=done.outcome, figures=done.figures)
                return done
        except BaseException:
            self._turns.give_back(lease)  # what cannot be recorded is not begun
            raise

    def _supervised(self, lease: Lease, schedule: Schedule) -> Run:
        began = time.monotonic()
        try:
            result = self.supervision.watch(lease, Work(self._jobs[schedule.kind], schedule))
        except BaseException:  # Ctrl-C
            self._turns.give_back(lease)
            raise
        if result is None:
            self._turns.give_back(lease)  # it is due as before
            return self._run(lease, Result(RunOutcome.FAILED, Message("schedule_broken_off")))
        run = self._run(lease, result)
        if self._turns.end(lease, run, dt.timedelta(seconds=time.monotonic() - began)):
            metrics.RUNS.labels(schedule.kind.value, run.outcome.value).inc()
        return run

    def _run(self, lease: Lease, result: Result) -> Run:
        message = redacted(result.message, lambda text: self._redact(text)[:LONGEST_VALUE]).encoded()
        return Run(lease.began, self._book.now(), result.outcome, message, result.figures)
