"""Tags and fields of one's own at the command line, on each of the real stores."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Type


def names(output: str) -> list[str]:
    return sorted(Path(hit["source"]).name for hit in json.loads(output)["hits"])


def test_tags_and_fields_filter_count_and_are_shown(typed: Type, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "a.md").write_text("---\ntags: [contract, 合同]\nauthor: Li\n---\nThe notice period.", encoding="utf-8")
    (folder / "b.txt").write_text("The notice board.")
    (folder / "b.txt.meta.yml").write_text("tags: board\nauthor: [Wu, Li]\nproject: New hall\n")
    ingested = typed("ingest", "library", "--json")
    assert ingested.code == 0 and "meta.yml" not in ingested.out + ingested.err
    search = ("search", "notice", "--mode", "keyword")
    assert names(typed(*search, "--json").out) == ["a.md", "b.txt"]
    assert names(typed(*search, "--tag", "合同", "--json").out) == ["a.md"]
    assert names(typed(*search, "--tag", "合同", "--tag", "board", "--json").out) == ["a.md", "b.txt"]
    assert names(typed(*search, "--field", "author=Li", "--field", "project=New hall", "--json").out) == ["b.txt"]
    assert names(typed(*search, "--filter", "field=author=Wu", "--filter", "tag=contract", "--json").out) == []
    assert names(typed("search", 'tag:board field:"project=New hall" notice', "--mode", "keyword", "--json").out) == [
        "b.txt"
    ]
    (hit,) = json.loads(typed(*search, "--tag", "contract", "--json").out)["hits"]
    assert (hit["tags"], hit["fields"]) == (["contract", "合同"], {"author": ["Li"]})
    shown = typed(*search, "--facets").out
    assert "#contract · #合同 · author: Li" in shown
    assert "tag: board (1), contract (1), 合同 (1)" in shown and "author=Li (2)" in shown
    entry = json.loads(typed("documents", "show", str(folder / "b.txt"), "--json").out)
    assert entry["fields"] == {"author": ["Wu", "Li"], "project": ["New hall"]}

    (folder / "b.txt.meta.yml").write_text("tags: [wall]\nauthor: *nobody\n")
    again = typed("ingest", "library", "--json")
    assert "refers to another part" in again.out and again.code == 0
    assert names(typed(*search, "--tag", "board", "--json").out) == []
    for wrong in (("--field", "author"), ("--field", "=Li"), ("--tag", "")):
        ended = typed(*search, *wrong)
        assert ended.code == 2 and "has no value" in ended.err
