"""What is to be told, from two looks of one process after each other: what both saw alike is so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Collection

from searchapp.alerts.alert import Alert, Condition, Delivery, Kept, Key, Look, Notice, Phase, Trouble
from searchapp.messages import Message

MOST_ALERTS = 200
"""At a time; there are at most as many schedules as ``schedules.MOST``, and a few nodes."""

MOST_WAITING = 100
"""Notices that wait to be sent, to all webhooks together; the oldest go for new ones."""


def decide(kept: Kept, before: Look, now: Look, at: dt.datetime, targets: Collection[str]) -> Kept:
    """What is kept after the second of two looks; ``kept`` itself where there is nothing to tell.

    What only one of them saw waits for a third: a condition that comes and goes, and a look that was outrun by another
    process, are not told. What could not be looked at stays as it was.
    """
    looked = before.looked & now.looked
    for key in dict.fromkeys([*(one.condition.key for one in kept.alerts), *now.found]):
        if key[0] in looked:
            was, is_ = before.found.get(key), now.found.get(key)
            if was is None and is_ is None:
                kept = _ended(kept, key, at, targets)
            elif was is not None and is_ is not None and was.is_like(is_):
                kept = _stands(kept, is_, at, targets)
    return kept


def _stands(kept: Kept, condition: Condition, at: dt.datetime, targets: Collection[str]) -> Kept:
    alert = _find(kept, condition.key)
    if alert is None:
        if len(kept.alerts) >= MOST_ALERTS:
            return kept
        alert = Alert(secrets.token_hex(8), at, 1, condition)
        kept = dataclasses.replace(kept, alerts=(*kept.alerts, alert))
        return _told(kept, alert, Phase.BEGUN, at, targets)
    if alert.condition.is_like(condition):
        return kept
    changed = dataclasses.replace(alert, condition=condition, notices=alert.notices + 1)
    alerts = tuple(changed if one is alert else one for one in kept.alerts)
    return _told(dataclasses.replace(kept, alerts=alerts), changed, Phase.CHANGED, at, targets)


def _ended(kept: Kept, key: Key, at: dt.datetime, targets: Collection[str]) -> Kept:
    alert = _find(kept, key)
    if alert is None:
        return kept
    kept = dataclasses.replace(kept, alerts=tuple(one for one in kept.alerts if one is not alert))
    return _told(kept, dataclasses.replace(alert, notices=alert.notices + 1), Phase.ENDED, at, targets)


def _find(kept: Kept, key: Key) -> Alert | None:
    return next((one for one in kept.alerts if one.condition.key == key), None)


def _told(kept: Kept, alert: Alert, phase: Phase, at: dt.datetime, targets: Collection[str]) -> Kept:
    """With the notice in line for each webhook."""
    at = max(at, alert.since)  # a clock went back
    notice = Notice(f"{alert.id}-{alert.notices}", alert.id, phase, alert.condition, alert.since, at)
    waiting = (*kept.deliveries, *(Delivery(notice, target, at) for target in targets))
    surplus = max(len(waiting) - MOST_WAITING, 0)
    for dropped in waiting[:surplus]:
        kept = lost(kept, dropped, Message("webhook_queue_full", most=MOST_WAITING), at)
    return dataclasses.replace(kept, deliveries=waiting[surplus:])


def lost(kept: Kept, delivery: Delivery, why: Message, at: dt.datetime) -> Kept:
    """With one more notice that its webhook never gets, and why."""
    before = kept.trouble(delivery.target)
    since, count = (before.since, before.lost) if before else (at, 0)
    return kept.with_trouble(Trouble(delivery.target, since, why.encoded(), count + 1))
