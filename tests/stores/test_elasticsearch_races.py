"""Two processes at one document, step by step: what one does between two requests of the other's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from searchapp.model import DocumentState
from searchapp.settings import load_settings
from searchapp.stores import LOST
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch import store as deleter
from searchapp.stores.elasticsearch import writing as writer
from tests.interleaving import after
from tests.stores.contract import MODEL, document

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
ASKED, LATER = NOON + dt.timedelta(seconds=5), NOON + dt.timedelta(seconds=60)
HELD = dataclasses.replace(
    document("a").entry, state=DocumentState.RUNNING, owner="one", lease=NOON, started=NOON, content_hash="", attempts=1
)


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[ElasticsearchStore]:
    store = ElasticsearchStore(
        load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    )
    yield store
    store.drop()


@pytest.fixture
def other(store: ElasticsearchStore) -> ElasticsearchStore:
    """The same index, in another process. The first holds the document ``a`` as ``one``."""
    store.prepare(MODEL)
    store.put_entries([HELD])
    return ElasticsearchStore(store.settings)


def test_a_lease_is_renewed_although_somebody_else_writes_the_entry_meanwhile(
    store: ElasticsearchStore, other: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, store.registry, "_fetch", lambda: other.renew([dataclasses.replace(HELD, queued=ASKED)]))
    assert list(store.renew([dataclasses.replace(HELD, lease=LATER)])) == ["a"]
    assert store.entry("a") == dataclasses.replace(HELD, lease=LATER, queued=ASKED)


def test_what_is_deleted_while_its_passages_are_written_leaves_nothing_behind(
    store: ElasticsearchStore, other: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, writer, "replace_documents", lambda: other.delete_document("a"))
    assert store.write([document("a", "text")], MODEL, "one") == {"a": LOST}
    store.refresh()
    assert store.entry("a") is None and list(store.held()) == []


def test_what_is_asked_for_again_while_its_passages_are_written_is_queued(
    store: ElasticsearchStore, other: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, writer, "replace_documents", lambda: other.renew([dataclasses.replace(HELD, queued=ASKED)]))
    assert store.write([document("a", "text")], MODEL, "one") == {}
    entry = store.entry("a")
    assert entry is not None and (entry.state, entry.queued, entry.owner) == (DocumentState.QUEUED, ASKED, "")


def test_what_is_written_while_it_is_deleted_goes_too(
    store: ElasticsearchStore, other: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, deleter, "delete_chunks", lambda: other.write([document("a", "text")], MODEL, "one"))
    assert store.delete_document("a") is True
    store.refresh()
    assert store.entry("a") is None and list(store.held()) == []


def test_what_is_deleted_and_added_anew_keeps_its_new_passages(
    store: ElasticsearchStore, other: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deleted_and_added() -> None:
        other.delete_document("a")
        other.put_entries([dataclasses.replace(HELD, owner="two", started=LATER)])
        other.write([document("a", "text", started=LATER)], MODEL, "two")

    after(monkeypatch, writer, "replace_documents", deleted_and_added)
    assert store.write([document("a", "text")], MODEL, "one") == {"a": LOST}
    store.refresh()
    assert [chunk.text for chunk in store.chunks("a")] == ["text"]
