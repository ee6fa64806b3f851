"""Whether a worker takes documents from the queue: an operator's pause, which the registry knows."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from searchapp.errors import SearchAppError
from searchapp.ingest import metrics
from searchapp.model import Pause

if TYPE_CHECKING:
    from searchapp.stores import Registry

log = logging.getLogger(__name__)

PAUSE_LOOK_SECONDS = 2.0
"""How often a worker asks whether the queue is paused: one small read of the registry."""


class QueuePause:
    """Has a Celery worker, which has not started yet, take nothing from the queue ``name`` while that is paused.

    The registry says whether an operator paused it; Redis is not asked, as it forgets.
    """

    def __init__(self, registry: Registry, worker: Any, name: str) -> None:
        self._registry = registry
        self._worker = worker
        self._name = name
        self._lock = threading.Lock()
        self._pause: Pause | None = None
        self.is_on()
        self._apply()

    def is_on(self) -> bool:
        """Ask, act accordingly, and say whether the queue is paused now; as it was while the store is away."""
        with self._lock:
            try:
                pause = self._registry.pause()
            except SearchAppError as error:
                log.debug("Whether the queue is paused is not known: %s", error)
                pause = self._pause
            if pause is not None and self._pause is None:
                log.info(
                    "The queue is paused since %s by %s: what is in hand is finished, and nothing new is begun. "
                    "searchapp queue resume ends that.",
                    f"{pause.since:%Y-%m-%d %H:%M} UTC",
                    pause.by,
                )
            elif pause is None and self._pause is not None:
                log.info("The queue goes on.")
            self._pause = pause
        metrics.PAUSED.set(pause is not None)
        self._worker.consumer.call_soon(self._apply)
        return pause is not None

    def follow(self, ending: threading.Event) -> None:
        """Ask again and again, until ``ending`` is set."""
        while not ending.wait(PAUSE_LOOK_SECONDS):
            self.is_on()

    def _apply(self) -> None:
        """Take, or do not, as the registry last said; only Celery's own thread may do this once it runs."""
        consumer, queues = self._worker.consumer, self._worker.app.amqp.queues
        taking = consumer.task_consumer  # None while Redis is away: the next one takes from what is selected then
        if self._pause is not None:
            queues.deselect(self._name)
            if taking is not None:
                taking.cancel_by_queue(self._name)
        elif taking is None:
            queues.select_add(queues[self._name])
        elif not taking.consuming_from(self._name):
            consumer.add_task_queue(self._name)
