"""A time after which what hangs is ended."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Deadline:
    """Calls ``expire`` when the block takes too long: a read from a pipe cannot time out, but the pipe can end."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self._timer = threading.Timer(seconds, expire)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
