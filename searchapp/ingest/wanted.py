"""Documents that readers just met by their words alone: their vectors are computed before those of others."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

log = logging.getLogger(__name__)

MOST_WANTED = 256
"""Documents that are remembered, the latest met: some batches of vectors."""

EXPIRES_SECONDS = 24 * 3600
"""What nobody has met for so long is not waited for."""

LONGEST_SECONDS = 0.5
"""A search waits no longer for Redis, and then not again for REST_SECONDS."""

REST_SECONDS = 30.0


class Wanted:
    """Remembers them in this process, for the thread that computes vectors in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}

    def note(self, document_ids: Iterable[str]) -> None:
        """These were met, now."""
        with self._lock:
            for document_id in document_ids:
                self._ids.pop(document_id, None)
                self._ids[document_id] = None
            for document_id in list(self._ids)[: max(0, len(self._ids) - MOST_WANTED)]:
                del self._ids[document_id]

    def forget(self, document_ids: Iterable[str]) -> None:
        """These have their vectors, or are gone."""
        with self._lock:
            for document_id in document_ids:
                self._ids.pop(document_id, None)

    def latest_first(self) -> list[str]:
        """The ids of all of them."""
        with self._lock:
            return list(reversed(self._ids))


class SharedWanted(Wanted):
    """Remembers them in Redis too, so that workers on any machine know what readers of the page met.

    While Redis is away each process knows its own: a search neither fails nor waits for it.
    """

    def __init__(self, redis_url: str, name: str) -> None:
        super().__init__()
        self._url = redis_url
        self._name = f"{name}:wanted"
        self._rests_until = 0.0

    def note(self, document_ids: Iterable[str]) -> None:
        """See ``Wanted``."""
        ids = list(document_ids)
        super().note(ids)
        now = time.time()  # the latest have the highest score; within one note the last
        scores = {document_id: now + place / 1e6 for place, document_id in enumerate(ids)}

        def keep(client: Any) -> None:
            with client.pipeline() as at_once:  # one round trip, since a search waits for it
                at_once.zadd(self._name, scores).expire(self._name, EXPIRES_SECONDS)
                at_once.zremrangebyrank(self._name, 0, -MOST_WANTED - 1)
                at_once.execute()

        self._asked(keep)

    def forget(self, document_ids: Iterable[str]) -> None:
        """See ``Wanted``."""
        ids = list(document_ids)
        super().forget(ids)
        if ids:
            self._asked(lambda client: client.zrem(self._name, *ids))

    def latest_first(self) -> list[str]:
        """See ``Wanted``."""
        found = self._asked(lambda client: client.zrevrange(self._name, 0, -1))
        return super().latest_first() if found is None else [document_id.decode() for document_id in found]

    def _asked(self, ask: Callable[[Any], Any]) -> Any:
        """What Redis says; None while it is away."""
        try:
            from redis.exceptions import RedisError
        except ImportError:  # the queue says what is missing
            return None
        if time.monotonic() < self._rests_until:
            return None
        try:
            return ask(self._client)
        except (RedisError, OSError) as error:
            log.warning("Which documents readers met is known to this process alone: %s", type(error).__name__)
            self._rests_until = time.monotonic() + REST_SECONDS
            return None

    @cached_property
    def _client(self) -> Any:
        import redis

        return redis.Redis.from_url(
            self._url, socket_connect_timeout=LONGEST_SECONDS, socket_timeout=LONGEST_SECONDS, retry=None
        )
