"""Parsing one after the other, except that a document that takes long is overtaken by those behind it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
from typing import Generic, TypeVar

OVERTAKEN_SECONDS = 5.0
"""What takes longer is overtaken: chosen, not measured. Another parser process has to be started for that, and takes
its memory for as long as the slow document."""

PARSERS = min(2, os.cpu_count() or 1)
"""Documents that are parsed at a time. On one core nothing is gained by a second one."""

T = TypeVar("T")
R = TypeVar("R")


class Parsing(Generic[T, R]):
    """Calls ``parse``, in threads of its own, for the documents of one run; ``close`` waits for those at hand."""

    def __init__(self, parse: Callable[[T], R]) -> None:
        self._parse = parse
        self._under_way: dict[Future[R], T] = {}

    def add(self, one: T) -> Iterator[tuple[T, Future[R]]]:
        """Begin with ``one``, and yield what is done: usually that, or earlier ones, or nothing yet."""
        added: Future[R] = Future()
        # A daemon, which no pool of threads has: a long document must not keep the process from ending.
        threading.Thread(target=self._run, args=(added, one), name="searchapp-parse", daemon=True).start()
        self._under_way[added] = one
        while added in self._under_way:
            limit = OVERTAKEN_SECONDS if len(self._under_way) < PARSERS else None
            done, _ = wait(self._under_way, limit, FIRST_COMPLETED)
            if not done:
                return
            yield from ((self._under_way.pop(future), future) for future in done)

    def rest(self) -> Iterator[tuple[T, Future[R]]]:
        """Yield what is still under way, as it is done."""
        for future in as_completed(list(self._under_way)):
            yield self._under_way.pop(future), future

    def close(self) -> None:
        """Wait for what was begun."""
        wait(self._under_way)

    def _run(self, future: Future[R], one: T) -> None:
        try:
            future.set_result(self._parse(one))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that asks for the result
            future.set_exception(error)
