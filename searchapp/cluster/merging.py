"""``es forcemerge``: an index's segments become few, so that a search walks few graphs, and what was deleted goes.

Sources:

- [forcemerge] Elastic, "Force a merge":
  https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-forcemerge
- [merge] Elastic, "Merge settings": https://www.elastic.co/docs/reference/elasticsearch/index-settings/merge
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from elasticsearch import NotFoundError

from searchapp import audit
from searchapp.cluster.build import refuse_if_running, unfinished
from searchapp.cluster.shards import GIB
from searchapp.cluster.store import Json, elasticsearch_store, refuse_if_blocked
from searchapp.errors import ConflictError, ServiceTimeoutError, StorageError, UsageError
from searchapp.model import DocumentState
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

MERGED_BYTES = 5 * GIB
"""[merge]: max_merged_segment. Regular merges leave a larger segment alone, so that what is deleted in it stays; which
is why [forcemerge] advises against large ones of an index that is still written, as ours always is."""

WAIT_SECONDS = 6 * 3600.0
"""Of watching one merge. The server goes on with it: nothing ends a merge but its own end."""

FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.1, 2.0

LEASE_SECONDS = 60.0
"""Elasticsearch keeps what was deleted for copies that may have to catch up, and looks every 30 seconds what they lack
(measured on 9.5.3: docs/decisions/0097). A copy that is away for longer is not waited for."""

FORCEMERGE = "indices:admin/forcemerge"
"""The name of the task in Elasticsearch."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Of an index without replicas: its segments, the deleted chunks that they still hold, and bytes on disk."""

    segments: int
    deleted: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge gained. ``segments`` is the most that each shard was to keep, None where only deletes were to go."""

    index: str
    shards: int
    segments: int | None
    before: Shape
    after: Shape
    seconds: float


def forcemerge(
    application: Application,
    *,
    segments: int | None = None,
    only_deletes: bool = False,
    anyway: bool = False,
    show: Progress = lambda what, done, total: None,
) -> Merged:
    """Merge the live index: as ``merge_index`` does it; ``anyway``: also while documents are being written.

    Raises UsageError where there is no index, it is being rebuilt, or both ways are asked for, and ConflictError while
    another merge of it runs or documents are written.
    """
    store = elasticsearch_store(application)
    if only_deletes and segments is not None:
        raise UsageError("forcemerge_two_ways")
    store.index.check()
    refuse_if_blocked(store)
    live = store.live()
    if live is None:
        raise UsageError("nothing_to_reindex", alias=store.names.chunks)
    if (left := unfinished(store)) is not None:
        refuse_if_running(left.version)
    if not anyway and (written := _being_written(store)):
        raise ConflictError("forcemerge_while_ingesting", documents=written)
    if _is_merging(store, live.name):
        raise ConflictError("forcemerge_running", index=live.name)
    audit.note(live.name)
    done = merge_index(store, live.name, segments=segments, only_deletes=only_deletes, show=show)
    audit.note(live.name, segments=done.segments, before=asdict(done.before), after=asdict(done.after))
    return done


def merge_index(
    store: ElasticsearchStore,
    index: str,
    *,
    segments: int | None = None,
    only_deletes: bool = False,
    show: Progress = lambda what, done, total: None,
    alive: Callable[[], None] = lambda: None,
) -> Merged:
    """Merge each shard into ``segments`` and wait for it; ``alive`` is called all the while.

    Without a number: into one where the shards are small enough for regular merges to go on with it, else only what is
    deleted goes. Raises StorageError where the merge fails or its node dies, and ServiceTimeoutError after
    ``WAIT_SECONDS``.
    """
    started = time.monotonic()
    client = store.client
    with reading(store.where):
        client.indices.flush(index=index, wait_if_ongoing=True)
        client.indices.refresh(index=index)
        before, shards, largest = _shape(store, index)
        if before.deleted:
            _wait_for_copies(store, index, alive)
        if not only_deletes and segments is None and largest <= MERGED_BYTES:
            segments = 1
        how: Json = {"only_expunge_deletes": True} if segments is None else {"max_num_segments": segments}
        task = client.indices.forcemerge(index=index, wait_for_completion=False, **how)["task"]

        def look() -> None:
            alive()
            total = max(1, before.segments - shards * (segments or 1))
            now = _shape(store, index)[0].segments
            show("merging", min(total, max(0, before.segments - now)), total)

        _wait(store, index, str(task), look)
        client.indices.refresh(index=index)
        after = _shape(store, index)[0]
    return Merged(index, shards, segments, before, after, round(time.monotonic() - started, 1))


def _wait_for_copies(store: ElasticsearchStore, index: str, alive: Callable[[], None]) -> None:
    """Until no copy needs what was deleted before now: a merge would have to keep it."""

    def shards() -> dict[str, Json]:
        found = store.client.indices.stats(index=index, metric="docs", level="shards")["indices"][index]["shards"]
        return {number: next(one for one in copies if one["routing"]["primary"]) for number, copies in found.items()}

    wanted = {number: one["seq_no"]["global_checkpoint"] for number, one in shards().items()}
    deadline = time.monotonic() + LEASE_SECONDS
    while time.monotonic() < deadline:
        found = shards()
        if all(_needed_from(found.get(number), checkpoint) >= checkpoint for number, checkpoint in wanted.items()):
            return
        alive()
        time.sleep(FIRST_LOOK_SECONDS)


def _needed_from(shard: Json | None, otherwise: int) -> int:
    """The first operation that some copy of the shard may still lack."""
    leases = shard["retention_leases"]["leases"] if shard else []
    return min((int(lease["retaining_seq_no"]) for lease in leases), default=otherwise)


def _wait(store: ElasticsearchStore, index: str, task: str, look: Callable[[], None]) -> None:
    deadline, pause = time.monotonic() + WAIT_SECONDS, FIRST_LOOK_SECONDS
    while True:
        try:
            found = _tasks(store, f"/{task}")
        except NotFoundError as error:
            raise StorageError("forcemerge_lost", index=index) from error
        if found["completed"]:
            break
        if time.monotonic() > deadline:
            raise ServiceTimeoutError("forcemerge_goes_on", index=index, hours=round(WAIT_SECONDS / 3600))
        look()
        time.sleep(pause)
        pause = min(LOOK_SECONDS, pause * 2)
    failures = found.get("response", {}).get("_shards", {}).get("failures", [])
    causes = [found["error"]] if "error" in found else [one.get("reason", {}) for one in failures]
    if causes:
        raise StorageError("forcemerge_failed", index=index, why=str(causes[0].get("reason", ""))[:300])


def _shape(store: ElasticsearchStore, index: str) -> tuple[Shape, int, int]:
    """Its shape, the number of its shards, and the bytes of the largest one."""
    stats = store.client.indices.stats(index=index, metric="docs,segments,store", level="shards")["indices"][index]
    all_of_it = stats["primaries"]
    sizes = [copy["store"]["size_in_bytes"] for copies in stats["shards"].values() for copy in copies]
    shape = Shape(
        segments=all_of_it["segments"]["count"],
        deleted=all_of_it["docs"]["deleted"],
        bytes=all_of_it["store"]["size_in_bytes"],
    )
    return shape, len(stats["shards"]), max(sizes, default=0)


def _tasks(store: ElasticsearchStore, path: str, **parameters: str) -> Json:
    """Asked by its address: the client's own method warns on stderr that Elastic may change it."""
    accepted = {"accept": "application/json"}
    answer = store.client.perform_request("GET", f"/_tasks{path}", params=parameters, headers=accepted)
    found: Json = answer.body
    return found


def _being_written(store: ElasticsearchStore) -> int:
    """Documents that some process holds now; of a dead one only until its lease ends."""
    now = dt.datetime.now(dt.UTC)
    running = store.entries(states=[DocumentState.RUNNING]).entries
    return sum(entry.lease is not None and entry.lease > now for entry in running)


def _is_merging(store: ElasticsearchStore, index: str) -> bool:
    with reading(store.where):
        found = _tasks(store, "", actions=FORCEMERGE, detailed="true")
    nodes = found.get("nodes", {}).values()
    return any(index in task.get("description", "") for node in nodes for task in node["tasks"].values())
