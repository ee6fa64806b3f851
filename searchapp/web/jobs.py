"""Takes in documents beside the server: one background thread, one queue, the registry as its memory."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from searchapp.errors import SearchAppError, ServiceUnavailableError
from searchapp.model import DocumentState, IngestState
from searchapp.sources.addresses import is_web_address
from searchapp.web.problems import InternalError

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

BATCH = 64
"""Sources given to the ingester at once: enough to fill its embedding batches across documents."""

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 60.0
"""While a service is away the batch is tried again, after 1, 2, 4 ... and at most 60 seconds."""

RESUME_PAGE = 200


class Jobs:
    """A queue of sources and the thread that ingests them. The thread starts with the first source."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._queue: queue.Queue[str] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._problem: SearchAppError | None = None

    @property
    def problem(self) -> SearchAppError | None:
        """What keeps the queue as a whole from moving, if anything; a single bad document does not."""
        return self._problem

    def submit(self, source: str) -> None:
        """Ingest ``source``, which the registry already holds as queued, as soon as its turn comes."""
        self._queue.put(source)
        with self._lock:
            if self._thread is None:
                # A daemon: embedding a long document must not keep the server from ending.
                self._thread = threading.Thread(target=self._work, name="searchapp-ingest", daemon=True)
                self._thread.start()

    def resume(self) -> int:
        """Submit what an earlier server left unfinished, and return how many sources that were.

        Only uploads and web addresses: files that are queued may belong to an ``ingest`` command that is running now.
        """
        uploads = str(self._application.settings.data_dir.absolute() / "uploads")
        left = [
            entry.source
            for state in (DocumentState.RUNNING, DocumentState.QUEUED)
            for entry in self._application.store.entries(states=[state], size=RESUME_PAGE).entries
            if is_web_address(entry.source) or entry.source.startswith(uploads)
        ]
        for source in left:
            self.submit(source)
        return len(left)

    def wait(self) -> None:
        """Block until everything that was submitted is done."""
        self._queue.join()

    def stop(self, timeout: float = 5.0) -> None:
        """End the thread after the document at hand, waiting at most ``timeout`` seconds for it."""
        self._stopping.set()
        self._queue.put("")  # wakes a thread that waits for work
        if self._thread is not None:
            self._thread.join(timeout)

    def _work(self) -> None:
        while not self._stopping.is_set():
            batch = self._next_batch()
            try:
                self._ingest(batch)
            except SearchAppError as error:
                self._problem = error
                log.error("%d queued documents were not ingested: %s", len(batch), error)
            except Exception:  # the thread's last door: later documents must still be served
                self._problem = InternalError()
                log.exception("%d queued documents were not ingested", len(batch))
            finally:
                for _ in batch:
                    self._queue.task_done()

    def _next_batch(self) -> list[str]:
        batch = [self._queue.get()]
        while len(batch) < BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _ingest(self, batch: list[str]) -> None:
        delay = FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            try:
                for outcome in self._application.ingester.ingest(batch):
                    self._problem = None
                    if outcome.state is IngestState.FAILED:
                        log.warning("%s was not ingested: %s", outcome.source, outcome.error)
                    if self._stopping.is_set():
                        return
                return
            except ServiceUnavailableError as error:
                # Ingesting again is safe (what is done is "unchanged"), and nothing else could proceed either.
                self._problem = error
                log.warning("Ingestion waits %.0f s: %s", delay, error)
                self._stopping.wait(delay)
                delay = min(delay * 2, LAST_RETRY_SECONDS)
