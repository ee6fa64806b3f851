"""A clock that stands until it is set."""

from __future__ import annotations

import datetime as dt

BEGAN = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


class FakeClock:
    """Stands in for the clock of a machine, which cannot be set in a test."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> dt.datetime:
        return self.now

    def go(self, time: dt.timedelta) -> None:
        """Let so much pass, or jump."""
        self.now += time
