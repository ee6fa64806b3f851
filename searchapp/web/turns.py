"""Turns at writing answers: some at once, some in line, and a clear "later" to the rest.

An answer keeps a server thread and the language model busy for as long as it is written. Bounding both here is what
keeps a slow Ollama from ever making a search slow: the server has threads for all answers and all who wait, beside
those for searches.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator

from prometheus_client import Gauge

from searchapp.errors import OverloadedError, TooManyRequestsError
from searchapp.model import AnswerEvent

POLL_SECONDS = 0.25
FIRST_GUESS_SECONDS = 20.0
"""How long an answer takes, before the first one has shown it."""

SHARE = 0.5
"""Part of all places that one caller may hold."""

WRITING = Gauge("searchapp_answers_writing", "Answers that are written now.")
WAITING = Gauge("searchapp_answers_waiting", "Questions that wait for their turn.")


class Turns:
    """``at_once`` answers are written, ``waiting`` may stand in line; first come, first served."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._places = at_once + waiting
        self._change = threading.Condition()
        self._line: deque[object] = deque()
        self._running = 0
        self._held: Counter[str] = Counter()
        self._usual_seconds = FIRST_GUESS_SECONDS

    def held(
        self, caller: str | None, start: Callable[[], Iterator[AnswerEvent]], gone: Callable[[], bool]
    ) -> Iterator[AnswerEvent]:
        """The events of ``start()``, once it is their turn; the turn ends with them.

        ``caller`` names who may hold only their share; None holds as many as there are. Raises OverloadedError when the
        line is full (or the client is ``gone``), TooManyRequestsError when the caller's share is.
        """
        self._enter(caller)
        try:
            self._wait(gone)
            started = time.monotonic()
            try:
                yield from start()
            finally:
                self._done(time.monotonic() - started)
        finally:
            with self._change:
                self._held[caller or ""] -= 1
                self._change.notify_all()

    def _enter(self, caller: str | None) -> None:
        with self._change:
            if self._held.total() >= self._places:
                raise OverloadedError(
                    f"{self._running} answers are being written and {len(self._line)} questions wait already.",
                    "Ask again in a little while; searching works meanwhile.",
                    self._seconds_to_wait(),
                )
            if caller is not None and self._held[caller] >= max(1, math.floor(self._places * SHARE)):
                raise TooManyRequestsError(
                    f"{self._held[caller]} questions of yours are being answered or wait already.",
                    "Wait for one of them to end.",
                    self._seconds_to_wait(),
                )
            self._held[caller or ""] += 1

    def _wait(self, gone: Callable[[], bool]) -> None:
        me = object()
        with self._change:
            self._line.append(me)
            WAITING.inc()
            try:
                while self._running >= self._at_once or self._line[0] is not me:
                    self._change.wait(POLL_SECONDS)
                    if gone():
                        raise OverloadedError("The client left before its turn came.", "Ask again.")
                self._running += 1
                WRITING.inc()
            finally:
                self._line.remove(me)
                WAITING.dec()
                self._change.notify_all()

    def _done(self, seconds: float) -> None:
        with self._change:
            self._running -= 1
            WRITING.dec()
            self._usual_seconds += (seconds - self._usual_seconds) / 4  # a moving average over about four answers
            self._change.notify_all()

    def _seconds_to_wait(self) -> int:
        rounds = (len(self._line) + 1) / self._at_once
        return min(300, max(1, math.ceil(rounds * self._usual_seconds / 2)))
