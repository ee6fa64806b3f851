"""Whose turn it is: one process at a time runs a schedule, and says again and again that it still does.

No clock of another machine is believed. Who waits watches the number that the holder raises with every beat, by a
clock of its own that cannot be set: a lease whose number stands still for long enough is free. A holder that could not
raise it for one lease stops, before anybody else begins.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from searchapp.model.json import Moment

BEATS = 3
"""Within one lease: two may be lost."""

PATIENCE = 1.5
"""Leases without a beat after which another process takes over: one for the holder to notice, and some to stop."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What the process ``owner`` runs, since when, and how often it has said so since."""

    owner: str
    schedule: str
    began: Moment
    beat: int = 0


class Watch:
    """Remembers since when a lease has stood still. ``seconds`` is how long one holds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = seconds * PATIENCE
        self._clock = clock
        self._seen: Lease | None = None
        self._since = 0.0

    def has_ended(self, lease: Lease) -> bool:
        """Whether it gave no sign of life for so long that its process must have ended; known only by looking often."""
        if lease != self._seen:
            self._seen, self._since = lease, self._clock()
        return self._clock() - self._since >= self.patience
