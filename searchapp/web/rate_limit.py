"""How many requests a caller may send in a minute, and how many of them are left, in the headers of every answer.

``RateLimit-Policy`` and ``RateLimit`` are those of draft-ietf-httpapi-ratelimit-headers-10.
"""

from __future__ import annotations

import math
import time

from flask import Response, g
from limits import RateLimitItemPerMinute, storage, strategies

from searchapp.errors import TooManyRequestsError

NAME = "requests"


class RateLimit:
    """Counts each caller's requests within the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._limiter = strategies.MovingWindowRateLimiter(storage.MemoryStorage())

    def count(self, caller: str, times: int = 1) -> None:
        """Count one more; ``times`` as many are allowed where all callers are one.

        Raises TooManyRequestsError, which says when there is room again.
        """
        share = RateLimitItemPerMinute(self._per_minute * times)
        has_room = self._limiter.hit(share, caller)
        reset, left = self._limiter.get_window_stats(share, caller)
        seconds = max(1, math.ceil(reset - time.time()))
        g.rate_limit = (share.amount, share.get_expiry(), max(0, left), seconds)
        if not has_room:
            raise TooManyRequestsError("requests_too_many", retry_after=seconds, requests=share.amount)


def tell(response: Response) -> Response:
    """Say in the headers what was counted for this request; to be called after it."""
    if (counted := g.pop("rate_limit", None)) is not None:
        quota, window, left, seconds = counted
        response.headers["RateLimit-Policy"] = f'"{NAME}";q={quota};w={window}'
        response.headers["RateLimit"] = f'"{NAME}";r={left};t={seconds}'
    return response
