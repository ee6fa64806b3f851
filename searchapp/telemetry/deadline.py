"""When what this thread is doing must be done: set at the door, looked at between the stages of the work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from searchapp.errors import RequestTooLongError

_deadline: ContextVar[float | None] = ContextVar("searchapp_deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Inside, ``check`` raises once that many seconds have gone by."""
    before = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(before)


def check() -> None:
    """Raise RequestTooLongError where the time is over; nothing happens where none was set."""
    latest = _deadline.get()
    if latest is not None and time.monotonic() > latest:
        raise RequestTooLongError
