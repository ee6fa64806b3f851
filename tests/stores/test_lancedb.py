"""The embedded store: the contract, and what only this engine has."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.stores.lancedb import LanceStore
from tests.stores.contract import MODEL, StoreContract, document


@pytest.fixture
def store(tmp_path: Path) -> LanceStore:
    return LanceStore(tmp_path / "index")


class TestContract(StoreContract):
    pass


def test_a_second_process_sees_what_the_first_wrote(tmp_path: Path) -> None:
    reader = LanceStore(tmp_path / "index")
    assert reader.count() == 0
    writer = LanceStore(tmp_path / "index")
    writer.prepare(MODEL)
    writer.write([document("a", "text")])
    assert reader.count() == 1
    assert reader.fingerprint() == MODEL
