"""What was done to the indices behind our back: blocks, lost and closed ones."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from searchapp.errors import IndexSwitchedError, ServiceUnavailableError, StorageError
from searchapp.model import DocumentState
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.blocks import refused_by_block
from tests.stores.contract import MODEL, document

WORDS = RetrievalQuery(keywords="text", vector=None, depth=10)


def store_at(url: str, prefix: str) -> ElasticsearchStore:
    return ElasticsearchStore(load_settings(elasticsearch_url=url, index_prefix=prefix))


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[ElasticsearchStore]:
    store = store_at(elasticsearch_url, f"test-{uuid.uuid4().hex[:8]}")
    yield store
    store.drop()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("index [i] blocked by: [FORBIDDEN/8/index write (api)];", ("index.blocks.write", "/i/_settings")),
        ("index [i] blocked by: [FORBIDDEN/5/index read-only (api)];", ("index.blocks.read_only", "/i/_settings")),
        ("index [i] blocked by: [FORBIDDEN/9/index metadata (api)];", ("index.blocks.metadata", "/i/_settings")),
        ("index [i] blocked by: [FORBIDDEN/7/index read (api)];", ("cannot be read", "index.blocks.read is")),
        ("blocked by: [FORBIDDEN/6/cluster read-only (api)];", ("cluster.blocks.read_only is", "_cluster/settings")),
        (
            "index [i] blocked by: [FORBIDDEN/13/cluster read-only / allow delete (api)];",
            ("cluster.blocks.read_only_allow_delete is", "_cluster/settings"),
        ),
        (
            "index [i] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has "
            "read-only-allow-delete block];",
            ("flood-stage", "free space"),
        ),
    ],
)
def test_each_block_is_named_with_what_lifts_it(reason: str, words: tuple[str, ...]) -> None:
    error = refused_by_block(f"cluster_block_exception: {reason}", "http://h:1/es")
    assert error is not None and all(word in f"{error.message} {error.remedy}" for word in words)
    assert ("disk" in error.remedy) == ("flood" in reason)


@pytest.mark.parametrize(
    "reason", ["index [i] blocked by: [SERVICE_UNAVAILABLE/1/state not recovered];", "no master", ""]
)
def test_what_is_no_block_of_ours_is_none(reason: str) -> None:
    assert refused_by_block(reason, "http://h:1") is None


@pytest.mark.parametrize(
    ("index", "block"),
    [(index, block) for index in ("documents", "chunks") for block in ("write", "read_only")]
    + [("chunks", "metadata")],
)
def test_a_block_that_somebody_set_is_no_full_disk(store: ElasticsearchStore, index: str, block: str) -> None:
    store.prepare(MODEL)
    name = store.names.documents if index == "documents" else store.names.version(1)
    store.client.indices.put_settings(index=name, settings={f"index.blocks.{block}": True})
    try:
        with pytest.raises(StorageError, match=rf"index\.blocks\.{block} is set") as caught:
            store.write([document("a", "text")])
        assert "disk" not in str(caught.value) and f"/{name}/_settings" in caught.value.remedy
    finally:
        store.client.indices.put_settings(index=name, settings={f"index.blocks.{block}": None})
    assert store.write([document("a", "text")]) == {}


READS: dict[str, Callable[[ElasticsearchStore], object]] = {
    "check": lambda store: store.check(),
    "search": lambda store: store.search(WORDS),
    "chunks": lambda store: store.chunks("a"),
    "count": lambda store: store.count(),
    "write": lambda store: store.write([document("b", "text")]),
    "delete": lambda store: store.delete_document("a"),
}


def test_an_index_that_was_deleted_is_not_an_empty_one(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "text")])
    store.refresh()
    assert store.search(WORDS).keyword
    store.client.indices.delete(index=store.names.version(1))
    with pytest.raises(IndexSwitchedError):  # which version is live was looked up a moment ago
        store.search(WORDS)
    for name, read in READS.items():
        with pytest.raises(ServiceUnavailableError) as caught:
            read(store)
        assert caught.value.reason == "index_lost" and "1 document" in caught.value.message, name
    assert store.entry("a") is not None  # the registry still tells what there was


def test_what_was_deleted_with_its_registry_is_missed_by_who_has_read_it(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "text")])
    store.check()
    store.client.indices.delete(index=[store.names.version(1), store.names.documents])
    store.look_again()
    for read in (store.check, lambda: store.search(WORDS), store.count):
        with pytest.raises(ServiceUnavailableError) as caught:
            read()
        assert caught.value.reason == "index_gone" and store.names.version(1) in caught.value.message
    fresh = store_at(store.settings.elasticsearch_url, store.names.prefix)
    fresh.check()
    fresh.prepare(MODEL)
    store.check()
    assert store.count() == 0


def test_an_index_that_was_never_made_or_holds_nothing_is_empty(store: ElasticsearchStore) -> None:
    for prepared in (False, True):
        if prepared:
            store.prepare(MODEL)
        store.check()
        assert store.search(WORDS).keyword == () and store.chunks("a") == () and store.count() == 0
        assert store.delete_document("a") is False


def test_an_index_that_somebody_closed_is_named_with_what_opens_it(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "text")])
    store.refresh()
    assert store.search(WORDS).keyword
    name = store.names.version(1)
    store.client.indices.close(index=name)
    for look_again in (False, True):
        for what, read in list(READS.items())[not look_again :]:  # what is live is a second old at most
            if look_again:
                store.look_again()
            with pytest.raises(ServiceUnavailableError) as caught:
                read(store)
            assert caught.value.reason == "index_closed" and f"/{name}/_open" in caught.value.remedy, what
    store.client.indices.open(index=name, wait_for_active_shards=1)
    store.look_again()
    assert store.search(WORDS).keyword


def test_a_registry_that_somebody_closed_is_not_an_empty_one(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "text")])
    store.refresh()
    name = store.names.documents
    store.client.indices.close(index=name)
    reads: list[Callable[[], object]] = [
        store.entries,
        store.state_counts,
        lambda: list(store.sources("")),
        lambda: store.entry("a"),
        lambda: store.same_content(["x"]),
        lambda: store.write([document("b", "text")]),
    ]
    for read in reads:
        with pytest.raises(ServiceUnavailableError) as caught:
            read()
        assert caught.value.reason == "index_closed" and name in caught.value.message
    store.client.indices.open(index=name, wait_for_active_shards=1)
    assert store.state_counts() == {DocumentState.INDEXED: 1}
