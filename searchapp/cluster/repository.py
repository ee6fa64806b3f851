"""The snapshot repository of SEARCHAPP_SNAPSHOT_REPOSITORY: registered, and what it says when it takes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from elasticsearch import ApiError

from searchapp.cluster.store import Json
from searchapp.errors import StorageError, UsageError
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reason_of

LIMIT = "max_number_of_snapshots"


def repository_body(setting: str) -> Json:
    """A repository as Elasticsearch registers it, of SEARCHAPP_SNAPSHOT_REPOSITORY. Raises UsageError where unset."""
    kind, _, location = setting.partition(":")
    if not location:
        raise UsageError("snapshot_repository_unset")
    if kind == "fs":
        body: Json = {"location": location}
    else:
        bucket, _, path = location.partition("/")
        body = {"bucket": bucket, **({"base_path": path} if path else {})}
    return {"type": kind, "settings": {**body, "compress": "true"}}


def repository_name(prefix: str) -> str:
    """The name under which it is registered."""
    return f"{prefix}-snapshots"


def registered(store: ElasticsearchStore) -> str:
    """The name of the registered repository. Raises UsageError when none is set or the server refuses it."""
    wanted = repository_body(store.settings.snapshot_repository)
    kind, _, location = store.settings.snapshot_repository.partition(":")
    name = repository_name(store.names.prefix)
    found = store.client.options(ignore_status=404).snapshot.get_repository(name=name)
    if found.meta.status == 200 and _is_ours(found[name], wanted):
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


def _is_ours(found: Json, wanted: Json) -> bool:
    """Whether it is of that kind and place; what else an operator has set there, such as ``readonly``, stays."""
    same = {key: found.get("settings", {}).get(key) for key in wanted["settings"]}
    return bool(found.get("type") == wanted["type"] and same == wanted["settings"])


def vanished(store: ElasticsearchStore, repository: str, name: str) -> StorageError:
    """The error for a snapshot that the server began and gave up: it then tells nobody why but its log."""
    limit = store.client.snapshot.get_repository(name=repository)[repository]["settings"].get(LIMIT)
    held = len(store.client.snapshot.get(repository=repository, snapshot="*", verbose=False)["snapshots"])
    if limit is not None and held >= int(limit):
        return StorageError("snapshot_repository_full", repository=repository, why=f"{held}/{limit} ({LIMIT})")
    return StorageError("snapshot_vanished", name=name)


@contextmanager
def writing(repository: str) -> Iterator[None]:
    """Within it a repository that takes no snapshot, or loses none, becomes a StorageError that says why."""
    try:
        yield
    except ApiError as error:
        why = reason_of(error)
        if "readonly" in why or "read-only" in why:
            raise StorageError("snapshot_repository_readonly", repository=repository) from error
        if "Cannot add another snapshot" in why or "No space left" in why:
            raise StorageError("snapshot_repository_full", repository=repository, why=why) from error
        raise
