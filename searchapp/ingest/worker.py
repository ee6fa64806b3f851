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
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from searchapp.errors import SearchAppError, ServiceUnavailableError, StorageError, UsageError
from searchapp.ingest import metrics
from searchapp.ingest.batches import run_batch, waiting
from searchapp.ingest.claims import now
from searchapp.ingest.redis_queue import REQUEST_HEADER, TASK, RedisQueue
from searchapp.ingest.tap import Tap
from searchapp.telemetry import logs

if TYPE_CHECKING:
    from searchapp.ingest.pipeline import Ingester
    from searchapp.stores import Store

log = logging.getLogger(__name__)

LONGEST_SWEEP_SECONDS = 30.0

WARM = "Warm"
"""Celery's word for a shutdown that waits for the tasks at hand."""

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
        metrics_port: int,
        lease_seconds: float,
    ) -> None:
        self._store = store
        self._ingester = ingester
        self._queue = queue
        self._concurrency = concurrency
        self._metrics_port = metrics_port
        self._sweep_seconds = min(LONGEST_SWEEP_SECONDS, lease_seconds)
        self._stopping = threading.Event()
        self._tap: Tap | None = None
        self._ended_in_order = False
        self._lock = threading.Lock()
        self._sources: Counter[str] = Counter()

    def run(self) -> int:
        """Work until SIGTERM or SIGINT; returns the exit code, 0 when what was begun was finished or given back.

        A second SIGINT does not wait for the documents at hand; their leases end, and another worker does them.

        Raises what the store's and the queue's ``check`` raise when one of them is away at the start, and UsageError
        when the port of the metrics is taken; ModelMismatchError as ``Ingester.ingest``. Later both are waited for.
        """
        celery = self._queue.celery
        from celery.signals import worker_shutting_down

        from searchapp.ingest.acknowledging import BatchTask

        self._store.check()
        self._ingester.require_model()
        self._queue.check()
        self._serve_metrics()
        celery.task(name=TASK, base=BatchTask)(self._task)
        worker_shutting_down.connect(self._stop, weak=False)
        threading.Thread(target=self._sweep_again_and_again, name="searchapp-sweep", daemon=True).start()
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
        self._tap = Tap(self._store, worker, self._queue.name)
        threading.Thread(target=self._tap.follow, args=[self._stopping], name="searchapp-tap", daemon=True).start()
        worker.start()
        self._stopping.set()
        # Celery calls Ctrl-C a failure, although it stops as in order as by SIGTERM.
        return 0 if self._ended_in_order else int(worker.exitcode or 0)

    def _task(self, sources: list[str]) -> None:
        from celery import current_task

        with logs.bound(request_id=getattr(current_task.request, REQUEST_HEADER, "") or ""):
            self._batch(sources)

    def _batch(self, sources: list[str]) -> None:
        from celery.exceptions import Reject

        if self._stopping.is_set():
            raise Reject("the worker is stopping", requeue=True)
        if self._tap is not None and self._tap.closed():
            raise Reject("the queue is paused", requeue=True)
        try:
            with self._in_hand(sources):
                done = run_batch(self._ingester, sources, self._stopping)
        except (ServiceUnavailableError, StorageError) as error:
            log.error("A batch of %d documents goes back into the queue: %s", len(sources), error)
            self._stopping.wait(AWAY_SECONDS)
            done = False
        except SearchAppError as error:
            # The documents are queued in the registry; the sweeper sends them again.
            log.error("A batch of %d documents was left: %s", len(sources), error)
            return
        if not done:
            raise Reject("it is not done", requeue=True)

    @contextlib.contextmanager
    def _in_hand(self, sources: list[str]) -> Iterator[None]:
        """Tell the sweeper of whichever worker that these need not be sent again, however long they take."""
        with self._lock:
            self._sources.update(sources)
        with contextlib.suppress(ServiceUnavailableError):
            self._queue.hold(sources, self._sweep_seconds * 2)
        try:
            yield
        finally:
            with self._lock:
                self._sources.subtract(sources)
                self._sources = +self._sources
            with contextlib.suppress(ServiceUnavailableError):
                self._queue.release(sources)

    def _stop(self, how: str = "", **_: object) -> None:
        self._ended_in_order = how == WARM
        self._stopping.set()

    def _sweep_again_and_again(self) -> None:
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
        with self._lock:
            mine = list(self._sources)
        self._queue.hold(mine, self._sweep_seconds * 2)
        # With batches in the queue the documents that wait are most probably in them.
        queued = self._queue.length()
        metrics.QUEUED_BATCHES.set(queued)
        if queued == 0 and self._queue.first_of("sweep", self._sweep_seconds * 0.9):
            held = self._queue.held()
            late = waiting(self._store, since=now() - dt.timedelta(seconds=self._sweep_seconds))
            lost = [source for source in late if source not in held]
            if lost:
                log.info("%d documents that waited without a message are sent again.", len(lost))
                self._queue.submit(lost)

    def _serve_metrics(self) -> None:
        if not self._metrics_port:
            return
        from prometheus_client import start_http_server

        try:
            start_http_server(self._metrics_port)
        except OSError as error:
            reason = "is taken" if error.errno == errno.EADDRINUSE else "cannot be used"
            raise UsageError(
                f"The port {self._metrics_port} of the metrics {reason}.",
                "Choose another with --metrics-port (0 for none), or SEARCHAPP_METRICS_PORT.",
            ) from error
