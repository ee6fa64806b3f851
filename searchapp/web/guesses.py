"""Limits on guessing: who fails too often waits, and what costs to check is checked a few times at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from limits import RateLimitItemPerMinute, storage, strategies

from searchapp.errors import OverloadedError, SearchAppError

Key = tuple[str, ...]


class Guesses:
    """Counts failures within a minute. Those under way count as failures until they are none, so that a hundred at
    once get no further than a hundred in turn.
    """

    def __init__(self) -> None:
        self._limiter = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
        self._lock = threading.Lock()
        self._under_way: Counter[Key] = Counter()

    @contextmanager
    def counted(self, limits: Mapping[Key, int], refusal: Callable[[], SearchAppError]) -> Iterator[Callable[[], None]]:
        """Within it something is tried; it gives what is to be called when that failed.

        ``limits`` are the most failures a minute, by what they count for. Raises ``refusal()`` where one is reached.
        """
        with self._lock:
            if any(self._left(key, most) <= self._under_way[key] for key, most in limits.items()):
                raise refusal()
            self._under_way.update(limits.keys())
        failed: list[Key] = []
        try:
            yield lambda: failed.extend(limits)
        finally:
            with self._lock:
                for key in failed:
                    self._limiter.hit(RateLimitItemPerMinute(limits[key]), *key)
                self._under_way.subtract(limits.keys())
                for key in limits:
                    if not self._under_way[key]:
                        del self._under_way[key]

    def _left(self, key: Key, most: int) -> int:
        return self._limiter.get_window_stats(RateLimitItemPerMinute(most), *key).remaining


class Turns:
    """``at_once`` may do something costly, ``waiting`` more wait for it, "later" to the rest."""

    def __init__(self, at_once: int, waiting: int, reason: str, seconds: float = 10.0) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._reason, self._seconds = reason, seconds

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Within it is one's turn. Raises OverloadedError when none comes within ``seconds``."""
        if not self._places.acquire(blocking=False):
            raise OverloadedError(self._reason, retry_after=2)
        try:
            if not self._working.acquire(timeout=self._seconds):
                raise OverloadedError(self._reason, retry_after=2)
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._places.release()
