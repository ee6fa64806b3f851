"""Collections and tags at the command line, on each of the real stores."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Type

NAME = 'Minutes "2025" 会议纪要'


def names(output: str) -> list[str]:
    return sorted(Path(hit["source"]).name for hit in json.loads(output)["hits"])


def test_a_collection_from_its_making_to_its_undone_deletion(typed: Type, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "a.txt").write_text("The notice period.")
    (folder / "b.md").write_text("---\ncollection: Stated\n---\nThe notice board.")
    assert typed("ingest", "library").code == 0
    search = ("search", "notice", "--mode", "keyword", "--json")
    made = json.loads(typed("collections", "create", NAME, "--description", "What was said.", "--json").out)
    assert (made["name"], made["documents"], made["description"]) == (NAME, 0, "What was said.")
    added = typed("collections", "add", NAME, "library/a.txt", "library/none.txt")
    assert added.code == 3 and "1 changed, 0 as before" in added.out and "1 are not there." in added.out
    assert typed("collections", "add", NAME, "--below", "library", "--json").code == 0
    assert names(typed(*search, "--collection", NAME).out) == ["a.txt", "b.md"]
    assert names(typed(*search, "--collection", "Stated").out) == ["b.md"]
    stays = typed("collections", "remove", "Stated", "library/b.md")
    assert stays.code == 2 and "path rules alone" in stays.err
    assert typed("collections", "remove", NAME, "library/b.md").code == 0
    listed = typed("collections", "list").out
    assert f"1  {NAME}  What was said." in listed and "1  Stated" in listed
    assert typed("collections", "rename", NAME, "纪要").code == 0
    shown = json.loads(typed("collections", "show", "纪要", "--json").out)
    assert [Path(entry["source"]).name for entry in shown["entries"]] == ["a.txt"]
    assert typed("collections", "delete", "纪要", "--yes").code == 0
    assert names(typed(*search, "--collection", "纪要").out) == []
    assert typed("collections", "restore", made["id"]).code == 0
    assert names(typed(*search, "--collection", "纪要").out) == ["a.txt"]

    assert typed("collections", "change", "纪要", "--group", "hr").code == 0
    refused = typed("collections", "change", "纪要", "--untie")
    assert refused.code == 1 and "1 documents that are only for hr now" in refused.err
    assert typed("collections", "change", "纪要", "--untie", "--reopen").code == 0

    assert typed("tags", "add", "紧急", "--below", "library").code == 0
    assert names(typed(*search, "--tag", "紧急").out) == ["a.txt", "b.md"]
    assert typed("tags", "remove", "紧急", "library/a.txt").code == 0
    assert json.loads(typed("tags", "list", "--json").out) == {"total": 1, "tags": {"紧急": 1}}
    (folder / "b.md").write_text("---\ncollection: Stated\n---\nThe notice board is new.")
    assert typed("ingest", "library").code == 0
    assert names(typed(*search, "--tag", "紧急").out) == ["b.md"]
    assert typed("collections", "add", NAME).code == 2
