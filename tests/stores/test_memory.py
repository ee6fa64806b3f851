"""The store in memory keeps the contract of the engines, so that a test over it says what they would do."""

from __future__ import annotations

import dataclasses

import pytest

from searchapp.errors import IndexSwitchedError, ModelMismatchError, StorageError
from searchapp.messages import read_in
from searchapp.stores import RetrievalQuery, model_in_use
from searchapp.stores.memory import MemoryStore
from tests.stores.contract import MODEL, StoreContract, document, vector_of


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


class TestContract(StoreContract):
    pass


def test_what_another_model_made_is_neither_written_nor_asked(store: MemoryStore) -> None:
    with pytest.raises(StorageError, match="not prepared"):
        store.write([document("a", "text")])
    store.prepare(MODEL)
    other = dataclasses.replace(MODEL, digest="2")
    with pytest.raises(ModelMismatchError, match="holds vectors of hashed:8"):
        store.write([document("a", "text")], other)
    with pytest.raises(IndexSwitchedError):
        store.search(RetrievalQuery(None, vector_of("text"), 10, model=other))
    assert store.entry("a") is None and store.count() == 0


def test_each_difference_of_another_model_is_named_in_the_readers_language(store: MemoryStore) -> None:
    store.prepare(MODEL)
    with pytest.raises(ModelMismatchError) as caught:
        model_in_use(store, dataclasses.replace(MODEL, dims=16, max_tokens=99))
    assert f"(differing: dims 8 there, 16 here, max_tokens {MODEL.max_tokens} there, 99 here)." in str(caught.value)
    with read_in("zh"):
        assert "dims 在索引中为 8，在设置中为 16；max_tokens" in caught.value.message
