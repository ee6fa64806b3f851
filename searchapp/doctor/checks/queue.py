"""Documents that wait, are worked on, or failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from searchapp.findings import Finding, info, ok, warning
from searchapp.model import DocumentState
from searchapp.stores import EntryOrder
from searchapp.wiring import Application

NAME = "queue"
LOOKED_AT = 1000
"""Running entries whose leases are looked at, the oldest first."""


def check(application: Application) -> Iterator[Finding]:
    """How deep the queue is, and what in it nobody works on any more."""
    store = application.store
    counts = store.state_counts()
    queued, running = counts.get(DocumentState.QUEUED, 0), counts.get(DocumentState.RUNNING, 0)
    shown = f"{queued:,} documents queued, {running:,} in work"
    if pause := store.pause():
        yield warning(
            NAME, f"The queue is paused since {pause.since:%Y-%m-%d %H:%M} UTC by {pause.by}: nothing new is begun.",
            "searchapp queue resume ends that.",
        )  # fmt: skip
    if queued and not running and not pause:
        yield info(NAME, f"{shown}.", "They are read when a process ingests: searchapp serve, or searchapp ingest.")
    else:
        yield ok(NAME, f"{shown}.")
    now = dt.datetime.now(dt.UTC)
    oldest = store.entries(states=[DocumentState.RUNNING], size=LOOKED_AT, order=EntryOrder.OLDEST)
    left = [entry for entry in oldest.entries if entry.lease is None or entry.lease < now]
    if left:
        yield warning(
            NAME, f"{len(left)} of them were left by a process that ended, the first {left[0].source}.",
            "searchapp ingest on the same folders takes them up again.",
        )  # fmt: skip
    failed = counts.get(DocumentState.FAILED, 0) + counts.get(DocumentState.QUARANTINED, 0)
    if failed:
        yield info(
            NAME, f"{failed:,} documents failed or are in quarantine.",
            "searchapp documents list --state failed,quarantined tells why; searchapp documents retry --all tries them "
            "again.",
        )  # fmt: skip
