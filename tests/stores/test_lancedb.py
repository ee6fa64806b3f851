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


def test_tables_of_before_groups_get_the_column(tmp_path: Path) -> None:
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document("a", "text")])
    for name in ("chunks", "documents"):
        old._table(name).drop_columns(["groups"])
    new = LanceStore(tmp_path / "index")
    new.prepare(MODEL)
    new.write([document("b", "text too", groups=("law",))])
    assert [entry.id for entry in new.entries(groups=()).entries] == ["a"]
    assert new.entry("b").groups == ("law",)
