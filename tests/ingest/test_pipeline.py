"""Ingestion end to end over the embedded store."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.errors import ModelMismatchError, SourceError, UsageError
from searchapp.ingest import Ingester, Originals, Sync
from searchapp.messages import shown
from searchapp.model import Chunk, Document, DocumentState, Filters, IngestState, SearchMode, SearchRequest, document_id
from searchapp.settings import load_settings
from searchapp.sources import Loader, RawSource
from tests.ingest.worlds import World, paragraphs
from tests.sources.pdf_files import joined, pdf, scanned


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_folder_is_ingested_and_the_second_time_nothing_is_embedded(world: World) -> None:
    world.write("one.md", "# One\n\nAlpha beta.")
    world.write("two.txt", "Gamma delta.")
    first = world.ingest()
    assert {name: outcome.state for name, outcome in first.items()} == {"one.md": "indexed", "two.txt": "indexed"}
    world.embedder.embedded.clear()
    second = world.ingest()
    assert {outcome.state for outcome in second.values()} == {"unchanged"}
    assert world.embedder.embedded == []
    assert world.found("gamma") == ["Gamma delta."]


def test_an_edit_embeds_only_the_passages_that_changed(world: World) -> None:
    path = world.write("long.md", paragraphs(12))
    total = world.ingest()["long.md"].chunks
    world.embedder.embedded.clear()
    path.write_text(paragraphs(12, changed=5), encoding="utf-8")
    outcome = world.ingest()["long.md"]
    assert (outcome.embedded, outcome.reused) == (1, total - 1)
    assert len(world.embedder.embedded) == 1
    assert len(world.found("changed")) == 1


@pytest.mark.parametrize("place", [0, 5, 11])
def test_after_an_edit_every_passage_stands_where_its_text_does(world: World, place: int) -> None:
    path = world.write("long.md", paragraphs(12))
    document = document_id(world.ingest()["long.md"].source)
    before = world.store.chunks(document)
    parts = paragraphs(12).split("\n\n")
    parts[place] += " This paragraph has grown by several sentences. They push all that follows further down."
    path.write_text("\n\n".join(parts), encoding="utf-8")
    world.ingest()
    elsewhere = world.library.parent / "fresh"
    elsewhere.mkdir()
    fresh = World(elsewhere)
    shutil.copy(path, fresh.library / "long.md")
    expected = fresh.store.chunks(document_id(fresh.ingest()["long.md"].source))
    after = world.store.chunks(document)

    def facts(chunks: tuple[Chunk, ...]) -> list[tuple[int, int, int, str, str, tuple[str, ...]]]:
        return [(one.position, one.start, one.end, one.text, one.hash, one.headings) for one in chunks]

    assert facts(after) == facts(expected) != facts(before)
    assert [one.position for one in after] == list(range(len(after)))


def test_a_text_that_stands_twice_is_embedded_once(world: World) -> None:
    world.write("a.txt", "Gamma delta.")
    world.write("b.txt", "Gamma delta.")
    world.ingest()
    assert len(world.embedder.embedded) == len(set(world.embedder.embedded))


def test_one_bad_document_costs_only_itself(world: World) -> None:
    world.write("good.md", "# Good\n\nText.")
    bad = world.write("bad.pdf", "this is no pdf \x00\x01\x02")
    outcomes = world.ingest()
    assert outcomes["good.md"].state == "indexed"
    assert outcomes["bad.pdf"].state == "failed" and shown(outcomes["bad.pdf"].error).endswith(".")
    entry = world.store.entries(states=[DocumentState.FAILED]).entries[0]
    assert entry.source == str(bad) and entry.error == outcomes["bad.pdf"].error
    assert world.ingest()["bad.pdf"].state == "quarantined"  # the same bytes would fail again


def test_a_failed_update_leaves_the_old_version_searchable(world: World) -> None:
    path = world.write("note.md", "# Note\n\nThe old words.")
    world.ingest()
    path.write_bytes(b"")
    assert world.ingest()["note.md"].state == "failed"
    assert world.found("old") and world.store.entries(states=[DocumentState.FAILED]).total == 1
    path.write_text("# Note\n\nThe old words.", encoding="utf-8")
    assert world.ingest()["note.md"].state == "indexed"
    assert world.store.entries(states=[DocumentState.FAILED]).total == 0


def test_a_missing_target_does_not_stop_the_others(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    outcomes = world.ingest(world.library / "absent.pdf", path)
    assert outcomes["absent.pdf"].state == "failed" and "does not exist" in shown(outcomes["absent.pdf"].error)
    assert shown(outcomes["absent.pdf"].error, "zh").endswith("absent.pdf 不存在。请检查路径是否正确。")
    assert outcomes["one.md"].state == "indexed"


def test_an_index_of_another_model_is_refused_before_anything_is_read(world: World) -> None:
    world.write("one.md", "# One\n\nAlpha.")
    world.ingest()
    settings = load_settings(data_dir=world.library, embedding_model="hashed:32")
    other = Ingester(world.store, HashedEmbedder("32", settings), Originals(settings.data_dir), settings)
    with pytest.raises(ModelMismatchError):
        list(other.ingest([str(world.library)]))
    assert world.store.count() == 1


def test_leaving_the_run_early_keeps_what_is_done(world: World) -> None:
    for number in range(300):
        world.write(f"{number:03}.txt", f"Document number {number}.")
    run = world.ingester.ingest([str(world.library)])
    assert next(run).state == "indexed"
    run.close()
    done = world.store.entries(states=[DocumentState.INDEXED]).total
    assert 0 < done <= 300
    states = [outcome.state for outcome in world.ingest().values()]
    assert states.count("unchanged") == done and states.count("indexed") == 300 - done


def test_queueing_registers_and_keeps_what_is_searchable(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    queued = world.ingester.queue(str(path))
    assert queued.state is DocumentState.QUEUED and world.store.entry(queued.id) == queued
    assert world.ingest()["one.md"].state == "indexed"
    world.ingester.queue(str(path))
    assert world.found("alpha")
    assert world.ingest()["one.md"].state == "unchanged"
    assert world.store.entry(queued.id).state is DocumentState.UNCHANGED
    with pytest.raises(SourceError, match="does not exist"):
        world.ingester.queue(str(world.library / "absent.md"))


def test_an_unchanged_run_neither_loads_the_model_nor_touches_the_registry(world: World, tmp_path: Path) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    world.ingest()
    before = world.entry(path)

    class NoModel:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"the model was asked for its {name}")

    idle = Ingester(world.store, NoModel(), Originals(world.settings.data_dir), world.settings)  # type: ignore[arg-type]
    assert [outcome.state for outcome in idle.ingest([str(world.library)])] == ["unchanged"]
    assert world.entry(path) == before


def test_the_registry_tells_attempts_times_and_pages(world: World) -> None:
    path = world.write("pages.txt", "Page one.\fPage two.\fPage three.")
    world.ingest()
    entry = world.entry(path)
    assert (entry.pages, entry.pages_indexed) == (3, 3)
    assert (entry.attempts, entry.failures, entry.owner, entry.lease) == (0, 0, "", None)
    assert entry.started is not None and entry.updated is not None and entry.started <= entry.updated


# --- renamed and removed files


def test_a_renamed_file_keeps_its_passages_and_readers_also_when_it_was_queued(world: World) -> None:
    path = world.write("old.txt", paragraphs(6))
    list(world.ingester.ingest([str(path)], groups=["hr"]))
    world.embedder.embedded.clear()
    renamed = path.rename(world.library / "new.txt")
    world.ingester.queue(str(renamed))
    assert "old.txt" in shown(world.ingest(renamed)["new.txt"].note)
    assert world.embedder.embedded == [] and world.entry(renamed).groups == ("hr",)
    assert world.store.entry(document_id(str(path))) is None


def test_a_renamed_file_keeps_its_passages(world: World) -> None:
    path = world.write("old name.txt", paragraphs(6))
    first = world.ingest()["old name.txt"]
    world.embedder.embedded.clear()
    renamed = path.rename(world.library / "new name.txt")
    outcome = world.ingest()["new name.txt"]
    assert (outcome.state, outcome.chunks, outcome.embedded) == ("indexed", first.chunks, 0)
    assert world.embedder.embedded == [] and "old name.txt" in shown(outcome.note)
    assert world.entry(renamed).title == "new name" and world.store.count() == first.chunks
    assert world.store.entry(first.document_id) is None
    assert world.ingest()["new name.txt"].state == "unchanged"
    renamed.write_text(paragraphs(6, changed=2), encoding="utf-8")
    assert world.ingest()["new name.txt"].state == "indexed"
    assert world.store.count() == first.chunks


def test_a_copy_is_a_document_of_its_own(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    world.ingest()
    world.write("two.md", path.read_text())
    assert {name: outcome.state for name, outcome in world.ingest().items()} == {
        "one.md": "unchanged",
        "two.md": "indexed",
    }
    assert world.store.count() == 2


def test_sync_removes_what_is_gone_and_nothing_else(world: World, tmp_path: Path) -> None:
    for name in ("keep.md", "gone.md", "sub/gone too.md"):
        world.write(name, f"# {name}\n\nAbout {name}.")
    beside = tmp_path / "library-too.md"
    beside.write_text("# Beside\n\nText.")
    world.ingest(world.library, beside)
    for path in (world.library / "gone.md", world.library / "sub" / "gone too.md", beside):
        path.unlink()
    assert set(world.ingest()) == {"keep.md"}
    outcomes = world.ingest(sync=Sync.CAREFUL)
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "keep.md": "unchanged", "gone.md": "deleted", "gone too.md": "deleted",
    }  # fmt: skip
    assert {Path(entry.source).name for entry in world.store.entries().entries} == {"keep.md", "library-too.md"}
    assert world.store.count() == 2


def test_sync_does_not_take_an_empty_mount_point_for_a_deletion(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    world.ingest()
    path.unlink()
    with pytest.raises(UsageError, match="mounted"):
        world.ingest(sync=Sync.CAREFUL)
    assert world.store.count() == 1
    assert world.ingest(sync=Sync.EVEN_ALL)["one.md"].state == "deleted"
    assert world.store.count() == 0
    world.write("one.md", "# One\n\nAlpha.")
    world.ingest()
    shutil.rmtree(world.library)
    assert world.ingest(sync=Sync.EVEN_ALL)["library"].state == "failed"
    assert world.store.count() == 1


# --- failures


def test_a_document_that_would_fail_again_is_not_tried_again_until_it_is_edited_or_reset(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    parse = Loader.parse
    monkeypatch.setattr(Loader, "parse", lambda self, raw: tried.append(Path(raw.ref.source).name) or parse(self, raw))
    bad = world.write("bad.pdf", "no pdf \x00\x01\x02")
    world.write("good.md", "# Good\n\nText.")
    states = [world.ingest()["bad.pdf"].state for _ in range(4)]
    assert states == ["failed", "quarantined", "quarantined", "quarantined"] and tried.count("bad.pdf") == 1
    entry = world.entry(bad)
    assert (entry.state, entry.failures) == (DocumentState.QUARANTINED, 3) and entry.error
    assert world.ingester.reset_failures([entry.id]) == [entry.id]
    assert world.entry(bad).state is DocumentState.QUEUED
    assert world.ingest()["bad.pdf"].state == "failed"
    bad.write_text("still no pdf \x00\x01\x02")
    assert [world.ingest()["bad.pdf"].state for _ in range(2)] == ["failed", "quarantined"]
    assert tried.count("bad.pdf") == 3
    bad.write_text("A text at last, whatever its name.")
    bad.rename(world.library / "bad.txt")
    assert world.ingest()["bad.txt"].state == "indexed"


@pytest.mark.parametrize("code", ["parse_too_slow", "parser_crashed", "parser_out_of_memory", "unpacked_too_large"])
def test_what_may_go_better_another_time_is_tried_three_times(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def fails(self: Loader, raw: RawSource) -> Document:
        raise SourceError(code, name="a", seconds=60, mb=1)

    world.write("slow.md", "# Slow")
    monkeypatch.setattr(Loader, "parse", fails)
    states = [world.ingest()["slow.md"].state for _ in range(4)]
    assert states == ["failed", "failed", "quarantined", "quarantined"]


def test_forgiving_all_takes_those_that_failed_and_no_others(world: World) -> None:
    bad = world.write("bad.pdf", "no pdf \x00\x01\x02")
    good = world.write("good.md", "# Good\n\nText.")
    world.ingest()
    assert world.ingester.reset_failures(None) == [document_id(str(bad))]
    assert world.entry(good).state is DocumentState.INDEXED


def test_groups_are_set_kept_changed_and_opened(world: World) -> None:
    path = str(world.write("salaries.md", "# Salaries\n\nThe bonus is paid in May."))

    def seen(*groups: str) -> list[str]:
        request = SearchRequest("bonus", SearchMode.KEYWORD, filters=Filters(groups=groups))
        return [hit.document_id for hit in world.searcher.search(request).hits]

    (outcome,) = world.ingester.ingest([path], groups=["hr"])
    assert (seen("hr"), seen("sales"), seen()) == ([outcome.document_id], [], [])
    (again,) = world.ingester.ingest([path])
    assert (again.state, seen("sales")) == (IngestState.UNCHANGED, [])
    (wider,) = world.ingester.ingest([path], groups=["hr", "sales"])
    assert (wider.state, wider.embedded, seen("sales")) == (IngestState.INDEXED, 0, [outcome.document_id])
    (opened,) = world.ingester.ingest([path], groups=[])
    assert (opened.embedded, seen()) == (0, [outcome.document_id])


def test_who_queues_it_says_who_reads_it_as_who_ingests_it_does(world: World) -> None:
    path = str(world.write("plan.md", "# Plan\n\nMove in June."))

    def seen(group: str) -> int:
        request = SearchRequest("June", SearchMode.KEYWORD, filters=Filters(groups=(group,)))
        return len(world.searcher.search(request).hits)

    list(world.ingester.ingest([path], groups=["hr"]))
    assert world.ingester.queue(path).groups == ("hr",)
    assert world.ingester.queue(path, groups=["sales"]).groups == ("sales",)
    list(world.ingester.ingest([path]))
    assert (seen("hr"), seen("sales")) == (0, 1)
    assert world.ingester.queue(path, groups=[]).groups == ()
    list(world.ingester.ingest([path]))
    assert (seen("hr"), seen("sales")) == (1, 1)


def test_each_space_has_a_document_of_its_own_of_a_source(world: World) -> None:
    path = str(world.write("plan.md", "# Plan\n\nMove in June."))
    spaces = (None, (), ("hr",), ("sales",), ("hr", "sales"))
    entries = [world.ingester.queue(path, space=space) for space in spaces]
    assert len({entry.id for entry in entries}) == len(spaces)
    outcomes = list(world.ingester.ingest([entry.id for entry in entries], queued=True))
    assert {one.document_id for one in outcomes} == {entry.id for entry in entries}
    assert sum(one.embedded for one in outcomes) == 1, "the vectors are shared, and nothing else"
    known = world.store.known_entries([entry.id for entry in entries])
    assert [(known[entry.id].groups, known[entry.id].space) for entry in entries] == [
        (space or (), space) for space in spaces
    ]
    list(world.ingester.ingest([path], groups=["board"]))
    groups = sorted(entry.groups for entry in world.store.entries().entries)
    assert groups == [(), ("board",), ("hr",), ("hr", "sales"), ("sales",)]


def test_scanned_pages_are_read_once_tesseract_has_come(
    tesseract: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world = World(tmp_path, ocr="tesseract")
    words = "The quick brown fox jumps over the lazy dog."
    partly, wholly = world.library / "partly.pdf", world.library / "wholly.pdf"
    partly.write_bytes(joined(pdf("A page of text."), scanned(pdf(words))))
    wholly.write_bytes(scanned(pdf(f"{words} Again.")))
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        states = [{name: str(outcome.state) for name, outcome in world.ingest().items()} for _ in range(4)]
    assert [state["partly.pdf"] for state in states] == ["indexed", "unchanged", "unchanged", "unchanged"]
    assert [state["wholly.pdf"] for state in states] == ["failed", "quarantined", "quarantined", "quarantined"]
    assert (world.entry(partly).pages_indexed, world.entry(partly).lacking) == (1, "eng+chi_sim")
    assert "Install tesseract with eng+chi_sim" in shown(world.entry(wholly).error)
    assert {outcome.state for outcome in world.ingest().values()} == {"indexed"}
    assert (world.entry(partly).pages_indexed, world.entry(partly).lacking) == (2, "")
    assert len(world.found("fox")) == 2
    assert {outcome.state for outcome in world.ingest().values()} == {"unchanged"}
