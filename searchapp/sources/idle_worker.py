"""The parser process of the run before, kept for the next one: an edit that is followed need not wait for a start."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

IDLE_SECONDS = 600.0
"""How long a process waits for another run, with the pages that it remembers: people save what they work on every few
minutes. It holds some 100 MB meanwhile."""


class Process(Protocol):
    """What can be kept."""

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        ...

    def kill(self) -> None:
        """End it."""
        ...


P = TypeVar("P", bound=Process)


class IdleWorker(Generic[P]):
    """At most one idle process. It ends ``seconds`` after it was left, or with the process that left it.

    Only who wants one of the same ``kind`` gets it, and only while the environment is what it was started in.
    """

    def __init__(self, seconds: float = IDLE_SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._kept: _Kept[P] | None = None

    def take(self, kind: Hashable) -> P | None:
        """The process that was left; None when there is none, or one that does not fit, which stays."""
        with self._lock:
            kept = self._kept
            if kept is None or kept.fits != _fitting(kind):
                return None
            self._kept = None
        kept.timer.cancel()
        if kept.process.is_alive:
            return kept.process
        kept.process.kill()
        return None

    def leave(self, kind: Hashable, process: P) -> None:
        """Keep ``process``; the one that was kept before ends."""
        timer = threading.Timer(self._seconds, self._end, [process])
        timer.daemon = True
        with self._lock:
            before, self._kept = self._kept, _Kept(_fitting(kind), process, timer, os.getpid())
        timer.start()
        if before is not None:
            before.end()

    def end(self) -> None:
        """End what is kept now."""
        self._end(None)

    def _end(self, one: P | None) -> None:
        with self._lock:
            kept = self._kept
            if kept is None or (one is not None and kept.process is not one):
                return
            self._kept = None
        kept.end()


@dataclass(frozen=True, slots=True)
class _Kept(Generic[P]):
    fits: Hashable
    process: P
    timer: threading.Timer
    owner: int

    def end(self) -> None:
        self.timer.cancel()
        if self.owner == os.getpid():  # after a fork it is the parent's
            self.process.kill()


def _fitting(kind: Hashable) -> Hashable:
    return kind, os.getpid(), tuple(sorted(os.environ.items()))
