"""``es status``: the server, the indices behind our names, and the model they were built with."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.cluster.store import elasticsearch_store
from searchapp.stores.elasticsearch.status import IndexStatus, read_indices, read_server
from searchapp.wiring import Application

__all__ = ["ClusterStatus", "IndexStatus", "status"]


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What ``es status`` tells; ``model`` is empty before the first index, ``matches`` compares it with ours."""

    server: str
    cluster: str
    version: str
    health: str
    indices: tuple[IndexStatus, ...]
    model: str
    configured: str
    matches: bool


def status(application: Application) -> ClusterStatus:
    """Read the cluster's state; nothing is changed. Raises as the store does."""
    store = elasticsearch_store(application)
    store.check()
    server = read_server(store)
    indexed = store.fingerprint()
    configured = application.embedder.fingerprint
    return ClusterStatus(
        server=store.where,
        cluster=server.name,
        version=server.version,
        health=server.health,
        indices=read_indices(store),
        model=str(indexed) if indexed else "",
        configured=str(configured),
        matches=indexed is None or indexed.matches(configured),
    )
