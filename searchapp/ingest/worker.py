"""The worker: Celery tasks over Redis, in threads of one process that share one embedding model.

A batch is acknowledged when it is done, and none is begun while an operator pauses the queue. On SIGTERM the documents
at hand are finished, the rest of the batch goes back into the queue. The sweeper sends again what was lost: batches
that Redis forgot, documents whose worker died.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from searchapp.errors import SearchAppError, ServiceUnavailableError, StorageError, UsageError
from searchapp.ingest import metrics
from searchapp.ingest.lifecycle import now
from searchapp.ingest.queue import REQUEST_HEADER, TASK, RedisQueue, find_waiting, run_batch
from searchapp.ingest.queue_pause import QueuePause
from searchapp.telemetry import logs

if TYPE_CHECKING:
    from searchapp.ingest.pipeline import Ingester
    from searchapp.stores import Store

log = logging.getLogger(__name__)

LONGEST_SWEEP_SECONDS = 30.0

WARM = "Warm"
"""Celery's word for a shutdown that waits for the tasks at hand."""

LOOK_SECONDS = 3.0
"""How often a worker asks for documents without vectors that another process has written."""

LAST_VECTORS_SECONDS = 20.0
"""How long a worker that ends waits for the vectors at hand; they are computed again by another one after that."""

AWAY_SECONDS = 5.0
"""How long a worker rests when a service stayed away for longer than a run waits for it, or was away when it began."""


class Worker:
    """One worker process. ``lease_seconds`` bounds how long a lost batch waits before it is sent again."""

    def __init__(
        self,
        store: Store,
        ingester: Ingester,
        queue: RedisQueue,
        *,
        concurrency: int,
        metrics_host: str,
        metrics_port: int,
        lease_seconds: float,
    ) -> None:
        self._store = store
        self._ingester = ingester
        self._queue = queue
        self._concurrency = concurrency
        self._metrics_host, self._metrics_port = metrics_host, metrics_port
        self._sweep_seconds = min(LONGEST_SWEEP_SECONDS, lease_seconds)
        self._stopping = threading.Event()
        self._written = threading.Event()
        self._queue_pause: QueuePause | None = None
        self._ended_in_order = False
        self._lock = threading.Lock()
        self._documents: Counter[str] = Counter()

    def run(self) -> int:
        """Work until SIGTERM or SIGINT; returns the exit code, 0 when what was begun was finished or given back.

        A second SIGINT does not wait for the documents at hand; their leases end, and another worker does them.

        Raises what the store's and the queue's ``check`` raise when one of them is away at the start, and UsageError
        when the port of the metrics is taken; ModelMismatchError as ``Ingester.ingest``. Later both are waited for.
        """
        celery = self._queue.celery
        from celery.signals import worker_shutting_down

        self._store.check()
        self._ingester.require_model()
        self._queue.check()
        if self._metrics_port:
            serve_metrics(self._metrics_host, self._metrics_port)
        celery.task(name=TASK, base=_batch_task())(self._task)
        worker_shutting_down.connect(self._stop, weak=False)
        threading.Thread(target=self._sweep_repeatedly, name="searchapp-sweep", daemon=True).start()
        worker: Any = celery.Worker(
            pool="threads",  # one model for all tasks, and the heartbeat goes on while one runs
            concurrency=self._concurrency,
            loglevel="INFO",
            quiet=True,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,  # Celery's would wait for Redis, and hold up the loop and SIGTERM; see metrics
        )
        log.info("Working on %s. Ctrl-C or SIGTERM ends.", self._store.name)
        self._queue_pause = QueuePause(self._store, worker, self._queue.name)
        threading.Thread(
            target=self._queue_pause.follow, args=[self._stopping], name="searchapp-pause", daemon=True
        ).start()
        vectors = [
            threading.Thread(target=self._embed_repeatedly, name=f"searchapp-vectors-{number}", daemon=True)
            for number in range(self._concurrency)
        ]
        for thread in vectors:
            thread.start()
        worker.start()
        self._stopping.set()
        self._written.set()
        for thread in vectors:
            thread.join(LAST_VECTORS_SECONDS)
        # Celery calls Ctrl-C a failure, although it stops as in order as by SIGTERM.
        return 0 if self._ended_in_order else int(worker.exitcode or 0)

    def _task(self, ids: list[str]) -> None:
        from celery import current_task

        with logs.bound(request_id=getattr(current_task.request, REQUEST_HEADER, "") or ""):
            self._batch(ids)

    def _batch(self, ids: list[str]) -> None:
        from celery.exceptions import Reject

        if self._stopping.is_set():
            raise Reject("the worker is stopping", requeue=True)
        if self._queue_pause is not None and self._queue_pause.is_on():
            raise Reject("the queue is paused", requeue=True)
        try:
            with self._in_hand(ids):
                done = run_batch(self._ingester, ids, self._stopping)
        except (ServiceUnavailableError, StorageError) as error:
            log.error("A batch of %d documents goes back into the queue: %s", len(ids), error)
            self._stopping.wait(AWAY_SECONDS)
            done = False
        except SearchAppError as error:
            # The documents are queued in the registry; the sweeper sends them again.
            log.error("A batch of %d documents was left: %s", len(ids), error)
            return
        self._written.set()
        if not done:
            raise Reject("it is not done", requeue=True)

    def _embed_repeatedly(self) -> None:
        """Compute vectors of what is found by its words alone, whoever read it, beside the batches."""
        while not self._stopping.is_set():
            self._written.clear()
            try:
                if self._is_going_on():
                    self._ingester.embed_waiting(self._stopping, goes_on=self._is_going_on)
            except Exception as error:  # the thread's last door: vectors must go on coming
                known = isinstance(error, SearchAppError)
                log.error("Documents wait for their vectors: %s", error, exc_info=not known)
                self._stopping.wait(AWAY_SECONDS)
            self._written.wait(LOOK_SECONDS)

    def _is_going_on(self) -> bool:
        return not self._stopping.is_set() and self._store.pause() is None

    @contextlib.contextmanager
    def _in_hand(self, ids: list[str]) -> Iterator[None]:
        """Tell the sweepers of all workers that these need not be sent again, however long they take."""
        with self._lock:
            self._documents.update(ids)
        with contextlib.suppress(ServiceUnavailableError):
            self._queue.hold(ids, self._sweep_seconds * 2)
        try:
            yield
        finally:
            with self._lock:
                self._documents.subtract(ids)
                self._documents = +self._documents
            with contextlib.suppress(ServiceUnavailableError):
                self._queue.release(ids)

    def _stop(self, how: str = "", **_: object) -> None:
        self._ended_in_order = how == WARM
        self._stopping.set()

    def _sweep_repeatedly(self) -> None:
        while not self._stopping.is_set():
            try:
                self._sweep()
            except SearchAppError as error:
                log.warning("What waits could not be looked through: %s", error)
            except Exception:  # the thread's last door: without sweeps lost batches would stay lost
                log.exception("What waits could not be looked through")
            metrics.HEARTBEAT.set(time.time())
            self._stopping.wait(self._sweep_seconds)

    def _sweep(self) -> None:
        """Send what waits in the registry and in no message; of several workers one does it in each period."""
        metrics.show_states(self._store.state_counts())
        metrics.CHUNKS_UNEMBEDDED.set(self._store.backlog().chunks)
        with self._lock:
            mine = list(self._documents)
        self._queue.hold(mine, self._sweep_seconds * 2)
        # With batches in the queue the documents that wait are most probably in them.
        queued = self._queue.length()
        metrics.QUEUED_BATCHES.set(queued)
        if queued == 0 and self._queue.first_of("sweep", self._sweep_seconds * 0.9):
            held = self._queue.held()
            late = find_waiting(self._store, since=now() - dt.timedelta(seconds=self._sweep_seconds))
            lost = [id_ for id_ in late if id_ not in held]
            if lost:
                log.info("%d documents that waited without a message are sent again.", len(lost))
                self._queue.submit(lost)


def serve_metrics(host: str, port: int) -> Callable[[], None]:
    """Show this process's metrics at ``host``, from a thread; gives what ends that.

    They have no login, so that ``host`` says who sees them. Raises UsageError where it cannot be had.
    """
    from prometheus_client import start_http_server

    try:
        server, _ = start_http_server(port, host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise UsageError("metrics_port_taken", port=port) from error
        raise UsageError("metrics_port_unusable", port=port, host=host) from error

    def end() -> None:
        server.shutdown()
        server.server_close()

    return end


def _batch_task() -> type:
    """A Celery task whose acknowledgement survives a Redis that is away at that moment."""
    from celery import Task
    from celery.worker.request import Request

    class RaisingRequest(Request):  # type: ignore[misc]  # Celery has no types
        """Raises when its acknowledgement fails; the worker's loop takes that for a lost connection, and reconnects.

        Celery only logs it. But a message that is not acknowledged counts against the number that may be fetched, and
        with one message at a time nothing is ever fetched again (seen with Celery 5.7).
        """

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._connection_errors = ()  # those that are only logged

    class BatchTask(Task):  # type: ignore[misc]
        abstract = True
        Request = RaisingRequest

    return BatchTask
