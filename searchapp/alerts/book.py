"""Alerts and what is to be told of them, in the registry: of several processes one tells a thing, and one sends it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Collection
from typing import Protocol

from searchapp.alerts import metrics
from searchapp.alerts.alert import Delivery, Kept, Look, Trouble
from searchapp.alerts.deciding import decide, lost
from searchapp.alerts.webhook import Answer, Outcome
from searchapp.errors import StorageError
from searchapp.model.json import from_json, to_plain_json
from searchapp.schedules.lease import Lease
from searchapp.stores import Memo
from searchapp.stores.registry import MemoChange

MOST_ATTEMPTS = 12
"""Of one notice: with the pauses between them some four hours."""

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 3600.0
"""Before a notice is sent again; also where a webhook asks for more."""

KEPT_FOR = dt.timedelta(days=1)
"""How long a notice waits for a process that knows its webhook; then the address was taken out of the settings."""

SLACK = dt.timedelta(minutes=1)


class Memos(Protocol):
    """The part of a ``Registry`` that is needed here."""

    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""
        ...

    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """See ``Registry``."""
        ...


class OneProcess:
    """Keeps memos for as long as the process lives: for what has to be told while the store is away."""

    def __init__(self) -> None:
        self._texts: dict[Memo, str] = {}

    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""
        return self._texts.get(memo, "")

    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """See ``Registry``."""
        self._texts[memo] = change(self.memo(memo))
        return self._texts[memo]


class _Same(Exception):  # noqa: N818  # no error: there is nothing to write
    pass


class AlertBook:
    """All raise as the store does."""

    def __init__(self, memos: Memos) -> None:
        self._memos = memos

    def read(self) -> Kept:
        """All of it. Raises StorageError where a later version wrote it."""
        return _kept(self._memos.memo(Memo.ALERTS))

    def note(self, before: Look, now: Look, at: dt.datetime, targets: Collection[str]) -> None:
        """Put in line what two looks have to tell ``targets``; nothing is written where that is nothing."""
        if decide(kept := self.read(), before, now, at, targets) is not kept:
            dropped = 0

            def deciding(kept: Kept) -> Kept:
                nonlocal dropped
                changed = decide(kept, before, now, at, targets)
                dropped = _lost(changed) - _lost(kept)
                return changed

            self._change(deciding)
            metrics.DELIVERIES.labels("dropped").inc(max(dropped, 0))

    def take(
        self, owner: str, ended: Callable[[Lease], bool], targets: Collection[str], now: dt.datetime
    ) -> Delivery | None:
        """The next that is due, which nobody else sends now; None where there is none.

        Each webhook gets its notices one after the other; who took one ends that with ``settle``.
        """
        if not (kept := self.read()).deliveries or _next(kept, targets, now) is None:
            return None
        taken: Delivery | None = None

        def taking(kept: Kept) -> Kept:
            nonlocal taken
            taken = _next(kept, targets, now)
            is_others = kept.sending is not None and kept.sending.owner != owner and not ended(kept.sending)
            if taken is None or is_others:
                taken = None
                return kept
            return dataclasses.replace(kept, sending=Lease(owner, taken.id, now))

        self._change(taking)
        return taken

    def settle(self, owner: str, delivery: Delivery, answer: Answer, now: dt.datetime) -> Outcome:
        """Note what came of it, and return that: it is done, is sent again later, or is given up."""
        outcome = answer.outcome
        if outcome is Outcome.AGAIN and delivery.attempts + 1 >= MOST_ATTEMPTS:
            outcome = Outcome.GIVEN_UP

        def settling(kept: Kept) -> Kept:
            mine = kept.sending is not None and kept.sending.owner == owner
            kept = dataclasses.replace(kept, sending=None if mine else kept.sending)
            if all(one.id != delivery.id for one in kept.deliveries):  # another process sent it meanwhile
                return kept
            if outcome is Outcome.AGAIN:
                later = dataclasses.replace(
                    delivery, attempts=delivery.attempts + 1, due=now + pause(delivery.attempts, answer.asked)
                )
                kept = _having(kept, delivery, later)
                before = kept.trouble(delivery.target)
                since, count = (before.since, before.lost) if before else (now, 0)
                return kept.with_trouble(Trouble(delivery.target, since, answer.why.encoded(), count))
            kept = _having(kept, delivery, None)
            if outcome is Outcome.GIVEN_UP:
                return lost(kept, delivery, answer.why, now)
            return kept.without_trouble(delivery.target)

        self._change(settling)
        metrics.DELIVERIES.labels(outcome.value).inc()
        return outcome

    def forget(self, targets: Collection[str], now: dt.datetime) -> None:
        """Drop what has waited for a day for webhooks that are none of ``targets``, and what troubled these."""

        def is_left(target: str, since: dt.datetime) -> bool:
            return target in targets or now - since < KEPT_FOR

        def forgetting(kept: Kept) -> Kept:
            deliveries = tuple(one for one in kept.deliveries if is_left(one.target, one.notice.at))
            troubles = tuple(one for one in kept.troubles if is_left(one.target, one.since))
            if (deliveries, troubles) == (kept.deliveries, kept.troubles):
                return kept
            return dataclasses.replace(kept, deliveries=deliveries, troubles=troubles)

        if forgetting(kept := self.read()) is not kept:
            self._change(forgetting)

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        def changing(text: str) -> str:
            kept = _kept(text)
            changed = change(kept)
            if changed is kept:
                raise _Same
            return to_plain_json(changed).decode()

        try:
            self._memos.change_memo(Memo.ALERTS, changing)
        except _Same:
            return


def pause(attempts: int, asked: float | None) -> dt.timedelta:
    """How long to wait after one more than ``attempts`` failed; ``asked`` are the seconds that the webhook asks for."""
    own = FIRST_PAUSE_SECONDS * (1 << min(attempts, 12)) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter
    seconds = own if asked is None else max(asked, FIRST_PAUSE_SECONDS)
    return dt.timedelta(seconds=min(seconds, LONGEST_PAUSE_SECONDS))


def _next(kept: Kept, targets: Collection[str], now: dt.datetime) -> Delivery | None:
    """The one that has been due longest, of the first of each webhook."""
    first: dict[str, Delivery] = {}
    for one in kept.deliveries:
        first.setdefault(one.target, one)
    # A clock went back where it is due later than any pause is long.
    latest = now + dt.timedelta(seconds=LONGEST_PAUSE_SECONDS) + SLACK
    due = [one for target, one in first.items() if target in targets and (one.due <= now or one.due > latest)]
    return min(due, key=lambda one: one.due, default=None)


def _having(kept: Kept, old: Delivery, new: Delivery | None) -> Kept:
    with_new = (new if one.id == old.id else one for one in kept.deliveries)
    return dataclasses.replace(kept, deliveries=tuple(one for one in with_new if one is not None))


def _lost(kept: Kept) -> int:
    return Counter({one.target: one.lost for one in kept.troubles}).total()


def _kept(text: str) -> Kept:
    try:
        return from_json(Kept, text) if text else Kept()
    except ValueError as error:  # a later version's
        raise StorageError("alerts_unreadable") from error
