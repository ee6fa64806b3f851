"""A request that computes too long is ended, and answered with 503.

Between its stages the work looks at the deadline itself. What never gets there is interrupted: CPython raises the error
in the thread, at its next step of Python. A single call of C code (SQLite, a regular expression, a model, a store that
is waited for) is not interrupted: the error is raised when it comes back, and each has a limit of its own for that.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from searchapp.errors import RequestTooLongError
from searchapp.telemetry import deadline

GRACE_SECONDS = 5.0
"""For ending by itself, and before what did not heed the interruption is interrupted again."""

LOOK_SECONDS = 0.25

STEPS = 1000
"""Of Python, after which what was raised in a thread has come: CPython looks at each jump back."""

OPERATIONS, OPERATIONS_TIMES = "/api/operations", 10
"""What operators ask for may read every document."""

MCP = "/mcp"
OWN_WATCH = frozenset({"/api/ask", "/v1/chat/completions", MCP})
"""An answer is watched for each of its events (``AnswerQueue``): it waits for its turn, and for a model's words. An
agent's call is watched where it asks for no answer (``mcp``)."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def watched(app: Wsgi, seconds: float) -> Wsgi:
    """``app``, each of whose calls may take that long until its response begins."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if path in OWN_WATCH:
            return app(environ, start_response)
        with watching(seconds_of(path, seconds)):
            return app(environ, start_response)

    return call


def seconds_of(path: str, seconds: float) -> float:
    """How long a request of this path may compute, where others may for ``seconds``."""
    return seconds * OPERATIONS_TIMES if path.startswith(OPERATIONS) else seconds


@contextmanager
def watching(seconds: float) -> Iterator[None]:
    """Inside, RequestTooLongError is raised after ``seconds``, wherever this thread is in Python then."""
    me = threading.get_ident()
    _dog.begin(me, seconds)
    try:
        with deadline.within(seconds):
            yield
    finally:
        _dog.end(me)


class _Watchdog:
    """Looks at the threads that are watched; its own starts with the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[int, float] = {}
        self._interrupted: set[int] = set()
        self._thread: threading.Thread | None = None

    def begin(self, thread: int, seconds: float) -> None:
        with self._lock:
            self._watched[thread] = time.monotonic() + seconds + GRACE_SECONDS
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="searchapp-watchdog", daemon=True)
                self._thread.start()

    def end(self, thread: int) -> None:
        """Called by ``thread`` itself. An error that was raised in it, and has not come yet, comes here.

        It is not taken back with NULL: CPython 3.11 then looks for it at each step, and forever where it is profiled.
        """
        while True:
            try:
                with self._lock:
                    self._watched.pop(thread, None)
                if thread in self._interrupted:
                    for _ in range(STEPS):
                        pass
                    self._interrupted.discard(thread)
                return
            except RequestTooLongError:
                continue

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            with self._lock:
                for thread, latest in self._watched.items():
                    if now > latest:
                        self._watched[thread] = now + GRACE_SECONDS
                        self._interrupted.add(thread)
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(thread), ctypes.py_object(RequestTooLongError)
                        )


_dog = _Watchdog()
