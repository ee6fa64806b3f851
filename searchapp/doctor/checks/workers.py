"""The queue between machines, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.findings import Finding, info, ok
from searchapp.wiring import Application

NAME = "Redis"


def check(application: Application) -> Iterator[Finding]:
    """How many batches wait in it. Raises as ``RedisQueue.check`` does."""
    queue = application.queue
    if queue is None:
        return
    queue.check()
    waiting, held = queue.length(), len(queue.held())
    shown = f"{waiting:,} batches wait for a worker, {held:,} documents are in workers' hands"
    if waiting and not held:
        yield info(NAME, f"{shown}.", "Start one where none runs: searchapp worker.")
    else:
        yield ok(NAME, f"{shown}.")
