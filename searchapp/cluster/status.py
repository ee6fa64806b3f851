"""``es status``: the server, the indices behind our names, the models they were built with, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.cluster.aliases import Place, aliases
from searchapp.cluster.plan import plan
from searchapp.cluster.shards import advice
from searchapp.cluster.store import elasticsearch_store
from searchapp.stores import Backlog
from searchapp.stores.elasticsearch.index import IndexStatus, read_indices, read_server
from searchapp.wiring import Application

__all__ = ["ClusterStatus", "IndexStatus", "status"]


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What ``es status`` tells; ``model`` is empty before the first index, ``matches`` compares it with ours.

    ``fault`` is a sentence where the aliases are not sane; ``pending`` counts the changes of ``es plan``, None then.
    ``states`` counts documents. ``shards`` is a sentence where the live version wants another number of them.
    ``chunks`` are the live version's, ``unembedded`` what of them is found by its words alone so far.
    """

    server: str
    cluster: str
    version: str
    health: str
    nodes: int
    licence: str
    indices: tuple[IndexStatus, ...]
    versions: tuple[Place, ...]
    model: str
    configured: str
    matches: bool
    fault: str
    pending: int | None
    states: dict[str, int]
    shards: str
    chunks: int
    unembedded: Backlog


def status(application: Application) -> ClusterStatus:
    """Read the cluster's state; nothing is changed. Raises as the store does."""
    store = elasticsearch_store(application)
    store.index.check()
    server = read_server(store.index)
    standing = aliases(application)
    indexed = None if standing.fault else store.fingerprint()
    configured = application.embedder.fingerprint
    indices = read_indices(store.index)
    live = next((one for one in indices if store.names.chunks in one.alias.split(", ")), None)
    found = advice(live.shards, live.bytes, live.documents) if live else None
    return ClusterStatus(
        server=store.where,
        cluster=server.name,
        version=server.version,
        health=server.health,
        nodes=server.nodes,
        licence=server.licence,
        indices=indices,
        versions=standing.places,
        model=str(indexed) if indexed else "",
        configured=str(configured),
        matches=indexed is None or indexed.matches(configured),
        fault=standing.fault,
        pending=None if standing.fault else len(plan(application).changes),
        states={str(state): count for state, count in store.state_counts().items()},
        shards=found.whole.text() if found else "",
        chunks=0 if standing.fault else store.count(),
        unembedded=store.backlog(),
    )
