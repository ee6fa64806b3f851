"""Facts about the server and our indices, read without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchapp.stores.elasticsearch import inference
from searchapp.stores.elasticsearch.connection import reading

if TYPE_CHECKING:
    from searchapp.stores.elasticsearch.store import ElasticsearchStore


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The server's own words; ``health`` is green, yellow or red."""

    name: str
    version: str
    health: str
    nodes: int
    licence: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """One index of ours; ``alias`` is the name that searches use for it, if any.

    ``documents`` are what Elasticsearch calls so: passages, or entries of the registry. They and ``bytes`` count the
    primaries.
    """

    name: str
    alias: str
    health: str
    documents: int
    bytes: int
    shards: int
    replicas: int


def read_server(store: ElasticsearchStore) -> ServerStatus:
    """Name, lowest version among the nodes, health, and licence."""
    with reading(store.where):
        health = store.client.cluster.health()
        nodes = store.client.nodes.info(metric="http", filter_path="nodes.*.version").get("nodes", {})
        licence, _ = inference.licence(store.client)
    versions = sorted({node["version"] for node in nodes.values()})
    return ServerStatus(
        health["cluster_name"], versions[0] if versions else "", health["status"], health["number_of_nodes"], licence
    )


def read_indices(store: ElasticsearchStore) -> tuple[IndexStatus, ...]:
    """Every version of the passages, and the registry; an empty tuple before ``es apply``."""
    pattern = f"{store.names.chunks}-*,{store.names.documents}"
    with reading(store.where):
        found = store.client.indices.get_alias(index=pattern, ignore_unavailable=True)
        if not found:
            return ()
        stats = store.client.indices.stats(index=sorted(found), metric="docs,store")["indices"]
        health = store.client.cluster.health(index=sorted(found), level="indices")["indices"]
    return tuple(
        IndexStatus(
            name=name,
            alias=", ".join(found[name]["aliases"]),
            health=health[name]["status"],
            documents=stats[name]["primaries"]["docs"]["count"],
            bytes=stats[name]["primaries"]["store"]["size_in_bytes"],
            shards=health[name]["number_of_shards"],
            replicas=health[name]["number_of_replicas"],
        )
        for name in sorted(found)
    )
