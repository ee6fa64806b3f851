"""The version that ``es reindex`` is building: begun, found again after a kill, and given up."""

from __future__ import annotations

import datetime as dt
import os
import socket
import time
from dataclasses import dataclass, replace

from searchapp.children import is_running
from searchapp.cluster.shards import Shards
from searchapp.errors import StorageError, UsageError
from searchapp.stores import IndexSpec
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import put_templates
from searchapp.stores.elasticsearch.templates import SHARDS
from searchapp.stores.elasticsearch.versions import BUILD, Version, put_meta, read_versions, version_meta

NOTE_SECONDS = 2.0
"""How often progress is noted in the cluster. What lies between two notes is done again after a kill."""

SILENT_SECONDS = 120.0
"""A build of another machine that noted nothing for so long is taken for dead."""


LOADING = {"auto_expand_replicas": "false", "number_of_replicas": 0, "refresh_interval": "-1"}
"""Settings of an index while much is written into it; ``served`` has those for afterwards."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a build got: the last document id in order, and how many documents that were."""

    after: str = ""
    documents: int = 0


class Build:
    """A version under construction; it receives every write from the moment it exists."""

    def __init__(self, store: ElasticsearchStore, version: Version) -> None:
        self._store = store
        self.version = version
        self._noted = 0.0

    @property
    def progress(self) -> Reached:
        """As it was noted last."""
        build = self.version.build or {}
        return Reached(build.get("after", ""), build.get("documents", 0))

    def note(self, progress: Reached, *, now: bool = False) -> None:
        """Note the progress in the cluster, unless it was noted a moment ago."""
        if not now and time.monotonic() - self._noted < NOTE_SECONDS:
            return
        build = {**(self.version.build or {}), **_owner(), "after": progress.after, "documents": progress.documents}
        self._put({**self.version.meta, BUILD: build})
        self._noted = time.monotonic()

    def finish(self) -> Version:
        """Give the version the replicas and the refresh interval of its template; it is no longer a build.

        Returns it as it stands, not live yet.
        """
        client = self._store.client
        with reading(self._store.where):
            client.indices.put_settings(index=self.version.name, settings=served(self._store, self.version))
            client.cluster.health(index=self.version.name, wait_for_status="yellow", timeout="60s")
            client.indices.refresh(index=self.version.name)
        self._put({key: value for key, value in self.version.meta.items() if key != BUILD})
        return self.version

    def give_up(self) -> None:
        """Remove the version with all that was built."""
        with reading(self._store.where):
            self._store.client.indices.delete(index=self.version.name)

    def _put(self, meta: dict[str, object]) -> None:
        with reading(self._store.where):
            put_meta(self._store.client, self.version, meta)
        self.version = replace(self.version, meta=meta)


def begin(store: ElasticsearchStore, live: Version, spec: IndexSpec, shards: Shards) -> Build:
    """Create the next version, by the templates of es/mappings, empty and receiving every write.

    Until it is finished it has no replicas and does not refresh by itself, which makes filling it cheaper.
    """
    client, names = store.client, store.names
    with reading(store.where):
        versions = read_versions(client, names)
        number = max(number for version in versions if (number := names.number(version.name)) is not None) + 1
        former = [*live.former_models, *([live.spec.fingerprint] if live.spec else [])]
        started = {"from": live.name, "started": _now(), "after": "", "documents": 0, **_owner()}
        put_templates(client, store.templates(spec.fingerprint.dims))
        client.indices.create(
            index=names.version(number),
            aliases={names.write: {}},
            settings={SHARDS: shards.number, **LOADING},
            mappings={"_meta": version_meta(spec, former, started, shards.chosen)},
        )
        created = next(v for v in read_versions(client, names) if v.name == names.version(number))
    return Build(store, created)


def unfinished(store: ElasticsearchStore) -> Build | None:
    """The build that an earlier run left, if any. Raises StorageError when there are several."""
    with reading(store.where):
        builds = [v for v in read_versions(store.client, store.names) if v.build is not None and not v.live]
    if len(builds) > 1:
        raise StorageError("unfinished_versions", n=len(builds), versions=[version.name for version in builds])
    return Build(store, builds[0]) if builds else None


def refuse_if_running(version: Version) -> None:
    """Raise UsageError when the process that builds ``version`` seems to be alive."""
    build = version.build or {}
    host, pid = build.get("host", ""), int(build.get("pid", 0))
    silent = (dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(build.get("seen", _now()))).total_seconds()
    if silent > SILENT_SECONDS or pid == os.getpid():
        return
    if host == socket.gethostname() and not is_running(pid):
        return
    raise UsageError("version_being_built", version=version.name, process=pid, host=host, seconds=silent)


def _owner() -> dict[str, object]:
    return {"host": socket.gethostname(), "pid": os.getpid(), "seen": _now()}


def served(store: ElasticsearchStore, version: Version) -> dict[str, object]:
    """The template's replicas, and Elasticsearch's own refresh interval unless the template sets one."""
    dims = version.spec.fingerprint.dims if version.spec else 1
    template = store.templates(dims).indices[store.names.chunks]["template"]
    settings = {key.removeprefix("index."): value for key, value in template.get("settings", {}).items()}
    wanted = {key: settings.get(key) for key in ("auto_expand_replicas", "number_of_replicas", "refresh_interval")}
    if wanted["number_of_replicas"] is None:
        del wanted["number_of_replicas"]  # null would mean one, and auto_expand_replicas decides
        if wanted["auto_expand_replicas"] is None:
            wanted["number_of_replicas"] = 1
    return dict(wanted)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
