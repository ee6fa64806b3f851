"""Waiting for a service that has gone away in the middle of a run, instead of failing what is under way."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from searchapp.errors import ServiceUnavailableError, StorageError

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
LOOK_SECONDS = 0.25
"""How often a wait looks whether the process is asked to stop."""

Notify = Callable[[str], None]
"""Is told in a sentence what is waited for, and with an empty one that the wait is over."""


class Patience:
    """Repeats calls that fail because a service is away or a disk is full, for ``seconds`` at the most.

    Every call it is used for may be repeated: claims, lookups, and writes of whole documents. ``stopping`` is set by
    whoever wants the process to end; waits end with it.
    """

    def __init__(self, seconds: float, notify: Notify | None = None, stopping: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._notify = notify or _log
        self._stopping = stopping or threading.Event()
        self._ending = threading.Event()

    def stop(self) -> None:
        """Wait no longer: a call that fails from now on raises."""
        self._ending.set()

    def say(self, sentence: str) -> None:
        """Tell what is waited for; an empty sentence ends the wait."""
        self._notify(sentence)

    def pause(self, seconds: float) -> bool:
        """Wait; False when ``stop`` was called meanwhile, or ``stopping`` set."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._ending.wait(min(left, LOOK_SECONDS)) or self._stopping.is_set():
                return False
        return not self._ending.is_set() and not self._stopping.is_set()

    def __call__(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """``call(*args, **kwargs)``, repeated while it raises ServiceUnavailableError or StorageError."""
        deadline: float | None = None
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                result = call(*args, **kwargs)
            except (ServiceUnavailableError, StorageError) as error:
                deadline = deadline or time.monotonic() + self._seconds
                if time.monotonic() + pause > deadline:
                    raise
                self._notify(f"Waiting: {error}")
                if not self.pause(pause * random.uniform(0.75, 1.25)):  # noqa: S311 - jitter
                    raise
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                if deadline is not None:
                    self._notify("")
                return result


def _log(sentence: str) -> None:
    if sentence:
        log.warning("%s", sentence)
