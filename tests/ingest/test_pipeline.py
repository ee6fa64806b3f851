"""Ingestion end to end over the embedded store, with a hashed embedder that counts what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.errors import ModelMismatchError, SourceError
from searchapp.ingest import Ingester, Originals
from searchapp.model import DocumentState, Filters, IngestOutcome, IngestState, SearchMode, SearchRequest, Vectors
from searchapp.search import Searcher
from searchapp.settings import Settings, load_settings
from searchapp.stores.lancedb import LanceStore


class CountingEmbedder(HashedEmbedder):
    """Remembers every text that it embedded."""

    def __init__(self, model: str, settings: Settings) -> None:
        super().__init__(model, settings)
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().embed_documents(texts)


class World:
    """One installation in a folder."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings(data_dir=folder / "data", embedding_model="hashed:64")
        self.library = folder / "library"
        self.library.mkdir()
        self.embedder = CountingEmbedder("64", settings)
        self.store = LanceStore(folder / "index")
        self.ingester = Ingester(self.store, self.embedder, Originals(settings.data_dir), settings)
        self.searcher = Searcher(self.store, self.embedder, settings)

    def write(self, name: str, text: str) -> Path:
        path = self.library / name
        path.write_text(text, encoding="utf-8")
        return path

    def ingest(self, *targets: Path) -> dict[str, IngestOutcome]:
        outcomes = self.ingester.ingest([str(target) for target in targets or (self.library,)])
        return {Path(outcome.source).name: outcome for outcome in outcomes}

    def found(self, query: str) -> list[str]:
        return [hit.text for hit in self.searcher.search(SearchRequest(query, SearchMode.KEYWORD)).hits]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def paragraphs(count: int, changed: int = -1) -> str:
    body = "The quick brown fox jumps over the lazy dog and on it goes. " * 8
    return "\n\n".join(f"## Part {n}\n\n{'Changed.' if n == changed else 'Same.'} {body}" for n in range(count))


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


def test_a_text_that_stands_twice_is_embedded_once(world: World) -> None:
    world.write("a.txt", "Gamma delta.")
    world.write("b.txt", "Gamma delta.")
    world.ingest()
    assert len(world.embedder.embedded) == len(set(world.embedder.embedded))


def test_one_bad_document_costs_only_itself_and_is_tried_again(world: World) -> None:
    world.write("good.md", "# Good\n\nText.")
    bad = world.write("bad.pdf", "this is no pdf \x00\x01\x02")
    outcomes = world.ingest()
    assert outcomes["good.md"].state == "indexed"
    assert outcomes["bad.pdf"].state == "failed" and outcomes["bad.pdf"].error.endswith(".")
    entry = world.store.entries(state=DocumentState.FAILED).entries[0]
    assert entry.source == str(bad) and entry.error == outcomes["bad.pdf"].error
    assert world.ingest()["bad.pdf"].state == "failed"


def test_a_failed_update_leaves_the_old_version_searchable(world: World) -> None:
    path = world.write("note.md", "# Note\n\nThe old words.")
    world.ingest()
    path.write_bytes(b"")
    assert world.ingest()["note.md"].state == "failed"
    assert world.found("old") and world.store.entries(state=DocumentState.FAILED).total == 1
    path.write_text("# Note\n\nThe old words.", encoding="utf-8")
    assert world.ingest()["note.md"].state == "indexed"
    assert world.store.entries(state=DocumentState.FAILED).total == 0


def test_a_missing_target_does_not_stop_the_others(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    outcomes = world.ingest(world.library / "absent.pdf", path)
    assert outcomes["absent.pdf"].state == "failed" and "does not exist" in outcomes["absent.pdf"].error
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
    done = world.store.entries(state=DocumentState.INDEXED).total
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
    assert world.store.entry(queued.id).state is DocumentState.INDEXED
    with pytest.raises(SourceError, match="does not exist"):
        world.ingester.queue(str(world.library / "absent.md"))


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


def test_what_a_group_queues_again_is_theirs_too_and_never_closed_to_others(world: World) -> None:
    path = str(world.write("plan.md", "# Plan\n\nMove in June."))
    open_path = str(world.write("open.md", "# Open\n\nFor all."))
    list(world.ingester.ingest([path], groups=["hr"]))
    list(world.ingester.ingest([open_path]))
    assert world.ingester.queue(path, groups=["sales"]).groups == ("hr", "sales")
    assert world.ingester.queue(open_path, groups=["sales"]).groups == ()
    list(world.ingester.ingest([path, open_path]))
    request = SearchRequest("June", SearchMode.KEYWORD, filters=Filters(groups=("sales",)))
    assert len(world.searcher.search(request).hits) == 1
