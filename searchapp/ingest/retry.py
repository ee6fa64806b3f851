"""Waiting for a service that has gone away in the middle of a run, instead of failing what is under way."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from searchapp.errors import ServiceUnavailableError, StorageError
from searchapp.messages import Message

if TYPE_CHECKING:
    from searchapp.embedding import Embedder
    from searchapp.ingest.leases import Leases
    from searchapp.ingest.originals import Originals
    from searchapp.settings import Settings
    from searchapp.stores import Store

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
LOOK_SECONDS = 0.25
"""How often a wait looks whether the process is asked to stop."""

Notify = Callable[["Message | None"], None]
"""Receives what is waited for, in threads of their own, and None when the wait is over."""


class Retry:
    """Repeats calls that fail because a service is away or a disk is full, for ``seconds`` at the most.

    Every call it is used for may be repeated: claims, lookups, and writes of whole documents. ``stopping`` is set by
    the part of the process that wants it to end; waits end with it.
    """

    def __init__(self, seconds: float, notify: Notify | None = None, stopping: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._notify = notify or _log
        self._stopping = stopping or threading.Event()
        self._ending = threading.Event()

    def stop(self) -> None:
        """Wait no longer: a call that fails from now on raises."""
        self._ending.set()

    def say(self, sentence: Message | None) -> None:
        """Say what is waited for; None ends the wait."""
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
                self.say(Message("waiting_for_service", problem=error.sentence.whole))
                # Jitter, so that workers that lost one server do not all come back to it at once.
                if not self.pause(pause * random.uniform(0.75, 1.25)):  # noqa: S311
                    raise
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                if deadline is not None:
                    self.say(None)
                return result


class _Retrying:
    """Stands for a service: whatever is asked of it is asked by way of ``retry``."""

    def __init__(self, service: object, retry: Retry) -> None:
        self._service = service
        self._retry = retry

    def __getattr__(self, name: str) -> Any:
        value = self._retry(getattr, self._service, name)
        return partial(self._retry, _call_whole, value) if callable(value) else value


def retrying(service: R, retry: Retry) -> R:
    """``service``, each call of which is repeated while it is away; iterators it returns are read to their end."""
    return cast("R", _Retrying(service, retry))


@dataclass(frozen=True, slots=True)
class Run:
    """What the stages of one run work with. The services are ``retrying`` ones."""

    store: Store
    embedder: Embedder
    originals: Originals
    leases: Leases
    settings: Settings
    retry: Retry


def _call_whole(method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    result = method(*args, **kwargs)
    # An iterator fails while it is read, and half of one cannot be repeated.
    return iter(tuple(result)) if isinstance(result, Iterator) else result


def _log(sentence: Message | None) -> None:
    if sentence is not None:
        log.warning("%s", sentence)
