"""``es snapshot``: the chunks and the registry into a repository, and back behind the alias.

A restore never touches the index that is live: it goes into the next version, is counted, and only then does the alias
move. The registry is brought to the snapshot's state afterwards, entry by entry.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, NotFoundError

from searchapp import audit
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.errors import NotFoundError as NoSuchSnapshotError
from searchapp.errors import StorageError, UsageError
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.stores.elasticsearch.registry import PAUSE
from searchapp.stores.elasticsearch.versions import read_versions
from searchapp.stores.elasticsearch.versions import switch as switch_to
from searchapp.wiring import Application

LATEST = "latest"
"""Stands for the name of the newest whole snapshot."""

POLL_SECONDS = 0.5
PAGE = 1000
KEEP_ALIVE = "2m"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot of ours. ``state``: SUCCESS, IN_PROGRESS, PARTIAL or FAILED; ``started`` is in UTC."""

    name: str
    state: str
    started: dt.datetime
    seconds: float
    index: str
    chunks: int
    documents: int
    model: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: ``index`` is live now; ``previous`` was before, and is kept (empty: there was none)."""

    snapshot: str
    index: str
    previous: str
    chunks: int
    documents: int
    switched: bool


def create(application: Application, progress: Progress = lambda what, done, total: None) -> Snapshot:
    """Snapshot the live index and the registry. Raises UsageError without a repository or an index, StorageError."""
    store = elasticsearch_store(application)
    with reading(store.where):
        live = _live_index(store)
        if not live:
            raise UsageError("nothing_to_snapshot")
        repository = _repository(store)
        store.refresh()
        fingerprint = store.fingerprint()
        indices = [live, store.names.documents]
        counts = [int(store.client.count(index=index)["count"]) for index in indices]
        name = f"{store.names.prefix}-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}"
        audit.note(name, repository=repository, indices=indices, chunks=counts[0], documents=counts[1])
        store.client.snapshot.create(
            repository=repository,
            snapshot=name,
            indices=",".join(indices),
            include_global_state=False,
            metadata={"taken_by": "searchapp", "chunks": counts[0], "documents": counts[1], "model": str(fingerprint)},
            wait_for_completion=False,
        )
        while (taken := _find(store, repository, name)).state == "IN_PROGRESS":
            stats = store.client.snapshot.status(repository=repository, snapshot=name)["snapshots"][0]["stats"]
            done = stats.get("processed", stats["incremental"])["size_in_bytes"]
            progress("writing", done, stats["incremental"]["size_in_bytes"])
            time.sleep(POLL_SECONDS)
        progress("writing", 1, 1)
    if taken.state != "SUCCESS":
        raise StorageError("snapshot_failed", name=name, state=taken.state)
    return taken


def listed(application: Application) -> tuple[Snapshot, ...]:
    """Our snapshots in the repository, the newest first."""
    store = elasticsearch_store(application)
    with reading(store.where):
        return _ours(store, _repository(store))


def delete(application: Application, name: str) -> None:
    """Remove one snapshot of ours from the repository."""
    store = elasticsearch_store(application)
    with reading(store.where):
        repository = _repository(store)
        _find(store, repository, name)
        audit.note(name, repository=repository)
        store.client.snapshot.delete(repository=repository, snapshot=name)


def restore(
    application: Application,
    name: str,
    *,
    switch: bool = True,
    progress: Progress = lambda what, done, total: None,
) -> Restored:
    """Restore a snapshot (or ``LATEST``) into the next version, move the alias, and set the registry to its entries.

    With ``switch`` False the index is restored and counted and stays beside the live one. Raises NotFoundError for an
    unknown name and StorageError for a snapshot that is not whole; the live index is untouched then.
    """
    store = elasticsearch_store(application)
    with reading(store.where):
        repository = _repository(store)
        snapshot = _find(store, repository, name)
        name = snapshot.name
        if snapshot.state != "SUCCESS":
            raise StorageError("snapshot_not_whole", name=name, state=snapshot.state)
        previous, index = _live_index(store), _next_version(store)
        registry = f"{index}-registry"
        audit.note(name, repository=repository, from_index=previous, to_index=index, switch=switch)
        try:
            _restore_as(store, repository, name, {snapshot.index: index, store.names.documents: registry}, progress)
            chunks = int(store.client.count(index=index)["count"])
            if chunks != snapshot.chunks:
                raise StorageError("restored_passages_missing", index=index, n=chunks, wanted=snapshot.chunks)
            if switch:
                _switch(store, index)
                _bring_registry_to(store, registry)
        except BaseException:
            if _live_index(store) != index:
                store.client.options(ignore_status=404).indices.delete(index=index)
            raise
        finally:
            store.client.options(ignore_status=404).indices.delete(index=registry)
    return Restored(name, index, previous, chunks, snapshot.documents, switch)


def _repository(store: ElasticsearchStore) -> str:
    """The name of the registered repository. Raises UsageError when none is set or the server refuses it."""
    kind, _, location = store.settings.snapshot_repository.partition(":")
    if not location:
        raise UsageError("snapshot_repository_unset")
    if kind == "fs":
        body: Json = {"location": location}
    else:
        bucket, _, path = location.partition("/")
        body = {"bucket": bucket, **({"base_path": path} if path else {})}
    name = f"{store.names.prefix}-snapshots"
    wanted = {"type": kind, "settings": {**body, "compress": "true"}}
    found = store.client.options(ignore_status=404).snapshot.get_repository(name=name)
    if found.meta.status == 200 and {key: found[name].get(key) for key in wanted} == wanted:
        return name
    try:
        # It is verified: every node writes a file there, and the server answers with what went wrong.
        store.client.snapshot.create_repository(name=name, repository=wanted)
    except ApiError as error:
        if error.meta.status in (401, 403):
            raise
        code = "snapshot_bucket_unusable" if kind == "s3" else "snapshot_folder_unusable"
        raise UsageError(code, repository=f"{kind}:{location}", why=reason_of(error)) from error
    return name


def _ours(store: ElasticsearchStore, repository: str) -> tuple[Snapshot, ...]:
    found = store.client.snapshot.get(repository=repository, snapshot=f"{store.names.prefix}-*")["snapshots"]
    return tuple(sorted(map(_snapshot, found), key=lambda one: one.started, reverse=True))


def _find(store: ElasticsearchStore, repository: str, name: str) -> Snapshot:
    if name == LATEST:
        for snapshot in _ours(store, repository):
            if snapshot.state == "SUCCESS":
                return snapshot
        raise NoSuchSnapshotError("no_whole_snapshot")
    try:
        return _snapshot(store.client.snapshot.get(repository=repository, snapshot=name)["snapshots"][0])
    except NotFoundError as error:
        raise NoSuchSnapshotError("snapshot_missing", name=name) from error


def _snapshot(found: Json) -> Snapshot:
    meta = found.get("metadata") or {}
    indices = [index for index in found["indices"] if not index.endswith("-documents")]
    return Snapshot(
        name=found["snapshot"],
        state=found["state"],
        started=dt.datetime.fromtimestamp(found["start_time_in_millis"] / 1000, dt.UTC),
        seconds=found.get("duration_in_millis", 0) / 1000,
        index=indices[0] if indices else "",
        chunks=int(meta.get("chunks", 0)),
        documents=int(meta.get("documents", 0)),
        model=str(meta.get("model", "")),
    )


def _live_index(store: ElasticsearchStore) -> str:
    """The index behind the alias; empty when there is none."""
    found = store.client.options(ignore_status=404).indices.get_alias(name=store.names.chunks)
    return max(found.body) if found.meta.status == 200 else ""


def _next_version(store: ElasticsearchStore) -> str:
    found = store.client.indices.get(index=f"{store.names.chunks}-*", ignore_unavailable=True, features="aliases")
    numbers = [int(suffix) for name in found if (suffix := name.removeprefix(f"{store.names.chunks}-")).isdigit()]
    return store.names.version(max(numbers, default=0) + 1)


def _restore_as(
    store: ElasticsearchStore, repository: str, name: str, renamed: dict[str, str], progress: Progress
) -> None:
    for number, (old, new) in enumerate(renamed.items()):
        store.client.snapshot.restore(
            repository=repository,
            snapshot=name,
            indices=old,
            rename_pattern=".+",
            rename_replacement=new,
            include_global_state=False,
            include_aliases=False,
            wait_for_completion=False,
        )
        while not _recovered(store, new):
            progress("restoring", number, len(renamed))
            time.sleep(POLL_SECONDS)
        progress("restoring", number + 1, len(renamed))


def _recovered(store: ElasticsearchStore, index: str) -> bool:
    """Whether every primary is there. Raises StorageError when one cannot be."""
    health = store.client.options(ignore_status=408).cluster.health(index=index, level="indices")
    state = health["indices"].get(index, {})
    if state.get("active_primary_shards", 0) == state.get("number_of_shards", -1):
        return True
    if health.get("unassigned_primary_shards") and not health.get("initializing_shards"):
        shards = store.client.cluster.state(metric="routing_table", index=index)["routing_table"]["indices"]
        for copies in shards.get(index, {}).get("shards", {}).values():
            for copy in copies:
                failed = copy.get("unassigned_info", {}).get("allocation_status") == "no"
                if copy["primary"] and failed:
                    raise StorageError("index_unrestorable", index=index)
    return False


def _switch(store: ElasticsearchStore, index: str) -> None:
    versions = read_versions(store.client, store.names)
    switch_to(store.client, store.names, versions, next(version for version in versions if version.name == index))
    store.look_again()


def _bring_registry_to(store: ElasticsearchStore, restored: str) -> None:
    """Make the registry hold exactly the entries of the index ``restored``."""
    client, names = store.client, store.names
    if not client.indices.exists(index=names.documents):
        client.indices.create(index=names.documents)
    kept: set[str] = set()

    def entries() -> Iterator[Action]:
        for hit in _all(store, restored):
            if hit["_id"] == PAUSE:  # an operator's word of now, not of then
                continue
            kept.add(hit["_id"])
            yield Action.index(names.documents, hit["_id"], hit["_source"])

    failures = write_all(client, entries(), refresh=True)
    if failures:
        raise StorageError("registry_not_restored", n=len(failures))
    gone = [hit["_id"] for hit in _all(store, names.documents) if hit["_id"] not in kept | {PAUSE}]
    write_all(client, [Action.delete(names.documents, id_) for id_ in gone], refresh=True)


def _all(store: ElasticsearchStore, index: str) -> Iterator[Json]:
    """Every document of an index, as it stands at the first page."""
    moment = store.client.open_point_in_time(index=index, keep_alive=KEEP_ALIVE)["id"]
    after: list[Any] | None = None
    try:
        while True:
            page = store.client.search(
                pit={"id": moment, "keep_alive": KEEP_ALIVE}, sort=["_shard_doc"], size=PAGE, search_after=after
            )["hits"]["hits"]
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]["sort"]
    finally:
        store.client.options(ignore_status=404).close_point_in_time(id=moment)
