"""The server's version beside the client's."""

from __future__ import annotations

from collections.abc import Iterator

from elasticsearch import __version__ as client_version

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, ok, warning
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "server"


def check(application: Application) -> Iterator[Finding]:
    """Raises as ``Store.check`` does when the server does not answer, or is of another major version."""
    store = elasticsearch_store(application)
    store.check()
    with reading(store.where):
        nodes = store.client.nodes.info(metric="http", filter_path="nodes.*.version")["nodes"].values()
    versions = sorted({node["version"] for node in nodes})
    if len(versions) > 1:
        yield warning(
            NAME, f"The nodes at {store.where} are of different versions: {', '.join(versions)}.",
            "Finish the upgrade: bring every node to the newest of these versions.",
        )  # fmt: skip
    client = ".".join(str(part) for part in client_version[:3])
    yield ok(NAME, f"Elasticsearch {versions[-1]} at {store.where}, client {client}: they fit.")
