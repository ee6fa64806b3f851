"""The thread that looks what is wrong and tells webhooks of it: nothing else waits for it, schedules least of all."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

from searchapp.alerts import metrics
from searchapp.alerts.alert import Code, Look
from searchapp.alerts.book import AlertBook, OneProcess
from searchapp.alerts.webhook import SECONDS, Outcome, Webhook
from searchapp.errors import SearchAppError
from searchapp.ingest.leases import LeaseOwner
from searchapp.schedules.book import Clock, utc_now
from searchapp.schedules.lease import Lease, Watch

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often is looked; what two looks after each other see is told."""

SEND_SECONDS = 5.0
"""How often is looked whether a notice is due."""

STOP_SECONDS = 2.0
"""How long an end waits for a webhook that is being told: another process tells it once more."""

LEAST_LEASE_SECONDS = SECONDS * 2
"""A process that sends does so for less."""


class Turn:
    """Which process tells what all see and none can note; where it cannot be known each does."""

    def take(self) -> bool:
        """Take it, or keep it; False where it is another's."""
        return True

    def give_back(self) -> None:
        """There is nothing to tell any more."""


class Teller:
    """Looks by ``look``, and tells ``webhooks`` what there is to tell by ``book``; without any it only shows metrics.

    What of a look is of the code ``store_away`` is told from this process's own memory, since the book is away too;
    ``turn`` says which of several does so.
    """

    def __init__(
        self,
        look: Callable[[], Look],
        book: AlertBook,
        webhooks: Collection[Webhook],
        *,
        data_dir: Path,
        lease_seconds: float,
        turn: Turn | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._look, self._book, self._turn, self._now = look, book, turn or Turn(), clock
        self._webhooks = {one.target: one for one in webhooks}
        self._own = AlertBook(OneProcess())
        self._data_dir = data_dir
        self._watch = Watch(max(lease_seconds, LEAST_LEASE_SECONDS))
        self._before: Look | None = None
        self._before_away: Look | None = None
        self._tells_away = False
        self._said = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="searchapp-alerts", daemon=True)

    @cached_property
    def _owner(self) -> LeaseOwner:
        return LeaseOwner(self._data_dir)

    def start(self) -> None:
        """Begin to look and to tell."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; what was not told yet is told by the next process that starts."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        if "_owner" in self.__dict__:
            self._owner.close(forgotten=not self._thread.is_alive())

    def look(self) -> None:
        """Look once, and put in line what there is to tell. Raises as the store does."""
        seen = self._look()
        metrics.show(seen)
        if not self._webhooks:
            return
        now, targets = self._now(), tuple(self._webhooks)
        away = self._away(seen)
        if self._before_away is not None:
            self._own.note(self._before_away, away, now, targets)
        self._before_away = away
        rest = Look(seen.found, seen.looked - {Code.STORE_AWAY})
        before, self._before = self._before, rest
        if rest.looked and before is not None:
            self._book.note(before, rest, now, targets)
            self._book.forget(targets, now)

    def send(self) -> None:
        """Send what is due, one notice to each webhook at most. Raises as the store does."""
        if self._webhooks:
            self._send(self._own)
            self._send(self._book)

    def _away(self, seen: Look) -> Look:
        """The part of a look that is told from memory; it is empty where another process tells it."""
        found = {key: one for key, one in seen.found.items() if key[0] == Code.STORE_AWAY}
        if found:
            self._tells_away = self._turn.take()
        elif self._tells_away:
            self._tells_away = False
            self._turn.give_back()
        return Look(found if self._tells_away else {}, frozenset({Code.STORE_AWAY.value}))

    def _send(self, book: AlertBook) -> None:
        kept, left = book.read(), set(self._webhooks)
        if book is self._book:
            metrics.WAITING.set(len(kept.deliveries))
            metrics.UNREACHED.set(len(kept.troubles))
        while kept.deliveries and left and not self._stopping.is_set():
            delivery = book.take(self._owner.name, self._has_ended, left, self._now())
            if delivery is None:
                return
            answer = self._webhooks[delivery.target].send(delivery.notice)
            outcome = book.settle(self._owner.name, delivery, answer, self._now())
            if outcome is Outcome.AGAIN:
                left.discard(delivery.target)
                log.warning("%s (try %d of a notice)", answer.why.whole, delivery.attempts + 1)
            elif outcome is Outcome.GIVEN_UP:
                log.error("%s A notice is given up (try %d).", answer.why.whole, delivery.attempts + 1)

    def _has_ended(self, lease: Lease) -> bool:
        return bool(self._owner.find_ended([lease.owner])) or self._watch.has_ended(lease)

    def _work(self) -> None:
        looked: float | None = None
        while not self._stopping.wait(SEND_SECONDS if looked is not None else 0):
            if looked is None or time.monotonic() - looked >= LOOK_SECONDS:
                looked = time.monotonic()
                self._done(self.look)
            self._done(self.send)

    def _done(self, work: Callable[[], None]) -> None:
        try:
            work()
        except SearchAppError as error:
            if str(error) != self._said:  # a store may be away for hours
                log.warning("Alerts could not be noted: %s", error)
            self._said = str(error)
        except Exception:  # the thread's last door: what goes wrong later must still be told
            log.exception("Alerts could not be told")
