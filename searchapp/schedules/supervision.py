"""A run is watched: its lease is renewed, and it is asked to end when its time is over, or its turn is another's."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from enum import Enum

from searchapp.errors import SearchAppError
from searchapp.messages import Message
from searchapp.schedules.lease import BEATS, Lease
from searchapp.schedules.schedule import RunOutcome
from searchapp.schedules.turns import Turns
from searchapp.schedules.work import Result, Work

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2

STOP_SECONDS = 4.0
"""How long a run may take to end when its process ends."""

GRACE_SECONDS = 300.0
"""How long a run may take to end when its time is over: the document at hand is finished. Then it is given up."""


class _End(Enum):
    """Why a run is over."""

    ITSELF = "itself"
    LATE = "late"
    STOPPED = "stopped"
    """Its process ends."""
    LOST = "lost"
    """Its turn is another's, or its schedule was removed."""


@dataclass(frozen=True, slots=True)
class Supervision:
    """How runs are watched. ``limit_seconds`` is how long one may take, ``stopping`` ends it with its process."""

    turns: Turns
    lease_seconds: float
    limit_seconds: float
    stopping: threading.Event
    grace_seconds: float = GRACE_SECONDS

    def watch(self, lease: Lease, work: Work) -> Result | None:
        """Wait until the work is over, and return what came of it; None where it was broken off, or is given up.

        Who is interrupted here (Ctrl-C) leaves with the work asked to end.
        """
        try:
            return self._watched(lease, work)
        finally:
            work.stopping.set()

    def _watched(self, lease: Lease, work: Work) -> Result | None:
        began = heard = tried = asked = time.monotonic()
        end = _End.ITSELF
        while not work.ended.wait(POLL_SECONDS):
            now = time.monotonic()
            if end is not _End.LOST and now - tried >= self.lease_seconds / BEATS:
                tried = now
                renewed, heard = self._renewed(lease, heard, now)
                if renewed is None:
                    end, asked = _End.LOST, now
                else:
                    lease = renewed
            if end is _End.ITSELF and (self.stopping.is_set() or now - began > self.limit_seconds):
                end, asked = _End.STOPPED if self.stopping.is_set() else _End.LATE, now
            if end is not _End.ITSELF:
                work.stopping.set()
                if now - asked > (STOP_SECONDS if self.stopping.is_set() else self.grace_seconds):
                    log.error("A run of a schedule did not end when it was asked to, and is given up.")
                    break
        result = work.result
        if result is None and end is _End.LATE:
            result = Result(
                RunOutcome.FAILED, Message("schedule_took_too_long", minutes=round(self.limit_seconds / 60))
            )
        return result

    def _renewed(self, lease: Lease, heard: float, now: float) -> tuple[Lease | None, float]:
        """The lease with its latest beat, None where it is lost; and when the store was last heard."""
        try:
            return self.turns.beat(lease), now
        except SearchAppError as error:
            log.warning("The lease of a schedule could not be renewed: %s", error)
            # Others take over later than this.
            return (lease if now - heard < self.lease_seconds else None), heard
