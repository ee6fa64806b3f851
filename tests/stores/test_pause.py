"""The pause of the queue stands in the registry, and is no document of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.model import DocumentState, Pause
from searchapp.settings import load_settings
from searchapp.stores import Store
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.memos import PAUSE
from tests.stores.contract import MODEL, document
from tests.stores.twins import KINDS, twin_stores

SINCE = dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC)


@pytest.fixture(params=KINDS)
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    with twin_stores(request, tmp_path) as stores:
        yield stores


def test_every_process_sees_it_until_it_ends(twins: tuple[Store, Store]) -> None:
    store, other = twins
    assert store.pause() is None
    store.put_pause(None)  # nothing to end
    store.prepare(MODEL)
    assert other.pause() is None
    store.put_pause(Pause(SINCE, "ada 张"))
    assert other.pause() == Pause(SINCE, "ada 张")
    other.put_pause(None)
    assert store.pause() is None


def test_it_is_no_document(twins: tuple[Store, Store]) -> None:
    store, _ = twins
    store.prepare(MODEL)
    assert store.write([document("a", "text")]) == {}
    store.put_pause(Pause(SINCE, "ada"))
    store.refresh()
    assert [entry.id for entry in store.entries().entries] == ["a"]
    assert store.entries(contains="paused").total == 0
    assert store.state_counts() == {DocumentState.INDEXED: 1}
    assert [entry.id for entry in store.sources("")] == ["a"]
    assert store.entry(PAUSE) is None and set(store.known_entries([PAUSE, "a"])) == {"a"}
    assert set(store.same_content(["", "v1"])) == {"v1"}


def test_without_an_index_elasticsearch_has_no_queue_to_pause(elasticsearch_url: str) -> None:
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    store = ElasticsearchStore(settings)
    with pytest.raises(UsageError, match="There is no index yet"):
        store.put_pause(Pause(SINCE, "ada"))
    assert not store.client.indices.exists(index=store.names.documents)  # none was made by the way
