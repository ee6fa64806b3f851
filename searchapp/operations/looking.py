"""Looking at something now and then, once for everybody who watches: how many they are costs nothing."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from searchapp.errors import SearchAppError
from searchapp.messages import Language, Message, read_in

T = TypeVar("T")
Clock = Callable[[], float]

log = logging.getLogger(__name__)

LATE = 3
"""Times its own interval after which what a part shows is behind."""


class Part(Generic[T]):
    """What ``look`` gives, looked at anew when it is older than ``seconds`` and somebody asks.

    ``value`` is the last one that could be had, ``problem`` why there is no newer one, ``seen`` when it was had.
    """

    def __init__(self, name: str, look: Callable[[], T], seconds: float, clock: Clock = time.monotonic) -> None:
        self.name = name
        self.value: T | None = None
        self.problem: Message | None = None
        self.seen: dt.datetime | None = None
        self._look, self._seconds, self._clock = look, seconds, clock
        self._looked = self._had = -float("inf")

    @property
    def is_due(self) -> bool:
        """Whether it is older than it may be."""
        return self._clock() - self._looked >= self._seconds

    @property
    def is_behind(self) -> bool:
        """Whether it shows what was a while ago, for whatever reason."""
        return self.seen is not None and self._clock() - self._had >= LATE * self._seconds

    def expire(self) -> None:
        """Have it looked at the next time that somebody asks."""
        self._looked = -float("inf")

    def put(self, value: T) -> None:
        """Somebody has looked anyway."""
        self.value, self.problem = value, None
        self._looked = self._had = self._clock()
        self.seen = dt.datetime.now(dt.UTC)

    def look(self) -> None:
        """Look; what goes wrong is the part's problem alone."""
        self._looked = self._clock()
        try:
            self.put(self._look())
        except SearchAppError as error:
            self.problem = error.sentence
        except Exception:  # the thread's last door
            log.exception("What the operator's page shows of %s could not be looked at", self.name)
            self.problem = Message("board_crashed")


class Lane:
    """Parts that one thread looks at, one after the other, while somebody asks; never two threads at once."""

    def __init__(self, parts: Sequence[Part[Any]]) -> None:
        self.parts = tuple(parts)
        self.is_looking = False
        self._change = threading.Condition()

    def look(self, language: Language, seconds: float) -> None:
        """Have what is due looked at for a reader of ``language``, and wait for it, ``seconds`` at most."""
        with self._change:
            due = [part for part in self.parts if part.is_due]
            if due and not self.is_looking:
                self.is_looking = True
                threading.Thread(target=self._run, args=(due, language), name="searchapp-board", daemon=True).start()
            self._change.wait_for(lambda: not self.is_looking, seconds)

    def _run(self, due: list[Part[Any]], language: Language) -> None:
        try:
            with read_in(language):
                for part in due:
                    part.look()
        finally:
            with self._change:
                self.is_looking = False
                self._change.notify_all()
