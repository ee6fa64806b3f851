"""``backup create`` and ``backup restore`` as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "page.md").write_text("# Gloves\n\nWear gloves.", encoding="utf-8")
    return Shell(tmp_path)


def test_a_backup_is_taken_and_put_back(shell: Shell) -> None:
    assert shell("ingest", "page.md").returncode == 0
    made = shell("backup", "create", "kept.tar", "--json")
    assert made.returncode == 0 and json.loads(made.stdout)["has_index"]
    assert (shell.folder / "kept.tar").stat().st_mode & 0o777 == 0o600

    full = shell("backup", "restore", "kept.tar", "--json")
    assert full.returncode == 2 and json.loads(full.stderr)["error"]["reason"] == "restore_into_full_folder"
    elsewhere = {"SEARCHAPP_DATA_DIR": str(shell.folder / "elsewhere")}
    back = shell("backup", "restore", "kept.tar", **elsewhere)
    assert back.returncode == 0 and "restored" in back.stdout
    assert "Gloves" in shell("search", "gloves", **elsewhere).stdout
    records = shell("audit", "--json", **elsewhere).stdout
    assert "backup_restored" in records and "backup_created" in records

    aside = shell("backup", "restore", "kept.tar", "--replace")
    assert aside.returncode == 0 and "before-restore" in aside.stdout

    (shell.folder / "kept.tar").write_bytes((shell.folder / "kept.tar").read_bytes()[:5000])
    cut = shell("backup", "restore", "kept.tar", SEARCHAPP_DATA_DIR=str(shell.folder / "third"))
    assert cut.returncode == 2 and "cut short" in cut.stderr and "Traceback" not in cut.stderr
    assert not (shell.folder / "third").exists()
