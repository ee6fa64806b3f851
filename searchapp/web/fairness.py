"""What one caller may have computed at once: a few requests, with a few more waiting; others are not kept out.

Who asks alone is held back by nobody's need: a program may then have many under way.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

from searchapp.errors import TooManyRequestsError

AT_ONCE = 2
"""With more, a single caller's costly searches make up most of what stands before everybody's next one."""

AT_ONCE_ALONE = 12
"""While nobody else has asked for ``ALONE_SECONDS``."""

ALONE_SECONDS = 10.0

WAITING = 8
"""As many as a browser sends at once; each keeps a thread."""

CROWD = 4
"""Who has more requests than this there asks without a pause, as no page does: then, where others ask too, they run
one by one, and after each comes a pause of ``PAUSES`` times its own length, in which others are served."""

PAUSES = 2.0

WAIT_SECONDS = 20.0


class Shares:
    """Counts each caller's requests."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._there: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._paused_until: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def enter(self, caller: str) -> float:
        """Return when it is this request's turn, and the time; ``leave`` ends it.

        Raises TooManyRequestsError, and then it is over.
        """
        with self._change:
            is_alone = self._is_alone(caller)
            if self._there[caller] >= (AT_ONCE_ALONE if is_alone else AT_ONCE) + WAITING:
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
            if self._there[caller] > CROWD and not self._is_alone(caller):
                self._paused_until[caller] = now + (now - entered) * PAUSES
            self._running[caller] -= 1
            self._gone(caller)
            self._change.notify_all()

    def _wait(self, caller: str) -> None:
        latest = time.monotonic() + WAIT_SECONDS
        while True:
            now = time.monotonic()
            if self._is_alone(caller):
                pause, most = 0.0, AT_ONCE_ALONE
            else:
                pause, most = self._paused_until.get(caller, 0.0) - now, 1 if self._there[caller] > CROWD else AT_ONCE
            if pause <= 0 and self._running[caller] < most:
                return
            if now > latest:
                raise TooManyRequestsError("requests_at_once", retry_after=5, requests=self._there[caller])
            self._change.wait(min(pause, latest - now) if pause > 0 else latest - now)

    def _is_alone(self, caller: str) -> bool:
        now = time.monotonic()
        self._seen = {name: seen for name, seen in self._seen.items() if now - seen < ALONE_SECONDS}
        self._seen[caller] = now
        return self._seen.keys() | self._there.keys() == {caller}

    def _gone(self, caller: str) -> None:
        self._there[caller] -= 1
        if not self._there[caller]:
            del self._there[caller]
            self._running.pop(caller, None)
            self._paused_until.pop(caller, None)
