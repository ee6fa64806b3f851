"""Collections and tags through ingestion: what files and rules state, and what was given by hand meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.access import LOCAL
from searchapp.filing import Collections, Tags
from searchapp.ingest.trash import Trash
from searchapp.model import SearchMode, SearchRequest
from searchapp.search import parse_filters
from tests.ingest.worlds import World

RULES = {"contracts/*": {"collections": ["Contracts", "合同"]}}


def collections(world: World) -> Collections:
    import datetime as dt

    return Collections(world.store, dt.timedelta(hours=1))


def found(world: World, query: str) -> set[str]:
    hits = world.searcher.search(SearchRequest(query, SearchMode.KEYWORD)).hits
    return {Path(hit.source).name for hit in hits}


def test_front_matter_sidecars_and_rules_name_collections(tmp_path: Path) -> None:
    world = World(tmp_path, path_rules=RULES)
    world.write("contracts/a.txt", "Some text.")
    world.write("contracts/b.md", "---\ncollection: Minutes 2025, spring\n---\nSome text.")
    world.write("c.txt", "Some text.")
    world.write("c.txt.meta.yml", "文集: 合同\n")
    world.ingest()
    assert found(world, "collection:Contracts text") == {"a.txt"}
    assert found(world, "collection:合同 text") == {"a.txt", "c.txt"}
    assert found(world, 'collection:"Minutes 2025, spring" text') == {"b.md"}  # a comma belongs to the name
    assert {one.name: one.documents for one in collections(world).all(LOCAL)} == {
        "Contracts": 1, "合同": 2, "Minutes 2025, spring": 1,
    }  # fmt: skip
    assert parse_filters(["collection=a", "collection=b"]).collections == ("a", "b")


def test_what_is_given_by_hand_outlives_edits_moves_and_the_trash(tmp_path: Path) -> None:
    world = World(tmp_path)
    path = world.write("a.md", "---\ntags: [stated]\n---\nSome text about gloves.")
    world.ingest()
    shelf = collections(world)
    shelf.create("Mine", LOCAL, groups=["hr"])
    id_ = world.entry(path).id
    world.embedder.embedded.clear()
    shelf.put_in("Mine", [id_], LOCAL)
    Tags(world.store).change([id_], ["by hand"], [], LOCAL)
    assert world.embedder.embedded == []
    assert world.ingest()["a.md"].state == "unchanged"

    path.write_text("---\ntags: [other]\n---\nSome text about helmets.", encoding="utf-8")
    world.ingest()
    entry = world.entry(path)
    assert (entry.tags, entry.collections, entry.groups) == (("other", "by hand"), ("Mine",), ("hr",))
    assert world.ingest()["a.md"].state == "unchanged"
    assert found(world, "collection:Mine helmets") == {"a.md"}

    moved = path.rename(path.with_name("b.md"))
    world.ingest()
    entry = world.entry(moved)
    assert (entry.tags, entry.collections, entry.groups) == (("other", "by hand"), ("Mine",), ("hr",))

    world.write("b.md.meta.yml", "collection: Stated\n")
    world.ingest()
    assert world.entry(moved).collections == ("Stated", "Mine")


def test_a_document_comes_back_as_its_collections_are_by_then(tmp_path: Path) -> None:
    from searchapp.audit import Audit
    from searchapp.ingest import Originals
    from searchapp.settings import load_settings

    world = World(tmp_path)
    path = world.write("a.md", "Some text about gloves.")
    world.ingest()
    id_ = world.entry(path).id
    shelf = collections(world)
    shelf.create("First", LOCAL)
    shelf.put_in("First", [id_], LOCAL)
    settings = load_settings(data_dir=tmp_path / "trash")
    trash = Trash(tmp_path / "trash", world.store, Originals(tmp_path / "trash"), 60, Audit(settings))
    trash.delete(id_)
    assert {one.name: one.documents for one in shelf.all(LOCAL)} == {"First": 0}
    shelf.change("First", LOCAL, name="Second", groups=["hr"])
    assert trash.restore(id_).collections == ("Second",)
    assert world.entry(path).groups == ("hr",)
    assert found(world, "collection:Second gloves") == {"a.md"}


@pytest.mark.parametrize("rule", [{"collection": {"a": 1}}, {"collections": ["x" * 201]}])
def test_a_rule_with_no_name_of_a_collection_is_refused(tmp_path: Path, rule: dict[str, object]) -> None:
    from searchapp.errors import UsageError

    with pytest.raises(UsageError):
        World(tmp_path, path_rules={"*": rule}).ingest()
