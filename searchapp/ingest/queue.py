"""Documents that wait: the registry is the queue, the web process and workers take them from it in batches.

Between machines batches travel as Celery tasks over Redis, which only wakes the workers: a worker sends again what
Redis has lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from searchapp.errors import ServiceRefusedError, ServiceUnavailableError, UsageError
from searchapp.ingest import metrics
from searchapp.ingest.lifecycle import now
from searchapp.ingest.retry import Notify
from searchapp.messages import shown
from searchapp.model import DocumentEntry, DocumentState, IngestOutcome, IngestState
from searchapp.settings import Settings
from searchapp.sources.source import is_web_address
from searchapp.stores import EntryOrder, Registry
from searchapp.telemetry import logs

if TYPE_CHECKING:
    from celery import Celery

    from searchapp.ingest.pipeline import Ingester

log = logging.getLogger(__name__)

BATCH_DOCUMENTS = 32
"""Documents taken at a time: enough for full batches of the model, few enough for several workers to share a folder."""

MOST_WAITING = 1000
"""Entries looked at at once; those behind them come with the next look."""

MOST_LOOKS = 3
"""Where all of them are of another kind, so many times as many."""

TASK = "searchapp.ingest"

REQUEST_HEADER = "searchapp_request_id"
"""The header of a message with the id of the request that queued it, for the worker's log."""

REDELIVERY_SECONDS = 6 * 3600
"""After so long Redis gives a batch that was never acknowledged to another worker. Leases free its documents much
earlier; this is for messages alone, and longer than any batch takes."""

CONNECT_SECONDS = 5.0
SOCKET_SECONDS = 20.0
"""Longer than the seconds for which Celery's side of a quiet queue waits in one read."""


def run_batch(ingester: Ingester, ids: Sequence[str], stopping: threading.Event, notify: Notify | None = None) -> bool:
    """Ingest these documents; False when ``stopping`` was set before its end: what was not done is queued as before.

    What was deleted while it waited is left out: nobody wants it any more. Vectors are left to a thread of their own.
    Raises what ``Ingester.ingest`` raises.
    """
    with metrics.BATCHES_IN_HAND.track_inprogress(), metrics.BATCH_SECONDS.time():
        run = ingester.ingest(ids, queued=True, notify=notify, stopping=stopping, leaves_vectors=True)
        with contextlib.closing(cast("Generator[IngestOutcome]", run)):
            for outcome in run:
                metrics.count(outcome)
                document = {"document_id": outcome.document_id}
                if outcome.state in (IngestState.FAILED, IngestState.QUARANTINED):
                    log.warning("%s was not ingested: %s", outcome.source, shown(outcome.error, "en"), extra=document)
                else:
                    log.info("%s is %s.", outcome.source, outcome.state, extra=document)
                if stopping.is_set():
                    return False
    return True


class Kind(StrEnum):
    """Documents that wait, by how long they may take: what is quick does not wait for what is slow."""

    FILE = "file"
    PAGE = "page"
    SITE = "site"
    """An address whose site is to be crawled."""


def find_waiting(registry: Registry, *, since: dt.datetime | None = None, kind: Kind | None = None) -> list[str]:
    """The ids of documents that wait, the oldest first: those whose process gave no sign of life, and queued ones.

    With ``since`` queued ones only when they have waited since then; with ``kind`` those of this kind alone.
    """
    moment = now()

    def free(entry: DocumentEntry) -> bool:
        return entry.lease is None or entry.lease <= moment

    def late(entry: DocumentEntry) -> bool:
        return since is None or entry.updated is None or entry.updated <= since

    return [
        entry.id
        for state, waits in ((DocumentState.RUNNING, free), (DocumentState.QUEUED, late))
        for entry in _oldest(registry, state, kind)
        if waits(entry)
    ]


def kind_of(entry: DocumentEntry) -> Kind:
    """What kind a document that waits is."""
    return Kind.SITE if entry.depth else Kind.PAGE if is_web_address(entry.source) else Kind.FILE


def in_batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in batches."""
    rest = iter(ids)
    while batch := list(islice(rest, BATCH_DOCUMENTS)):
        yield batch


def _oldest(registry: Registry, state: DocumentState, kind: Kind | None) -> Iterator[DocumentEntry]:
    """The oldest of a kind. Those of other kinds before them hide them only where they are many thousands."""
    page = registry.entries(states=[state], size=MOST_WAITING, order=EntryOrder.OLDEST)
    for _ in range(MOST_LOOKS):
        found = [entry for entry in page.entries if kind is None or kind_of(entry) is kind]
        yield from found
        if found or page.next is None:
            return
        page = registry.entries(states=[state], size=MOST_WAITING, order=EntryOrder.OLDEST, cursor=page.next)


class RedisQueue:
    """Sends batches to the worker that is free next."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url.get_secret_value()
        self.name = f"{settings.index_prefix}-ingest"
        self._in_hand = f"{self.name}:in-hand"

    @cached_property
    def celery(self) -> Celery:
        """The Celery application, for this side and the worker's. Raises UsageError when Celery is not installed."""
        try:
            from celery import Celery
        except ImportError as error:
            raise UsageError("celery_missing") from error
        app = Celery("searchapp", broker=self._url, set_as_current=False)
        app.conf.update(
            task_default_queue=self.name,
            task_acks_late=True,  # a worker that dies has not acknowledged
            task_reject_on_worker_lost=True,
            task_ignore_result=True,
            worker_prefetch_multiplier=1,  # what one worker has reserved no other can do
            worker_enable_remote_control=False,
            worker_hijack_root_logger=False,
            worker_cancel_long_running_tasks_on_connection_loss=False,  # a batch goes on while Redis is away
            broker_connection_retry_on_startup=True,
            broker_connection_max_retries=None,
            broker_transport_options={
                "visibility_timeout": REDELIVERY_SECONDS,
                "socket_connect_timeout": CONNECT_SECONDS,
                "socket_timeout": SOCKET_SECONDS,
                "socket_keepalive": True,
            },
        )
        return app

    def check(self) -> None:
        """Raise ServiceUnavailableError, ServiceRefusedError or UsageError when nothing can be sent now."""
        _ = self.celery
        with self._our_errors():
            self._client.ping()

    def submit(self, ids: Sequence[str]) -> None:
        """Send documents, by their ids, in batches. Raises as ``check`` does."""
        headers = {REQUEST_HEADER: logs.request_id()}
        with self._our_errors(), self.celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
            for batch in in_batches(ids):
                self.celery.send_task(TASK, args=[batch], connection=connection, retry=False, headers=headers)

    def length(self) -> int:
        """Batches that no worker has taken yet. Raises as ``check`` does."""
        with self._our_errors():
            return int(self._client.llen(self.name))

    def first_of(self, name: str, seconds: float) -> bool:
        """Whether nobody else has asked so within ``seconds``: of several workers one does what one is enough for."""
        with self._our_errors():
            return bool(self._client.set(f"{self.name}:{name}", 1, nx=True, px=int(seconds * 1000)))

    def stay_first(self, name: str, seconds: float) -> None:
        """Who was the first stays so for ``seconds`` more."""
        with self._our_errors():
            self._client.set(f"{self.name}:{name}", 1, px=int(seconds * 1000))

    def end_first(self, name: str) -> None:
        """Whoever asks next is the first."""
        with self._our_errors():
            self._client.delete(f"{self.name}:{name}")

    def hold(self, ids: Collection[str], seconds: float) -> None:
        """Tell that this worker has these documents in hand, for the next ``seconds``. Raises as ``check`` does."""
        if ids:
            with self._our_errors():
                self._client.zadd(self._in_hand, dict.fromkeys(ids, time.time() + seconds))

    def release(self, ids: Collection[str]) -> None:
        """Tell that they are no longer in hand. Raises as ``check`` does."""
        with self._our_errors():
            self._client.zrem(self._in_hand, *ids)

    def held(self) -> set[str]:
        """The ids of what the workers have in hand. Raises as ``check`` does."""
        with self._our_errors():
            self._client.zremrangebyscore(self._in_hand, "-inf", time.time())
            return {id_.decode() for id_ in self._client.zrange(self._in_hand, 0, -1)}

    @cached_property
    def _client(self) -> Any:
        import redis

        return redis.Redis.from_url(
            self._url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=CONNECT_SECONDS, retry=None
        )

    @contextlib.contextmanager
    def _our_errors(self) -> Iterator[None]:
        _ = self.celery  # says what is missing, before the imports below do
        from kombu.exceptions import OperationalError
        from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

        try:
            yield
        except (OperationalError, RedisError, OSError) as error:
            causes = {type(one) for one in (error, error.__cause__, error.__context__)}
            # The address may hold a password, so it is not named whole.
            where = urlsplit(self._url)
            place = f"{where.hostname or where.path}:{where.port or 6379}" if where.hostname else where.path
            if causes & {AuthenticationError, NoPermissionError}:
                raise ServiceRefusedError("redis_refuses", place=place) from error
            raise ServiceUnavailableError("redis_away", place=place) from error
