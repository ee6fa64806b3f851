"""Pausing the queue: workers and servers finish the batches in their hands, and begin no further one.

The pause stands in the registry beside what waits, so that it outlives every process, and Redis.
"""

from __future__ import annotations

import datetime as dt

from searchapp.errors import QueuePausedError
from searchapp.model import Pause
from searchapp.stores import Registry


def pause(registry: Registry, by: str) -> Pause:
    """Pause the queue for ``by``, and return its pause: an earlier one stays as it is. Raises as ``put_pause`` does."""
    standing = registry.pause()
    if standing is None:
        standing = Pause(dt.datetime.now(dt.UTC).replace(microsecond=0), by)
        registry.put_pause(standing)
    return standing


def resume(registry: Registry) -> None:
    """Let what waits be begun again. Raises as the store does."""
    registry.put_pause(None)


def paused(registry: Registry) -> QueuePausedError | None:
    """Why documents wait, in a sentence for whoever added them; None where the queue is not paused."""
    standing = registry.pause()
    if standing is None:
        return None
    return QueuePausedError(
        f"The queue is paused since {standing.since:%Y-%m-%d %H:%M} UTC: nothing new is read.",
        "It goes on when an operator resumes it, on the operations page or with searchapp queue resume.",
    )
