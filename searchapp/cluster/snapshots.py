"""``es snapshot``: the chunks and the registry into a repository; what is in it, and taken out of it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from elasticsearch import NotFoundError

from searchapp import audit
from searchapp.cluster.repository import registered, repository_name, vanished, writing
from searchapp.cluster.retention import Keep, superfluous
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.errors import NotFoundError as NoSuchSnapshotError
from searchapp.errors import StorageError, UsageError
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.memos import NO_DOCUMENT
from searchapp.wiring import Application

LATEST = "latest"
"""Stands for the name of the newest whole snapshot."""

POLL_SECONDS = 0.5

WHY_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot of ours. ``state``: SUCCESS, IN_PROGRESS, PARTIAL or FAILED; ``started`` is in UTC.

    ``chunks`` and ``documents`` were counted when it was taken; None where a policy of the server took it. ``why``
    tells what failed.
    """

    name: str
    state: str
    started: dt.datetime
    seconds: float
    index: str
    chunks: int | None
    documents: int | None
    model: str
    why: str = ""
    scheduled: bool = False
    """Whether a schedule took it: what a schedule keeps by age are its own alone."""


def create(
    application: Application, progress: Progress = lambda what, done, total: None, *, scheduled: bool = False
) -> Snapshot:
    """Snapshot the live index and the registry. Raises UsageError without a repository or an index, StorageError.

    What ``progress`` raises ends the wait alone: the server finishes the snapshot.
    """
    store = elasticsearch_store(application)
    with reading(store.where):
        live = live_index(store)
        if not live:
            raise UsageError("nothing_to_snapshot")
        repository = registered(store)
        store.refresh()
        fingerprint = store.fingerprint()
        indices = [live, store.names.documents]
        counts = [int(store.client.count(index=index, query={"bool": NO_DOCUMENT})["count"]) for index in indices]
        now = dt.datetime.now(dt.UTC)
        name = f"{store.names.prefix}-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03}"
        audit.note(name, repository=repository, indices=indices, chunks=counts[0], documents=counts[1])
        counted = {"chunks": counts[0], "documents": counts[1], "model": str(fingerprint)}
        with writing(repository):
            store.client.snapshot.create(
                repository=repository,
                snapshot=name,
                indices=",".join(indices),
                include_global_state=False,
                metadata={"taken_by": "searchapp", "scheduled": scheduled, **counted},
                wait_for_completion=False,
            )
        while (taken := _begun(store, repository, name)).state == "IN_PROGRESS":
            stats = store.client.snapshot.status(repository=repository, snapshot=name)["snapshots"][0]["stats"]
            done = stats.get("processed", stats["incremental"])["size_in_bytes"]
            progress("writing", done, stats["incremental"]["size_in_bytes"])
            time.sleep(POLL_SECONDS)
        progress("writing", 1, 1)
    if taken.state != "SUCCESS":
        raise StorageError("snapshot_failed", name=name, state=taken.state, why=taken.why or "?")
    return taken


def listed(application: Application) -> tuple[Snapshot, ...]:
    """Our snapshots in the repository, the newest first."""
    store = elasticsearch_store(application)
    with reading(store.where):
        return ours(store, registered(store))


def seen(application: Application) -> tuple[Snapshot, ...]:
    """As ``listed``; a repository that nothing was written to yet is not made for it."""
    store = elasticsearch_store(application)
    name = repository_name(store.names.prefix)
    with reading(store.where):
        found = store.client.options(ignore_status=404).snapshot.get_repository(name=name)
        return ours(store, name) if found.meta.status == 200 else ()


def delete(application: Application, name: str) -> None:
    """Remove one snapshot of ours from the repository."""
    store = elasticsearch_store(application)
    with reading(store.where):
        repository = registered(store)
        find(store, repository, name)
        audit.note(name, repository=repository)
        with writing(repository):
            store.client.snapshot.delete(repository=repository, snapshot=name)


@dataclass(frozen=True, slots=True)
class Thinned:
    """Names of snapshots, the newest first; ``removed`` would be removed when ``dry_run``."""

    kept: tuple[str, ...]
    removed: tuple[str, ...]
    dry_run: bool


def thin_out(application: Application, keep: Keep, *, dry_run: bool = False, scheduled: bool = False) -> Thinned:
    """Delete the snapshots that ``keep`` has no use for; ``scheduled``: of those alone that schedules took.

    Raises UsageError where it keeps nothing.
    """
    if not keep.anything:
        raise UsageError("retention_keeps_nothing")
    store = elasticsearch_store(application)
    with reading(store.where):
        repository = registered(store)
        found = [one for one in ours(store, repository) if one.scheduled or not scheduled]
        going = superfluous([(one.name, one.state, one.started) for one in found], keep)
        audit.note(", ".join(going), repository=repository)
        for name in () if dry_run else going:
            with writing(repository):
                store.client.snapshot.delete(repository=repository, snapshot=name)
    return Thinned(tuple(one.name for one in found if one.name not in going), going, dry_run)


def ours(store: ElasticsearchStore, repository: str) -> tuple[Snapshot, ...]:
    """Our snapshots, the newest first."""
    found = store.client.snapshot.get(repository=repository, snapshot=f"{store.names.prefix}-*")["snapshots"]
    return tuple(sorted(map(_snapshot, found), key=lambda one: one.started, reverse=True))


def find(store: ElasticsearchStore, repository: str, name: str) -> Snapshot:
    """The snapshot of that name, or of ``LATEST``. Raises NotFoundError."""
    if name == LATEST:
        for snapshot in ours(store, repository):
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
        chunks=int(meta["chunks"]) if "chunks" in meta else None,
        documents=int(meta["documents"]) if "documents" in meta else None,
        model=str(meta.get("model", "")),
        why=_why(found),
        scheduled=bool(meta.get("scheduled", False)),
    )


def _begun(store: ElasticsearchStore, repository: str, name: str) -> Snapshot:
    try:
        return find(store, repository, name)
    except NoSuchSnapshotError as error:
        raise vanished(store, repository, name) from error


def _why(found: Json) -> str:
    """Why not all of it was taken: of the whole, or the first shard that was not."""
    failures = [failure.get("reason", "") for failure in found.get("failures") or []]
    return str(found.get("reason") or next(iter(failures), ""))[:WHY_CHARACTERS]


def live_index(store: ElasticsearchStore) -> str:
    """The index behind the alias; empty when there is none."""
    found = store.client.options(ignore_status=404).indices.get_alias(name=store.names.chunks)
    return max(found.body) if found.meta.status == 200 else ""
