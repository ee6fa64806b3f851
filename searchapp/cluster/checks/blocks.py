"""Indices that take no writes."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.blocks import blocks
from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error
from searchapp.wiring import Application

NAME = "read-only"


def check(application: Application) -> Iterator[Finding]:
    """Each block on our indices."""
    store = elasticsearch_store(application)
    for block in blocks(store):
        yield error(NAME, block.message, block.remedy(store.where))
