"""Stages of a pipeline: each a generator that runs ahead of its consumer, in a thread of its own and within bounds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Empty(Exception):  # noqa: N818 - a condition, as in queue.Empty
    """Nothing came within the time that ``Prefetch.take`` was given."""


class Prefetch(Generic[T]):
    """Runs ``source`` in a thread, at most ``size`` items ahead of the consumer that takes them.

    What ``source`` raises is raised in the consumer, after the items before it. ``stop`` ends the thread after the item
    at hand, and the consumer's iteration with it; it returns at once, ``join`` waits.
    """

    def __init__(self, source: Iterator[T], size: int, name: str) -> None:
        self._source = source
        self._size = size
        self._items: deque[T] = deque()
        self._change = threading.Condition()
        self._ended = self._stopping = False
        self._takers = 0
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"searchapp-{name}", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while True:
            try:
                yield self.take()
            except StopIteration:
                return

    def take(self, timeout: float | None = None) -> T:
        """The next item; raises Empty after ``timeout`` seconds without one, and StopIteration after the last."""
        with self._change:
            self._takers += 1
            try:
                if not self._change.wait_for(lambda: self._items or self._ended or self._stopping, timeout):
                    raise Empty
            finally:
                self._takers -= 1
            if self._items and not self._stopping:
                item = self._items.popleft()
                self._change.notify_all()
                return item
            if self._error is not None:
                error, self._error = self._error, None
                raise error
            raise StopIteration

    @property
    def is_idle(self) -> bool:
        """Whether the consumer waits for an item that is not there."""
        with self._change:
            return self._takers > 0 and not self._items

    def stop(self) -> None:
        """Let the thread end after the item at hand, and the consumer find no further one."""
        with self._change:
            self._stopping = True
            self._change.notify_all()

    def join(self) -> None:
        """Wait until the thread has ended, after ``stop`` or the last item."""
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._source:
                with self._change:
                    self._change.wait_for(lambda: len(self._items) < self._size or self._stopping)
                    if self._stopping:
                        break
                    self._items.append(item)
                    self._change.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised again in the consumer's thread
            self._error = error
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:  # in this thread, as a generator that runs cannot be closed from another
                close()
            with self._change:
                self._ended = True
                self._change.notify_all()
