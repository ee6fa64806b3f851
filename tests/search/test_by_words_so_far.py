"""Hits of documents whose vectors follow: they say so, and nobody takes them for far in meaning."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from searchapp.answer.answerability import has_evidence
from searchapp.ingest import Ingester, Originals
from searchapp.ingest.wanted import Wanted
from searchapp.model import SearchMode, SearchRequest, document_id
from searchapp.search import Searcher
from searchapp.stores.memory import MemoryStore
from tests.ingest.worlds import World, paragraphs

FOX = "quick brown fox of another kind"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world with a long document whose vectors follow, and a short one that has its own."""
    made = World(tmp_path, store=MemoryStore())
    made.wanted = Wanted()  # type: ignore[attr-defined]
    parts = (made.store, made.embedder)
    made.ingester = Ingester(*parts, Originals(made.settings.data_dir), made.settings, made.wanted)  # type: ignore[attr-defined]
    made.searcher = Searcher(*parts, made.settings, met_by_words=made.wanted.note)  # type: ignore[attr-defined]
    made.write("short.md", "# Short\n\nA quick brown fox of another kind.")
    made.write("sub/long.md", f"# Long\n\nOnly here: xylophone.\n\n{paragraphs(200)}")
    list(made.ingester.ingest([str(made.library / "short.md")]))
    list(made.ingester.ingest([str(made.library / "sub")], leaves_vectors=True))
    return made


def test_a_hit_says_that_it_is_found_by_its_words_so_far(world: World) -> None:
    found = world.searcher.search(SearchRequest(FOX, size=50)).hits
    told = {(hit.title, hit.unembedded) for hit in found}
    assert told == {("Short", False), ("Long", True)}
    assert not any(hit.weak for hit in found if hit.unembedded)
    assert all(hit.score is not None and hit.scores.keys() == {"keyword"} for hit in found if hit.unembedded)
    by_meaning = world.searcher.search(SearchRequest(FOX, SearchMode.SEMANTIC, size=50)).hits
    assert {hit.title for hit in by_meaning} == {"Short"}


def test_what_was_met_so_is_wanted_until_it_has_its_vectors(world: World) -> None:
    world.searcher.search(SearchRequest("xylophone"))
    long = document_id(str(world.library / "sub" / "long.md"))
    assert world.wanted.latest_first() == [long]  # type: ignore[attr-defined]
    assert world.ingester.embed_waiting(threading.Event()) > 100
    assert world.wanted.latest_first() == []  # type: ignore[attr-defined]
    found = world.searcher.search(SearchRequest("xylophone")).hits
    assert found[0].title == "Long" and not found[0].unembedded and "semantic" in found[0].scores


def test_one_of_its_words_does_not_make_it_weak(world: World) -> None:
    [first, *_] = world.searcher.search(SearchRequest("which xylophone did the orchestra of Vienna play")).hits
    assert first.unembedded and not first.weak


def test_more_like_it_is_found_by_its_words(world: World) -> None:
    long = document_id(str(world.library / "sub" / "long.md"))
    found = world.searcher.similar(long, SearchRequest("", size=5))
    assert {hit.title for hit in found.hits} == {"Short"}


def test_it_may_answer_by_its_words_alone(world: World) -> None:
    question = "What is the xylophone doing only here?"
    hits = world.searcher.search(SearchRequest("xylophone only here")).hits[:1]
    assert hits[0].unembedded and has_evidence(question, hits)
    far = dataclasses.replace(hits[0], text="Something else of the fox.")
    assert not has_evidence(question, [far])
