"""Files for what is nobody else's business."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.errors import StorageError, UsageError
from searchapp.private_database import transaction

SCHEMA = "CREATE TABLE IF NOT EXISTS notes (text TEXT)"


def notes(path: Path) -> list[str]:
    with transaction(path, SCHEMA, "Notes") as connection:
        return [row["text"] for row in connection.execute("SELECT text FROM notes")]


def test_a_transaction_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "below" / "notes.sqlite"
    with transaction(path, SCHEMA, "Notes") as connection:
        connection.execute("INSERT INTO notes VALUES ('kept')")
    with pytest.raises(UsageError):
        _write_and_fail(path)
    assert notes(path) == ["kept"]


def _write_and_fail(path: Path) -> None:
    with transaction(path, SCHEMA, "Notes") as connection:
        connection.execute("INSERT INTO notes VALUES ('lost')")
        raise UsageError("grade_unknown", grade=3)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    notes(tmp_path / "notes.sqlite")
    assert (tmp_path / "notes.sqlite").stat().st_mode & 0o777 == 0o600


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("not a database, but long enough to be read as one" * 20)
    with pytest.raises(StorageError, match=r"Notes in .*notes\.sqlite cannot be read or written"):
        notes(tmp_path / "notes.sqlite")
