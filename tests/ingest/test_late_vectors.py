"""Documents are found by their words as soon as they are read; vectors follow, once each, whatever happens meanwhile."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from searchapp.ingest import Ingester, Originals
from searchapp.ingest.claims import Claims
from searchapp.ingest.leases import LeaseOwner
from searchapp.ingest.wanted import MOST_WANTED, Wanted
from searchapp.model import IngestOutcome, SearchMode, SearchRequest, Vectors, document_id
from searchapp.stores import Backlog, Memo
from searchapp.stores.memory import MemoryStore
from tests.ingest.worlds import CountingEmbedder, World, paragraphs
from tests.waiting import eventually


class GatedEmbedder(CountingEmbedder):
    """Embeds nothing while its gate is shut."""

    gate = threading.Event()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        assert self.gate.wait(60)
        return super().embed_documents(texts)


class Gated(World):
    """A world whose model is slow: it waits for the gate."""

    def __init__(self, folder: Path, **settings: object) -> None:
        super().__init__(folder, **settings)
        self.wanted = Wanted()
        self.embedder = GatedEmbedder("64", self.settings)
        self.embedder.gate = threading.Event()
        self.ingester = Ingester(
            self.store, self.embedder, Originals(self.settings.data_dir), self.settings, self.wanted
        )

    def ingested_by_words(self) -> list[IngestOutcome]:
        """Ingest the library, and leave the vectors of what does not go at once."""
        return list(self.ingester.ingest([str(self.library)], leaves_vectors=True))

    def embed(self) -> int:
        self.embedder.gate.set()
        return self.ingester.embed_waiting(threading.Event())

    def near(self, text: str) -> list[str]:
        found = self.searcher.search(SearchRequest(text, SearchMode.SEMANTIC, size=50))
        return list(dict.fromkeys(Path(hit.source).name for hit in found.hits))


@pytest.fixture
def world(tmp_path: Path) -> Gated:
    return Gated(tmp_path)


LONG = 100
"""Passages of a document that is found by its words first."""


def test_a_folder_is_found_by_its_words_before_any_of_it_is_embedded(world: Gated) -> None:
    for number in range(5):
        world.write(f"{number}.md", f"# Book {number}\n\n{paragraphs(LONG)}")
    run = world.ingester.ingest([str(world.library)])
    outcomes = [next(run) for _ in range(5)]
    assert world.embedder.embedded == [] and len(world.found("fox")) == 10
    assert all(one.unembedded == one.chunks - one.embedded - one.reused > 0 for one in outcomes)
    assert world.store.backlog().documents == 5
    world.embedder.gate.set()
    assert list(run) == []
    assert world.store.backlog() == Backlog(0, 0)
    assert len(world.embedder.embedded) == len(set(world.embedder.embedded)) > 5 * LONG - 10
    assert len(world.store.vectors({one.hash for one in world.store.chunks(outcomes[0].document_id)})) > LONG / 2
    assert json.loads(world.store.memo(Memo.EMBEDDING)) == {}


def test_a_short_document_is_written_once_where_the_model_is_free(world: Gated) -> None:
    world.embedder.gate.set()
    world.write("short.md", "# Short\n\nAlpha beta.")
    [outcome] = world.ingested_by_words()
    assert (outcome.embedded, outcome.unembedded, world.store.backlog()) == (1, 0, Backlog(0, 0))
    assert world.near("alpha beta") == ["short.md"]


def test_what_is_read_while_the_model_is_busy_is_written_by_its_words(world: Gated) -> None:
    world.write("first.md", "# First\n\nAlpha.")
    run = world.ingester.ingest([str(world.library)])
    first = threading.Thread(target=lambda: list(run))
    first.start()
    eventually(lambda: bool(world.ingester._busy))
    other = world.write("elsewhere.txt", "Gamma delta.")
    [outcome] = world.ingester.ingest([str(other)], leaves_vectors=True)
    assert outcome.unembedded == 1 and world.found("gamma") == ["Gamma delta."]
    world.embedder.gate.set()
    first.join(60)
    world.embed()
    assert world.near("gamma delta")[0] == "elsewhere.txt"


def test_the_next_run_carries_on_where_one_left_off(world: Gated) -> None:
    world.write("long.md", paragraphs(LONG))
    [outcome] = world.ingested_by_words()
    assert outcome.unembedded == outcome.chunks and world.near("fox") == []
    world.embedder.gate.set()
    assert [one.state for one in world.ingester.ingest([str(world.library)])] == ["unchanged"]
    assert world.near("fox") == ["long.md"] and world.store.backlog() == Backlog(0, 0)


def test_what_waits_for_vectors_may_be_edited_renamed_and_deleted(world: Gated) -> None:
    for name in ("edited.md", "old.md", "gone.md"):
        world.write(name, f"{name} {paragraphs(LONG)}")
    world.ingested_by_words()
    world.write("edited.md", f"edited.md {paragraphs(LONG, changed=3)}")
    (world.library / "old.md").rename(world.library / "new.md")
    world.store.delete_document(document_id(str(world.library / "gone.md")))
    (world.library / "gone.md").unlink()
    world.ingested_by_words()
    world.embed()
    assert set(world.near("changed")) <= {"edited.md", "new.md", "old.md"}
    assert world.store.backlog() == Backlog(0, 0) and world.near("changed")[0] == "edited.md"
    texts = world.embedder.embedded
    assert len(texts) == len(set(texts)) and not any("gone.md" in text for text in texts)


def test_an_edit_keeps_the_vectors_that_are_there(world: Gated) -> None:
    world.embedder.gate.set()
    path = world.write("long.md", paragraphs(LONG))
    world.ingest()
    world.embedder.embedded.clear()
    world.embedder.gate.clear()
    path.write_text(paragraphs(LONG, changed=1), encoding="utf-8")
    done = threading.Thread(target=world.ingest)
    done.start()
    eventually(lambda: bool(world.ingester._busy))
    assert world.near("fox") == ["long.md"]  # the version of before, until the one passage is embedded
    world.embedder.gate.set()
    done.join(60)
    assert len(world.embedder.embedded) == 1


def test_the_most_wanted_come_first_then_the_newest(world: Gated) -> None:
    names = ["a.md", "b.md", "c.md"]
    for name in names:
        world.write(name, f"# {name}\n\n{paragraphs(600)}")
        world.ingested_by_words()
    world.wanted.note([document_id(str(world.library / "b.md"))])
    world.embed()
    order = dict.fromkeys(text.splitlines()[0] for text in world.embedder.embedded)
    assert [name for line in order for name in names if name in line] == ["b.md", "c.md", "a.md"]
    assert world.wanted.latest_first() == []


def test_two_processes_share_the_work_and_embed_nothing_twice(tmp_path: Path) -> None:
    first = Gated(tmp_path)
    for number in range(8):
        first.write(f"{number}.md", f"# Book {number}\n\n{paragraphs(300)}")
    first.ingested_by_words()
    second = Gated(tmp_path, store=first.store)
    threads = [threading.Thread(target=one.embed) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert first.store.backlog() == Backlog(0, 0)
    texts = first.embedder.embedded + second.embedder.embedded
    assert len(texts) == len(set(texts))


def test_what_an_ended_process_had_claimed_is_free_at_once(tmp_path: Path) -> None:
    world = Gated(tmp_path)
    world.write("long.md", paragraphs(LONG))
    world.ingested_by_words()
    killed, other = LeaseOwner(tmp_path / "data"), LeaseOwner(tmp_path / "data")
    waiting = world.store.unembedded(9)
    assert len(Claims(world.store, killed).take(waiting, 512, 9)) == 1
    assert Claims(world.store, other).take(waiting, 512, 9) == []
    killed.close(forgotten=False)
    assert Claims(world.store, other).take(waiting, 512, 9) == list(waiting)


def test_a_process_that_stands_by_takes_what_is_wanted_while_another_works(tmp_path: Path) -> None:
    world = Gated(tmp_path)
    for name in ("a.md", "b.md"):
        world.write(name, f"{name} {paragraphs(LONG)}")
    world.ingested_by_words()
    one, two = world.store.unembedded(9)
    owner, other = LeaseOwner(tmp_path / "data"), LeaseOwner(tmp_path / "elsewhere")
    works = Claims(world.store, owner)
    standing_by = Claims(world.store, other)
    assert works.take([one], 512, 9) == [one]
    assert standing_by.take([one, two], 512, 9, wanted=()) == []
    assert standing_by.take([one, two], 512, 9, wanted=(two.id,)) == [two]
    standing_by.release_all()
    works.release_all()
    assert len(standing_by.take([one, two], 512, 9, wanted=())) == 2


def test_a_stopped_run_leaves_the_rest(world: Gated) -> None:
    world.write("long.md", paragraphs(LONG))
    world.ingested_by_words()
    stopping = threading.Event()
    stopping.set()
    assert world.ingester.embed_waiting(stopping) == 0 and world.store.backlog().documents == 1
    assert world.embed() == world.entry(world.library / "long.md").chunks


def test_a_count_that_is_wrong_is_put_right(world: Gated) -> None:
    world.embedder.gate.set()
    path = world.write("short.md", "# Short\n\nAlpha.")
    world.ingest()
    world.store.put_entries([dataclasses.replace(world.entry(path), unembedded=7)])
    assert world.embed() == 0 and world.entry(path).unembedded == 0


def test_a_store_that_was_never_prepared_has_nothing_to_embed(tmp_path: Path) -> None:
    world = Gated(tmp_path, store=MemoryStore())
    assert world.ingester.embed_waiting(threading.Event()) == 0 and world.embedder.embedded == []


def test_only_the_latest_wanted_are_remembered() -> None:
    wanted = Wanted()
    wanted.note(str(number) for number in range(MOST_WANTED + 5))
    wanted.note(["7"])
    ids = wanted.latest_first()
    assert (len(ids), ids[0], "0" in ids) == (MOST_WANTED, "7", False)
