"""Shards and replicas of our indices."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, info, ok, warning
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "shards"
LARGEST = 50 * 2**30
"""Bytes of a shard beyond which moving and merging it gets slow (Elastic's page on the size of shards)."""


def check(application: Application) -> Iterator[Finding]:
    """Whether each index survives a node, and whether its shards are of a good size."""
    store = elasticsearch_store(application)
    pattern = f"{store.names.versions},{store.names.documents}"
    with reading(store.where):
        if not store.client.indices.get_alias(index=pattern, ignore_unavailable=True):
            return
        health = store.client.cluster.health(index=pattern, level="indices")
        sizes = store.client.indices.stats(index=pattern, metric="store")["indices"]
    for name, one in sorted(health["indices"].items()):
        if name not in sizes:
            continue  # it came or went between the two questions, as a reindex does to versions
        primaries, replicas = one["number_of_shards"], one["number_of_replicas"]
        size = sizes[name]["primaries"]["store"]["size_in_bytes"] / max(1, primaries)
        shown = f"{name}: {primaries} shard(s), {replicas} replica(s)"
        if one["status"] != "green":
            yield warning(
                NAME, f"{shown}, {one['unassigned_shards']} of them on no node ({one['status']}).",
                "GET _cluster/allocation/explain tells why. A replica needs a node of its own.",
            )  # fmt: skip
        elif replicas == 0 and health["number_of_data_nodes"] > 1:
            yield warning(
                NAME, f"{shown}: a node that dies takes passages with it.",
                'Set "auto_expand_replicas": "0-1" in es/mappings, then searchapp es apply.',
            )  # fmt: skip
        elif replicas == 0:
            yield info(NAME, f"{shown}: one node, so there is one copy.", "searchapp es snapshot create keeps another.")
        else:
            yield ok(NAME, f"{shown}.")
        if size > LARGEST:
            yield warning(
                NAME, f"{name}: a shard holds {size / 2**30:.0f} GiB.",
                "Raise number_of_shards in es/mappings/searchapp-chunks.json, then searchapp es reindex.",
            )  # fmt: skip
