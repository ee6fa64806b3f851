"""What front matter, sidecars and path rules state of documents, from the files to the filters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import threading
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.ingest.sync import watch_folders
from searchapp.messages import shown
from searchapp.model import IngestOutcome, SearchMode, SearchRequest
from searchapp.search import parse_filters
from searchapp.settings import load_settings
from searchapp.sources import Loader
from tests.ingest.worlds import World

RULES = {
    "contracts/*": {"tags": ["contract"], "language": "de", "author": "Rule", "team": "law"},
    "*.md": {"team": "web"},
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def filtered(world: World, *filters: str) -> set[str]:
    request = SearchRequest("text", SearchMode.KEYWORD, filters=parse_filters(filters))
    return {Path(hit.source).name for hit in world.searcher.search(request).hits}


def parsed_times(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    whole = Loader.parse

    def parse(loader: Loader, raw: object) -> object:
        names.append(Path(raw.ref.source).name)  # type: ignore[attr-defined]
        return whole(loader, raw)  # type: ignore[arg-type]

    monkeypatch.setattr(Loader, "parse", parse)
    return names


def test_a_sidecar_wins_over_front_matter_and_that_over_path_rules(tmp_path: Path) -> None:
    world = World(tmp_path, path_rules=RULES)
    path = world.write(
        "contracts/a.md",
        "---\ntitle: Front\nauthor: Front\ntags: [front]\nproject: P\ndate: 2020-01-02\n---\nSome text.",
    )
    world.write("contracts/a.md.meta.yml", "title: Beside\nauthor: [Li, 王]\ndate: 2024-05-06\n")
    world.write("contracts/b.txt", "Plain text.")
    outcomes = world.ingest()
    assert set(outcomes) == {"a.md", "b.txt"}  # the sidecar is no document, and nothing is said of it
    entry = world.entry(path)
    assert (entry.title, entry.language, entry.tags) == ("Beside", "de", ("front",))
    assert entry.fields == {"author": ("Li", "王"), "project": ("P",), "team": ("web",)}
    assert entry.modified == dt.datetime(2024, 5, 6, tzinfo=dt.UTC) and entry.note == ""
    other = world.entry(world.library / "contracts" / "b.txt")
    assert (other.title, other.language, other.tags, other.fields["team"]) == ("b", "de", ("contract",), ("law",))
    assert filtered(world, "tag=contract") == {"b.txt"}
    assert filtered(world, "field=author=王", "field=Team=web") == {"a.md"}
    assert filtered(world, "field=author=Li", "field=author=Rule") == {"a.md", "b.txt"}
    assert filtered(world, "field=author=Li", "field=team=law") == set()
    hits = world.searcher.search(SearchRequest("tag:front text", SearchMode.KEYWORD, facets=True))
    assert [(hit.tags, hit.fields["project"]) for hit in hits.hits] == [(("front",), ("P",))]
    assert hits.facets["tag"] == {"front": 1} and hits.facets["field"]["author=Li"] == 1


def test_a_folders_sidecar_holds_below_it_and_the_nearer_one_wins(world: World) -> None:
    world.write(".meta.yml", "project: all\nteam: hr\n")
    world.write("in/.meta.yml", "project: inner\n")
    near = world.write("in/deep/a.txt", "Some text.")
    far = world.write("b.txt", "Some text too.")
    assert set(world.ingest()) == {"a.txt", "b.txt"}
    assert world.entry(near).fields == {"project": ("inner",), "team": ("hr",)}
    assert world.entry(far).fields == {"project": ("all",), "team": ("hr",)}
    assert world.ingest(near)["a.txt"].state == "unchanged"  # named alone it is no other document


def test_a_change_of_what_is_stated_alone_neither_parses_nor_embeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    path = world.write("a.txt", "Some text. " * 200)
    other = world.write("b.txt", "Other text.")
    world.ingest()
    world.embedder.embedded.clear()
    parsed = parsed_times(world, monkeypatch)

    def again() -> dict[str, IngestOutcome]:
        return world.ingest()

    sidecar = world.write("a.txt.meta.yml", "tags: [one]\nlanguage: fr\n")
    outcome = again()["a.txt"]
    assert (outcome.state, outcome.embedded, outcome.reused) == ("indexed", 0, outcome.chunks)
    assert filtered(world, "tag=one", "language=fr") == {"a.txt"}
    sidecar.write_text("tags: two, 三\n", encoding="utf-8")
    again()
    assert filtered(world, "tag=one") == set() and filtered(world, "tag=三") == {"a.txt"}
    assert world.entry(path).language != "fr"  # what it said itself is back
    assert again()["a.txt"].state == "unchanged"
    sidecar.unlink()
    assert again()["a.txt"].state == "indexed" and world.entry(path).tags == ()
    assert parsed == [] and world.embedder.embedded == []
    ruled = World(tmp_path, path_rules={"library/b.*": {"team": "law"}})
    outcomes = ruled.ingest()
    assert (outcomes["a.txt"].state, outcomes["b.txt"].state) == ("unchanged", "indexed")
    assert ruled.entry(other).fields == {"team": ("law",)} and parsed == [] and ruled.embedder.embedded == []
    # A title stands before each passage that the model reads.
    sidecar.write_text("title: A new title\n", encoding="utf-8")
    assert ruled.ingest()["a.txt"].embedded > 0 and parsed == ["a.txt"]
    assert ruled.entry(path).title == "A new title"


def test_a_file_that_moves_with_its_sidecar_is_not_read_again(world: World) -> None:
    path = world.write("a.txt", "Some text.")
    sidecar = world.write("a.txt.meta.yml", "tags: one\n")
    world.ingest()
    moved = path.rename(world.library / "b.txt")
    sidecar.rename(world.library / "b.txt.meta.yml")
    outcome = world.ingest()["b.txt"]
    assert outcome.embedded == 0 and "a.txt" in shown(outcome.note) and world.entry(moved).tags == ("one",)
    last = moved.rename(world.library / "c.txt")  # and without it
    world.ingest()
    assert world.entry(last).tags == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: &x [1, 2]\nb: [*x, *x]\n", "Its line 2 refers to another part"),
        ("tags: !!python/object/apply:os.system [ls]\n", "has a tag"),
        ("- just\n- a list\n", "no list of names with values"),
        ("tags: [unclosed\n", "is no YAML"),
        ("a: " + "[" * 5000, "nested too deep"),
        ("x: " + "y" * (100 << 10), "longer than 64 KiB"),
        ("x: " + "y" * (10 << 20), "larger than 1 MiB"),
        ("a: \x00\n", "is no YAML"),
        ("date: never\nlanguage: 17\nauthor: {name: Li}\nok: yes\n", "date, language"),
        ("author: [[Li]]\n" + "tags: " + "z" * 300, "author, tags"),
        ("".join(f"name{n}: v\n" for n in range(40)), "name32, name33"),
        ("tags: [" + ", ".join(f"t{n}" for n in range(50)) + "]\n", "tags"),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_a_note(world: World, content: str, said: str) -> None:
    path = world.write("a.txt", "Some text.")
    world.write("a.txt.meta.yml", content)
    outcome = world.ingest()["a.txt"]
    assert outcome.state == "indexed" and said in shown(outcome.note) and "a.txt.meta.yml" in shown(outcome.note)
    assert said not in shown(outcome.note, "zh") or said.startswith(("name", "date", "author", "tags"))
    assert world.ingest()["a.txt"].state == "unchanged"
    assert all(len(values) <= 32 for values in world.entry(path).fields.values())


def test_a_sidecar_in_gbk_is_read(world: World) -> None:
    path = world.write("a.txt", "Some text.")
    Path(f"{path}.meta.yml").write_bytes("标签: [劳动合同, 保密协议]\n标题: 北京分公司劳动合同范本\n".encode("gb18030"))
    world.ingest()
    assert world.entry(path).tags == ("劳动合同", "保密协议") and world.entry(path).title == "北京分公司劳动合同范本"


def test_a_sidecar_that_leads_out_of_the_folder_is_not_read(world: World, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text("tags: secret\n", encoding="utf-8")
    path = world.write("a.txt", "Some text.")
    Path(f"{path}.meta.yml").symlink_to(secret)
    outcome = world.ingest()["a.txt"]
    assert world.entry(path).tags == () and "a.txt.meta.yml" in shown(outcome.note)


def test_a_sidecar_that_is_named_stands_for_its_file_and_one_alone_for_itself(world: World) -> None:
    path = world.write("a.txt", "Some text.")
    sidecar = world.write("a.txt.meta.yml", "tags: one\n")
    assert set(world.ingest(sidecar)) == {"a.txt"} and world.entry(path).tags == ("one",)
    path.unlink()
    assert set(world.ingest(sidecar)) == {"a.txt.meta.yml"}


def test_a_path_rule_that_states_no_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be a JSON object"):
        World(tmp_path, path_rules="contracts=law")
    world = World(tmp_path, path_rules={"*": {"date": "soon"}})
    world.write("a.txt", "Some text.")
    with pytest.raises(UsageError, match=r"\* in SEARCHAPP_PATH_RULES.*date"):
        world.ingest()


def test_path_rules_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHAPP_PATH_RULES", '{"https://example.org/*": {"tags": ["web"], "year": 2024}}')
    with Loader(load_settings(data_dir=tmp_path)) as loader:
        rules = loader._rules
        assert rules.of("https://example.org/a/b").fields == {"year": ("2024",)}
        assert rules.of("/https://example.org/a").fields == {}


def test_a_change_of_a_sidecar_is_a_change_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    (folder / "in").mkdir(parents=True)
    (folder / "a.txt").write_text("Some text.")
    stopping = threading.Event()
    seen: set[str] = set()

    def watch() -> None:
        for changes in watch_folders([str(folder)], stopping):
            seen.update(os.path.relpath(path, folder) for path in changes.present)
            if {"a.txt", "in"} <= seen:
                stopping.set()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    for _ in range(40):
        (folder / "a.txt.meta.yml").write_text("tags: one")
        (folder / "in" / ".meta.yml").write_text("tags: one")
        if stopping.wait(0.5):
            break
    stopping.set()
    watching.join(10)
    assert seen == {"a.txt", "in"}


def test_markdown_of_an_index_of_before_is_read_once_more(world: World) -> None:
    path = world.write("a.md", "---\ntags: one\n---\nSome text.")
    world.write("b.txt", "Some text too.")
    world.ingest()
    for entry in world.store.entries().entries:
        world.store.put_entries([dataclasses.replace(entry, own="", tags=())])
    world.embedder.embedded.clear()
    assert {name: one.state for name, one in world.ingest().items()} == {"a.md": "indexed", "b.txt": "unchanged"}
    assert world.entry(path).tags == ("one",) and world.embedder.embedded == []
    assert {one.state for one in world.ingest().values()} == {"unchanged"}


def test_a_file_with_another_name_is_restated_under_that(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.write("first.txt", "Some text.")
    world.ingest()
    first.rename(moved := world.library / "second.txt")
    world.ingest()
    parsed = parsed_times(world, monkeypatch)
    world.write("second.txt.meta.yml", "tags: one")
    world.ingest()
    assert (world.entry(moved).title, world.entry(moved).tags, parsed) == ("second", ("one",), [])
