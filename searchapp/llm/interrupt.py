"""Ends a streaming HTTP call from outside, even while the server has not said a word.

A blocking read cannot be told that nobody waits for it any more. So it happens in a thread, and what wakes that thread
is the end of its connection: a socket that is shut down returns from its read at once.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.25
AHEAD = 64
"""Items read ahead of a slow reader; then the server is made to wait, as without the thread."""


class Line:
    """The connection of one HTTP call. Its ``hooks`` go to the ``httpx`` client; ``cut`` ends it, from any thread."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._is_cut = False
        self.hooks = {"request": [self._trace]}

    def _trace(self, request: Any) -> None:
        request.extensions["trace"] = self._note

    def _note(self, event: str, facts: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._stream = facts["return_value"]
            if self._is_cut:
                self.cut()

    def cut(self) -> None:
        """End the connection; a read that waits on it returns at once."""
        self._is_cut = True
        if self._stream is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def until_given_up(
    items: Iterator[T], given_up: Callable[[], bool], cut: Callable[[], None]
) -> Generator[T, None, None]:
    """Yield ``items`` until they end or ``given_up`` is true; raises what they raise, and ``cut``s what is left."""
    arrived: queue.Queue[tuple[str, Any]] = queue.Queue(AHEAD)
    over = threading.Event()

    def read() -> None:
        try:
            for item in items:
                if not _put(arrived, ("item", item), over):
                    return
            _put(arrived, ("end", None), over)
        except Exception as error:  # noqa: BLE001 - raised again in the reader's thread
            _put(arrived, ("error", error), over)
        finally:
            if close := getattr(items, "close", None):
                close()

    threading.Thread(target=read, name="searchapp-llm", daemon=True).start()
    try:
        while True:
            try:
                kind, value = arrived.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if given_up():
                    return
                continue
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        over.set()
        cut()


def _put(arrived: queue.Queue[tuple[str, Any]], what: tuple[str, Any], over: threading.Event) -> bool:
    while not over.is_set():
        try:
            arrived.put(what, timeout=POLL_SECONDS)
        except queue.Full:
            continue
        return True
    return False
