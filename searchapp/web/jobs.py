"""Takes in documents beside the server: over Redis by the workers, else by background threads of this process.

Either way the registry is the queue: what it holds as queued is done, also after a restart, no matter who queued it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from searchapp.errors import SearchAppError, ServiceRefusedError, ServiceUnavailableError
from searchapp.messages import Message
from searchapp.operations import paused
from searchapp.web.problems import InternalError

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 60.0
"""While a service stays away the registry is looked through again, after 1, 2, 4 ... and at most 60 seconds."""

LOOK_SECONDS = 3.0
"""How often the registry is asked for documents that another process has queued ("ingest --queue")."""


class Jobs:
    """Sees to it that queued documents are ingested. The threads start with the first of them, or with ``resume``.

    Each kind has a thread of its own: a crawl may take hours and a page minutes, and what is uploaded meanwhile does
    not wait for them.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._stopping = threading.Event()
        self._problem: SearchAppError | None = None
        self._vectors = _Vectors(application, self._stopping, "vectors")
        self._lanes = [
            _Lane(application, self._stopping, kind, self._vectors.look) for kind in ("file", "page", "site")
        ]

    @property
    def problem(self) -> SearchAppError | None:
        """What keeps the queue as a whole from moving, if anything; a single bad document does not."""
        lanes = (*self._lanes, self._vectors)
        lane = next((lane.problem for lane in lanes if lane.problem is not None), self._problem)
        return lane or paused(self._application.store)

    def submit(self, document_id: str) -> None:
        """Have a document, which the registry already holds as queued, ingested as soon as its turn comes."""
        queue = self._application.queue
        if queue is None:
            self.resume()
            return
        try:
            queue.submit([document_id])
            self._problem = None
        except SearchAppError as error:  # a worker finds the entry when Redis is back
            self._problem = error
            log.warning("%s waits in the registry: %s", document_id, error)

    def resume(self) -> None:
        """Take up what is queued, by an earlier server too; with Redis the workers do that."""
        if self._application.queue is None:
            for lane in (*self._lanes, self._vectors):
                lane.look()

    def wait(self) -> None:
        """Block until everything that was submitted so far is done, vectors too, or cannot be done now."""
        for lane in (*self._lanes, self._vectors):
            lane.wait()

    def stop(self, timeout: float = 5.0) -> None:
        """End the threads after the documents at hand, waiting at most ``timeout`` seconds for each."""
        self._stopping.set()
        for lane in (*self._lanes, self._vectors):
            lane.stop(timeout)


class _Lane:
    """One thread, for one kind of what waits (``ingest.queue.Kind``, which is imported when it is used).

    ``done`` is called when a batch is.
    """

    def __init__(
        self,
        application: Application,
        stopping: threading.Event,
        kind: str,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self._done = done
        self.problem: SearchAppError | None = None
        self._application = application
        self._kind = kind
        self._change = threading.Condition()
        self._submitted = self._looked = 0
        self._thread: threading.Thread | None = None
        self._stopping = stopping
        self._was_paused = False

    def look(self) -> None:
        """Have the registry looked through now."""
        with self._change:
            self._submitted += 1
            self._change.notify_all()
            if self._thread is None:
                # A daemon: embedding a long document must not keep the server from ending.
                name = f"searchapp-ingest-{self._kind}"
                self._thread = threading.Thread(target=self._work, name=name, daemon=True)
                self._thread.start()

    def wait(self) -> None:
        with self._change:
            wanted = self._submitted
            self._change.wait_for(lambda: self._looked >= wanted or self._stopping.is_set())

    def stop(self, timeout: float) -> None:
        with self._change:
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)

    def _work(self) -> None:
        pause = FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            with self._change:
                wanted = self._submitted
            self.problem = problem = self._attempt()
            with self._change:
                self._looked = wanted
                self._change.notify_all()
                self._change.wait_for(self._is_wanted, pause if problem else LOOK_SECONDS)
            pause = min(pause * 2, LAST_RETRY_SECONDS) if problem else FIRST_RETRY_SECONDS

    def _is_wanted(self) -> bool:
        return self._submitted > self._looked or self._stopping.is_set()

    def _attempt(self) -> SearchAppError | None:
        """Ingest until nothing waits any more; what prevents that is returned."""
        try:
            self._drain()
        except SearchAppError as error:
            log.error("Queued documents wait: %s", error)
            return error
        except Exception:  # the thread's last door: later documents must still be served
            log.exception("Queued documents wait")
            return InternalError()
        return None

    def _drain(self) -> None:
        from searchapp.ingest.queue import Kind, find_waiting, in_batches, run_batch

        application = self._application
        tried: set[str] = set()
        while waiting := [one for one in find_waiting(application.store, kind=Kind(self._kind)) if one not in tried]:
            for batch in in_batches(waiting):
                if self._pauses() or not run_batch(application.ingester, batch, self._stopping, self._tell):
                    return
                self.problem = None
                self._done()
            tried.update(waiting)  # what another process holds stays as it is, and comes with a later look

    def _pauses(self) -> bool:
        told = paused(self._application.store)
        if told is not None and not self._was_paused:
            log.warning("%s", told)
        elif told is None and self._was_paused:
            log.warning("The queue goes on.")
        self._was_paused = told is not None
        return self._was_paused

    def _tell(self, sentence: Message | None) -> None:
        """Show what is waited for, until None ends that."""
        if sentence is not None:
            log.warning("%s", sentence)
        self.problem = None if sentence is None else ServiceUnavailableError("plain", text=sentence)


class _Vectors(_Lane):
    """The thread that computes the vectors of what is found by its words, while others read and searches go on."""

    def _drain(self) -> None:
        if self._pauses():
            return
        try:
            self._application.ingester.embed_waiting(
                self._stopping, notify=self._tell, goes_on=lambda: not self._pauses(), stands_by=True
            )
        except ServiceRefusedError as error:  # a key that may only read: who wrote the documents sees to them
            log.debug("Vectors are left to others: %s", error)
