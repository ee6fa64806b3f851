"""Bulk writes, with every item of the answer read."""

from __future__ import annotations

import dataclasses
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from weakref import WeakKeyDictionary

from elasticsearch import ApiError, Elasticsearch

from searchapp.errors import ServiceUnavailableError

REQUEST_BYTES = 8 * 1024 * 1024
"""Elasticsearch advises requests of a few tens of megabytes at the very most; small ones keep its heap calm."""

_LEARNT: WeakKeyDictionary[Elasticsearch, int] = WeakKeyDictionary()
"""Bytes of a request, by the client that a proxy has refused larger ones (nginx takes 1 MiB unless told)."""

INFERRED_ITEMS = 64
"""Vectors that the server is asked to make in one request: its inference processor takes them one by one."""

INFERRED_SECONDS = 600.0
"""Time for such a request; a model that starts with the first text takes minutes."""

ATTEMPTS = 6
CONFLICTS = 5
"""Times that the server tries to change a document that others write at the same time."""

FIRST_PAUSE_SECONDS = 0.5
TOO_LARGE = 413
TOO_MANY_REQUESTS = 429
SHARD_UNAVAILABLE = 503
OF_THE_INDEX = ("cluster_block_exception", "index_closed_exception")
"""Errors of an item that every other one of its index would have too."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which write of a document is meant: its sequence number, and the primary shard's term."""

    seq_no: int
    primary_term: int

    @classmethod
    def of(cls, hit: Mapping[str, Any]) -> Self:
        """That of a document as it was got."""
        return cls(hit["_seq_no"], hit["_primary_term"])

    @property
    def condition(self) -> dict[str, int]:
        """That it is still the last write, for the header of an action."""
        return {"if_seq_no": self.seq_no, "if_primary_term": self.primary_term}


@dataclass(frozen=True, slots=True)
class Action:
    """One line or two of a bulk request, serialised once. ``inferred``: the server makes its vector, which is slow."""

    id: str
    lines: tuple[str, ...]
    inferred: bool = False

    @property
    def size(self) -> int:
        """Bytes that it takes in a request, with the ends of its lines."""
        return sum(len(line.encode()) + 1 for line in self.lines)

    @classmethod
    def index(cls, index: str, id_: str, source: dict[str, Any], pipeline: str = "") -> Self:
        """Write a document, replacing one of the same id; through the ingest ``pipeline`` where one is named."""
        header = {"_index": index, "_id": id_} | ({"pipeline": pipeline} if pipeline else {})
        return cls(id_, (json.dumps({"index": header}), json.dumps(source, ensure_ascii=False)), bool(pipeline))

    def into(self, index: str) -> Self:
        """The same action on another index; what is written is not serialised again."""
        ((kind, target),) = json.loads(self.lines[0]).items()
        return dataclasses.replace(self, lines=(json.dumps({kind: {**target, "_index": index}}), *self.lines[1:]))

    @classmethod
    def conditional(cls, index: str, id_: str, source: dict[str, Any], place: Place | None) -> Self:
        """Write a document if ``place`` is still its last write, or, where that is None, if there is none yet."""
        header = {"_index": index, "_id": id_} | (place.condition if place else {})
        verb = json.dumps({"index" if place else "create": header})
        return cls(id_, (verb, json.dumps(source, ensure_ascii=False)))

    @classmethod
    def update(cls, index: str, id_: str, fields: dict[str, Any]) -> Self:
        """Write some fields of a document that is there; its other fields stay."""
        header = {"_index": index, "_id": id_, "retry_on_conflict": CONFLICTS}
        return cls(id_, (json.dumps({"update": header}), json.dumps({"doc": fields}, ensure_ascii=False)))

    @classmethod
    def delete(cls, index: str, id_: str, place: Place | None = None) -> Self:
        """Remove a document, if ``place`` is still its last write; that there was none is no failure without one."""
        header = {"_index": index, "_id": id_} | (place.condition if place else {})
        return cls(id_, (json.dumps({"delete": header}),))


def write_all(client: Elasticsearch, actions: Iterable[Action], *, refresh: bool = False) -> dict[str, str]:
    """Send the actions and return a reason for the id of every item that failed for a reason of its own.

    Items and requests that were turned away with 429 are sent again with growing, jittered pauses, and requests that a
    proxy finds too large in halves. What concerns all of them is raised: ServiceUnavailableError when the server stays
    too busy or is losing shards, and as ApiError what else it refuses as a whole: an index that is blocked or closed,
    one document that is too large for the proxy.
    """
    failures: dict[str, str] = {}
    for batch in _batches(actions, lambda: _LEARNT.get(client, REQUEST_BYTES)):
        pending = batch
        for attempt in range(ATTEMPTS):
            pending, failed = _send(client, pending, refresh)
            failures.update(failed)
            if not pending:
                break
            time.sleep(FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
        if pending:
            raise ServiceUnavailableError("elasticsearch_busy")
    return failures


def _send(client: Elasticsearch, batch: list[Action], refresh: bool) -> tuple[list[Action], dict[str, str]]:
    """One request: the actions to be sent again, and the reasons of those that failed for good."""
    # The client sends strings as they are, which its types do not tell.
    operations: list[Any] = [line for action in batch for line in action.lines]
    inferred = any(action.inferred for action in batch)
    try:
        answer = (client.options(request_timeout=INFERRED_SECONDS) if inferred else client).bulk(
            operations=operations,
            refresh=refresh,
            filter_path="errors,items.*.status,items.*.error,items.*._id",
        )
    except ApiError as error:
        if error.meta.status == TOO_MANY_REQUESTS and "cluster_block" not in str(error.body):
            return batch, {}
        if error.meta.status == TOO_LARGE and len(batch) > 1:
            return _send_in_halves(client, batch, refresh)
        raise
    if not answer["errors"]:
        return [], {}
    again: list[Action] = []
    failures: dict[str, str] = {}
    for action, item in zip(batch, answer["items"], strict=True):
        (result,) = item.values()
        reason = result.get("error", {})
        if reason.get("type") in OF_THE_INDEX:  # HTTP 429, 403 or 400, by version and by kind of block
            raise ApiError(reason["type"], dataclasses.replace(answer.meta, status=result["status"]), {"error": reason})
        if result["status"] == TOO_MANY_REQUESTS:
            again.append(action)
        elif result["status"] == SHARD_UNAVAILABLE:
            raise ServiceUnavailableError("elasticsearch_not_writing", why=str(reason.get("reason", ""))[:200])
        elif reason:
            failures[action.id] = f"{reason.get('type', 'error')}: {reason.get('reason', '')}"[:300]
    return again, failures


def _send_in_halves(client: Elasticsearch, batch: list[Action], refresh: bool) -> tuple[list[Action], dict[str, str]]:
    """As ``_send``; half of what was refused is the size of later requests, which is more than half of what goes."""
    _LEARNT[client] = min(_LEARNT.get(client, REQUEST_BYTES), sum(action.size for action in batch) // 2)
    middle = len(batch) // 2
    again, failures = _send(client, batch[:middle], refresh)
    later, failed = _send(client, batch[middle:], refresh)
    return again + later, failures | failed


def _batches(actions: Iterable[Action], most: Callable[[], int]) -> Iterator[list[Action]]:
    """The actions in requests of about ``most()`` bytes, which is asked before each of them."""
    batch: list[Action] = []
    size = inferred = 0
    for action in actions:
        own = action.size
        if batch and size + own > most():
            yield batch
            batch, size, inferred = [], 0, 0
        batch.append(action)
        size += own
        inferred += action.inferred
        if inferred >= INFERRED_ITEMS:
            yield batch
            batch, size, inferred = [], 0, 0
    if batch:
        yield batch
