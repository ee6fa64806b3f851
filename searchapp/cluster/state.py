"""What a plan was made of, in digests: the cluster as it stood, and what es/ and the settings want of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from searchapp.cluster.store import Json
from searchapp.embedding import Fingerprint
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.index import read_server
from searchapp.stores.elasticsearch.installation import installed
from searchapp.stores.elasticsearch.versions import chosen, read_versions

SERVER = "the server's version"
"""The entry of ``ClusterState.objects`` that changes when the server is upgraded."""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """``cluster`` is its uuid; ``objects`` has a digest for each template, pipeline and index by kind and name.

    ``wanted`` is the digest of es/ and of the settings that decide about the index, the prefix among them.
    """

    cluster: str
    name: str
    wanted: str
    objects: Mapping[str, str]

    def moved_since(self, earlier: Mapping[str, str]) -> tuple[str, ...]:
        """The objects that came, went or changed since ``earlier``."""
        return tuple(name for name in sorted({*earlier, *self.objects}) if earlier.get(name) != self.objects.get(name))


def read_state(store: ElasticsearchStore, configured: Fingerprint) -> ClusterState:
    """Read what ``es plan`` compares. Raises StorageError when the aliases are not sane."""
    client, names = store.client, store.names
    with reading(store.where):
        # Not of GET /, which a small build of the server need not answer.
        cluster = client.cluster.state(metric="version", filter_path=["cluster_uuid", "cluster_name"])
        versions = read_versions(client, names)
        live = chosen(versions, names)
        built_with = live.spec.fingerprint if live and live.spec else configured
        found = installed(client, store.templates(built_with.dims))
        indices = [*(version.name for version in versions), names.documents]
        held = client.indices.get(index=indices, ignore_unavailable=True).body
    objects = {f"{one.kind} {one.name}": digest(one.found) for one in found if one.found is not None}
    objects |= {f"index {name}": digest(_settled(index)) for name, index in held.items()}
    wanted = {
        "prefix": names.prefix,
        "model": configured.as_dict(),
        "chunks": repr(store.spec(configured).chunking),
        "objects": {f"{one.kind} {one.name}": one.wanted for one in found},
        "registry": store.templates(1).index(names.documents),
    }
    objects[SERVER] = read_server(store.index).version
    return ClusterState(cluster["cluster_uuid"], cluster["cluster_name"], digest(wanted), objects)


def digest(value: Any) -> str:
    """SHA-256 of a JSON value, whatever the order of its names."""
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _settled(index: Json) -> Json:
    """An index without the number of replicas that the server itself chooses as nodes come and go."""
    settings = dict(index["settings"]["index"])
    if settings.get("auto_expand_replicas", "false") != "false":
        settings.pop("number_of_replicas", None)
    return {**index, "settings": settings}
