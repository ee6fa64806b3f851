"""Deleting by the command line, and its undo: over the real stores."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from searchapp.ingest import trash as trash_module
from tests.cli.conftest import Type

TEXTS = {"gloves.md": "Operators must wear cut-resistant gloves.", "valves.md": "Close the red valve first."}


@pytest.fixture
def run(typed: Type, tmp_path: Path) -> Type:
    """Types a command of searchapp in a folder of two documents that are ingested."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    assert typed("ingest", *TEXTS).code == 0
    return typed


def found(run: Type, query: str) -> list[str]:
    searched = run("search", query, "--mode", "keyword", "--json")
    return [hit["chunk_id"] for hit in json.loads(searched.out)["hits"]]


def restorable(run: Type) -> list[str]:
    return [Path(one["source"]).name for one in json.loads(run("documents", "deleted", "--json").out)["documents"]]


def test_a_deletion_names_its_undo_which_brings_the_document_back(run: Type) -> None:
    before = run("documents", "show", "gloves.md", "--json").out
    hits = found(run, "gloves")
    deleted = run("documents", "delete", "gloves.md", "--yes")
    undo = re.search(r"To undo it within 10 min: searchapp (documents restore [0-9a-f]{20})\n", deleted.out)
    assert deleted.code == 0 and undo, deleted
    assert found(run, "gloves") == []
    listed = run("documents", "deleted")
    assert undo.group(1).split()[-1] in listed.out and "gloves.md" in listed.out and "valves.md" not in listed.out
    restored = run(*undo.group(1).split())
    assert restored.code == 0 and restored.out.startswith("restored ")
    assert found(run, "gloves") == hits
    assert run("documents", "show", "gloves.md", "--json").out == before
    assert run("documents", "deleted").out == "Nothing can be restored.\n"


def test_several_are_restored_and_what_is_not_there_costs_an_exit_code(run: Type) -> None:
    gone = run("documents", "delete", "gloves.md", "absent.md", "valves.md", "--json")
    lines = [json.loads(line) for line in gone.out.splitlines()]
    assert gone.code == 3 and [line.get("deleted") for line in lines] == [True, None, True]
    until = dt.datetime.fromisoformat(lines[0]["restorable_until"])
    assert until > dt.datetime.now(dt.UTC)
    assert "There is no document" in lines[1]["error"] and lines[1]["reason"] == "document_unlisted"
    assert gone.err == ""  # for programs it stands in its line
    assert restorable(run) == ["valves.md", "gloves.md"]  # the latest first
    back = run("documents", "restore", "valves.md", "absent.md", "--json")
    assert back.code == 3
    assert json.loads(back.out.splitlines()[0]) | {"document_id": ""} == {
        "document_id": "",
        "restored": True,
        "state": "indexed",
    }
    assert run("documents", "restore", "--all").code == 0
    assert found(run, "gloves") and found(run, "valve") and restorable(run) == []
    assert run("documents", "restore", "--all").out == "Nothing can be restored.\n"
    assert run("documents", "delete", "absent", "nowhere", "--yes").code == 1


def test_only_what_was_deleted_is_restored(run: Type) -> None:
    for arguments, code, words in (
        (("restore", "gloves.md"), 1, "that could come back"),
        (("restore",), 2, "Name documents, or give --all."),
        (("restore", "gloves.md", "--all"), 2, "Name documents, or give --all."),
    ):
        ended = run("documents", *arguments)
        assert ended.code == code and words in ended.err
    run("documents", "delete", "gloves.md", "--yes")
    run("ingest", "gloves.md")
    assert restorable(run) == []  # it is there again
    assert run("documents", "restore", "gloves.md").code == 0 and len(found(run, "gloves")) == 1


def test_for_good_leaves_nothing(run: Type, tmp_path: Path) -> None:
    told = run("documents", "delete", "gloves.md", "--for-good", "--yes")
    assert told.code == 0 and "undo" not in told.out
    assert run("documents", "restore", "gloves.md").code == 1
    run("documents", "delete", "valves.md", "--yes")
    assert [*(tmp_path / "data" / "trash").iterdir()]
    assert run("documents", "delete", "valves.md", "--yes").code == 1  # it is deleted already, and can come back
    assert restorable(run) == ["valves.md"]
    assert run("documents", "delete", "valves.md", "--for-good", "--json").code == 0
    assert [*(tmp_path / "data" / "trash").iterdir()] == []


@pytest.mark.parametrize("command", [("documents", "deleted"), ("ingest", "gloves.md")])
def test_when_its_time_is_over_the_next_command_clears_it(
    run: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    run("documents", "delete", "gloves.md", "--yes")
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)
    monkeypatch.setattr(trash_module, "now", lambda: later)
    assert run(*command).code == 0
    assert [*(tmp_path / "data" / "trash").iterdir()] == []


def test_what_waited_is_queued_again(run: Type) -> None:
    Path("late.md").write_text("# Late\n\nNot read yet.\n", encoding="utf-8")
    run("ingest", "late.md", "--queue")
    run("documents", "delete", "late.md", "--yes")
    back = run("documents", "restore", "late.md")
    assert back.out.startswith("queued late.md") and '"searchapp serve" ingests them' in back.out
    assert json.loads(run("documents", "list", "--state", "queued", "--json").out)["total"] == 1
