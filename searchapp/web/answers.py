"""Answers as they are written: in turn, some at once, and as server-sent events over one response."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, json, request
from prometheus_client import Gauge

from searchapp.errors import OverloadedError, SearchAppError, TooManyRequestsError
from searchapp.model import (
    Answer,
    AnswerEvent,
    ConversationBegun,
    Done,
    PassagesRead,
    QueryRead,
    Sentence,
    SentenceChecked,
    SourcesFound,
    ThinkingBegun,
    Token,
)
from searchapp.model.json import to_json
from searchapp.web.problems import InternalError, Problem, problem
from searchapp.web.watchdog import watching

EVENTS = {
    "conversation": ConversationBegun,
    "query": QueryRead,
    "sources": SourcesFound,
    "reading": PassagesRead,
    "thinking": ThinkingBegun,
    "token": Token,
    "sentence": Sentence,
    "done": Answer,
    "error": Problem,
}
"""The events of an answer, and the type of each one's data."""

log = logging.getLogger(__name__)


def stream(events: Iterator[AnswerEvent | ConversationBegun], redact: Callable[[str], str]) -> Response:
    """Send ``events`` one by one; ends early, and ends the work behind them, when the client goes.

    The first event is awaited here, so that what fails before it (an empty question, a store that is down) is still an
    ordinary error response: raises what ``events`` raises. A later failure becomes an ``error`` event, its words passed
    through ``redact``.
    """
    first = next(events)
    gone = client_gone()

    def body() -> Iterator[str]:
        yield _encode(first)
        try:
            for event in events:
                if gone():
                    return
                yield _encode(event)
        except SearchAppError as error:
            yield _encode(problem(error, redact))
        except Exception:  # the status line is long gone: the stream itself must say so
            log.exception("An answer broke off")
            yield _encode(problem(InternalError(), redact))

    return event_stream(body(), events)


def event_stream(body: Iterator[str], behind: Iterator[object] | None = None) -> Response:
    """A response of server-sent events, piece by piece; when it ends, so does the work ``behind`` it."""
    response = Response(body, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold the words back
    # A generator that was never started runs no `finally`; the server calls this in every case.
    response.call_on_close(getattr(behind, "close", lambda: None))
    return response


def client_gone() -> Callable[[], bool]:
    """What tells whether this request's client has hung up; callable from any thread."""
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
    return gone


def _encode(event: AnswerEvent | ConversationBegun | Problem) -> str:
    """One event as it goes over the wire; JSON escapes line breaks, so the data is one line."""
    data: Any = event
    match event:
        case SentenceChecked():
            data = event.sentence
        case Done():
            data = event.answer
    (name,) = (name for name, type_ in EVENTS.items() if isinstance(data, type_))
    return f"event: {name}\ndata: {json.dumps(to_json(data))}\n\n"


POLL_SECONDS = 0.25
FIRST_GUESS_SECONDS = 20.0
"""How long an answer takes, before the first one has shown it."""

SHARE = 0.5
"""Part of all places that one caller may hold."""

WRITING = Gauge("searchapp_answers_writing", "Answers that are written now.")
WAITING = Gauge("searchapp_answers_waiting", "Questions that wait for their turn.")


class AnswerQueue:
    """``at_once`` answers are written, ``waiting`` may stand in line; first come, first served, "later" to the rest.

    An answer keeps a server thread and the language model busy for as long as it is written. Bounding both here keeps a
    slow Ollama from ever making a search slow: the server has threads for all answers and all who wait, beside those
    for searches.
    """

    def __init__(self, at_once: int, waiting: int, seconds: float = 180.0) -> None:
        """``seconds`` may pass between two events."""
        self._seconds = seconds
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
                events = start()
                try:
                    while (event := self._next(events)) is not None:
                        yield event
                finally:
                    getattr(events, "close", lambda: None)()
            finally:
                self._done(time.monotonic() - started)
        finally:
            with self._change:
                self._held[caller or ""] -= 1
                self._change.notify_all()

    def _next(self, events: Iterator[AnswerEvent]) -> AnswerEvent | None:
        with watching(self._seconds):
            return next(events, None)

    def _enter(self, caller: str | None) -> None:
        with self._change:
            if self._held.total() >= self._places:
                raise OverloadedError(
                    "answers_queued_up",
                    retry_after=self._seconds_to_wait(),
                    running=self._running,
                    waiting=len(self._line),
                )
            if caller is not None and self._held[caller] >= max(1, math.floor(self._places * SHARE)):
                raise TooManyRequestsError(
                    "questions_of_one", retry_after=self._seconds_to_wait(), questions=self._held[caller]
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
                        raise OverloadedError("client_left")
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
