"""The queue between machines: batches of sources as Celery tasks over Redis.

Redis only wakes the workers. State lives in the registry, and a worker sends again what Redis has lost.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from searchapp.errors import ServiceRefusedError, ServiceUnavailableError, UsageError
from searchapp.ingest.batches import batched
from searchapp.settings import Settings
from searchapp.telemetry import logs

if TYPE_CHECKING:
    from celery import Celery

TASK = "searchapp.ingest"

REQUEST_HEADER = "searchapp_request_id"
"""The header of a message with the id of the request that queued it, for the worker's log."""

REDELIVERY_SECONDS = 6 * 3600
"""After so long Redis gives a batch that was never acknowledged to another worker. Leases free its documents much
earlier; this is for messages alone, and longer than any batch takes."""

CONNECT_SECONDS = 5.0
SOCKET_SECONDS = 20.0
"""Longer than the seconds for which Celery's side of a quiet queue waits in one read."""


class RedisQueue:
    """Sends batches to whichever worker is free."""

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
            raise UsageError(
                "SEARCHAPP_REDIS_URL is set, and Celery is not installed.",
                "Install it: pip install 'searchapp[worker]'.",
            ) from error
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

    def submit(self, sources: Sequence[str]) -> None:
        """Send the sources in batches. Raises as ``check`` does."""
        headers = {REQUEST_HEADER: logs.request_id()}
        with self._our_errors(), self.celery.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
            for batch in batched(sources):
                self.celery.send_task(TASK, args=[batch], connection=connection, retry=False, headers=headers)

    def length(self) -> int:
        """Batches that no worker has taken yet. Raises as ``check`` does."""
        with self._our_errors():
            return int(self._client.llen(self.name))

    def first_of(self, name: str, seconds: float) -> bool:
        """Whether nobody else has asked so within ``seconds``: of several workers one does what one is enough for."""
        with self._our_errors():
            return bool(self._client.set(f"{self.name}:{name}", 1, nx=True, px=int(seconds * 1000)))

    def hold(self, sources: Collection[str], seconds: float) -> None:
        """Tell that this worker has these sources in hand, for the next ``seconds``. Raises as ``check`` does."""
        if sources:
            with self._our_errors():
                self._client.zadd(self._in_hand, dict.fromkeys(sources, time.time() + seconds))

    def release(self, sources: Collection[str]) -> None:
        """Tell that they are no longer in hand. Raises as ``check`` does."""
        with self._our_errors():
            self._client.zrem(self._in_hand, *sources)

    def held(self) -> set[str]:
        """What the workers have in hand. Raises as ``check`` does."""
        with self._our_errors():
            self._client.zremrangebyscore(self._in_hand, "-inf", time.time())
            return {source.decode() for source in self._client.zrange(self._in_hand, 0, -1)}

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
                raise ServiceRefusedError(
                    f"Redis at {place} refuses the name or password.", "Check them in SEARCHAPP_REDIS_URL."
                ) from error
            raise ServiceUnavailableError(
                f"Redis at {place} does not answer.", "Start it, or check SEARCHAPP_REDIS_URL."
            ) from error
