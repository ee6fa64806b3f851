"""What one caller may have computed at once: a few requests, with a few more waiting; others are not kept out."""

from __future__ import annotations

import threading
import time
from collections import Counter

from searchapp.errors import TooManyRequestsError

AT_ONCE = 2
"""With more, a single caller's costly searches make up most of what stands before everybody's next one."""

WAITING = 8
"""As many as a browser sends at once; each keeps a thread."""

CROWD = 4
"""Who has more requests than this there asks without a pause, as no page does: then they run one by one, and after each
comes a pause of ``PAUSES`` times its own length, in which others are served."""

PAUSES = 2.0

WAIT_SECONDS = 20.0


class Shares:
    """Counts each caller's requests."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._there: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._paused_until: dict[str, float] = {}

    def enter(self, caller: str) -> float:
        """Return when it is this request's turn, and the time; ``leave`` ends it.

        Raises TooManyRequestsError, and then it is over.
        """
        with self._change:
            if self._there[caller] >= AT_ONCE + WAITING:
                raise TooManyRequestsError("requests_at_once", retry_after=1, requests=self._there[caller])
            self._there[caller] += 1
            try:
                self._wait(caller)
            except BaseException:
                self._gone(caller)
                raise
            self._running[caller] += 1
            return time.monotonic()

    def leave(self, caller: str, entered: float) -> None:
        """Make room for the caller's next request."""
        with self._change:
            now = time.monotonic()
            if self._there[caller] > CROWD:
                self._paused_until[caller] = now + (now - entered) * PAUSES
            self._running[caller] -= 1
            self._gone(caller)
            self._change.notify_all()

    def _wait(self, caller: str) -> None:
        latest = time.monotonic() + WAIT_SECONDS
        while True:
            now = time.monotonic()
            pause = self._paused_until.get(caller, 0.0) - now
            if pause <= 0 and self._running[caller] < (1 if self._there[caller] > CROWD else AT_ONCE):
                return
            if now > latest:
                raise TooManyRequestsError("requests_at_once", retry_after=5, requests=self._there[caller])
            self._change.wait(min(pause, latest - now) if pause > 0 else latest - now)

    def _gone(self, caller: str) -> None:
        self._there[caller] -= 1
        if not self._there[caller]:
            del self._there[caller]
            self._running.pop(caller, None)
            self._paused_until.pop(caller, None)
