"""The cluster's health."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, ok, warning
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "health"
PENDING_TASKS = 100
EXPLAIN = "GET _cluster/allocation/explain tells which shard, and why it is nowhere."


def check(application: Application) -> Iterator[Finding]:
    """Green, yellow or red, and whether the master keeps up."""
    store = elasticsearch_store(application)
    with reading(store.where):
        health = store.client.cluster.health()
    status, missing = health["status"], health["unassigned_shards"]
    if status == "red":
        yield error(NAME, f"The cluster is red: {missing} shards are on no node, primaries among them.", EXPLAIN)
    elif status == "yellow":
        yield warning(NAME, f"The cluster is yellow: {missing} copies of shards are on no node.", EXPLAIN)
    else:
        yield ok(NAME, f"The cluster is green, with {health['number_of_data_nodes']} data node(s).")
    if health["number_of_pending_tasks"] > PENDING_TASKS:
        yield warning(
            NAME, f"{health['number_of_pending_tasks']} tasks wait for the master node.",
            "GET _cluster/pending_tasks shows them; give the master more processor or heap.",
        )  # fmt: skip
