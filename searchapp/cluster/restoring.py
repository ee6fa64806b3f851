"""``es snapshot restore``: a snapshot comes back behind the alias.

It never touches the index that is live: it goes into the next version, is counted, and only then does the alias move.
The registry is brought to the snapshot's state afterwards, entry by entry.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from searchapp import audit
from searchapp.cluster.repository import registered
from searchapp.cluster.snapshots import POLL_SECONDS, find, live_index
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.errors import StorageError
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.memos import NO_DOCUMENT, OF_NOW, PAUSE
from searchapp.stores.elasticsearch.versions import read_versions
from searchapp.stores.elasticsearch.versions import switch as switch_to
from searchapp.wiring import Application

PAGE = 1000
KEEP_ALIVE = "2m"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: ``index`` is live now; ``previous`` was before, and is kept (empty: there was none)."""

    snapshot: str
    index: str
    previous: str
    chunks: int
    documents: int
    switched: bool


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
        repository = registered(store)
        snapshot = find(store, repository, name)
        name = snapshot.name
        if snapshot.state != "SUCCESS":
            raise StorageError("snapshot_not_whole", name=name, state=snapshot.state)
        previous, index = live_index(store), _next_version(store)
        registry = f"{index}-registry"
        audit.note(name, repository=repository, from_index=previous, to_index=index, switch=switch)
        try:
            restore_as(store, repository, name, {snapshot.index: index, store.names.documents: registry}, progress)
            chunks = int(store.client.count(index=index)["count"])
            if snapshot.chunks is not None and chunks != snapshot.chunks:
                raise StorageError("restored_passages_missing", index=index, n=chunks, wanted=snapshot.chunks)
            documents = int(store.client.count(index=registry, query={"bool": NO_DOCUMENT})["count"])
            if switch:
                _switch(store, index)
                _bring_registry_to(store, registry)
        except BaseException:
            if live_index(store) != index:
                store.client.options(ignore_status=404).indices.delete(index=index)
            raise
        finally:
            store.client.options(ignore_status=404).indices.delete(index=registry)
    return Restored(name, index, previous, chunks, documents, switch)


def _next_version(store: ElasticsearchStore) -> str:
    found = store.client.indices.get(index=f"{store.names.chunks}-*", ignore_unavailable=True, features="aliases")
    numbers = [int(suffix) for name in found if (suffix := name.removeprefix(f"{store.names.chunks}-")).isdigit()]
    return store.names.version(max(numbers, default=0) + 1)


def restore_as(
    store: ElasticsearchStore,
    repository: str,
    name: str,
    renamed: dict[str, str],
    progress: Progress,
    settings: Json | None = None,
) -> None:
    """Restore indices under other names, without aliases, ``settings`` over their own; waits for every primary.

    Raises StorageError where no node takes one.
    """
    for number, (old, new) in enumerate(renamed.items()):
        store.client.snapshot.restore(
            repository=repository,
            snapshot=name,
            indices=old,
            rename_pattern=".+",
            rename_replacement=new,
            include_global_state=False,
            include_aliases=False,
            index_settings=settings,
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
    now = client.mget(index=names.documents, ids=list(OF_NOW))["docs"]
    standing = {PAUSE, *(hit["_id"] for hit in now if hit.get("found"))}  # an operator's word of now, not of then
    kept: set[str] = set()

    def entries() -> Iterator[Action]:
        for hit in _all(store, restored):
            if hit["_id"] in standing:
                continue
            kept.add(hit["_id"])
            yield Action.index(names.documents, hit["_id"], hit["_source"])

    failures = write_all(client, entries(), refresh=True)
    if failures:
        raise StorageError("registry_not_restored", n=len(failures))
    gone = [hit["_id"] for hit in _all(store, names.documents) if hit["_id"] not in kept | standing]
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
