"""One store of each kind, as two processes see it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.stores import Store
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.lancedb import LanceStore
from searchapp.stores.memory import MemoryStore

KINDS = ("embedded", "memory", "elasticsearch")


@contextmanager
def twin_stores(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[Store, Store]]:
    """Both views of the store that the fixture's parameter names, one of ``KINDS``; nothing is prepared in it."""
    if request.param == "memory":
        store = MemoryStore()  # which no other process can see
        yield store, store
        return
    if request.param == "embedded":
        yield LanceStore(folder / "index"), LanceStore(folder / "index")
        return
    url = request.getfixturevalue("elasticsearch_url")
    settings = load_settings(elasticsearch_url=url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    server = ElasticsearchStore(settings)
    yield server, ElasticsearchStore(settings)
    server.drop()
