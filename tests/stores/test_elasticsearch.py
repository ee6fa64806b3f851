"""The Elasticsearch store on a real server: the contract, and what only this engine has."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from searchapp.settings import load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from tests.stores.contract import StoreContract


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[ElasticsearchStore]:
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    store = ElasticsearchStore(settings)
    yield store
    store.drop()


class TestContract(StoreContract):
    pass
