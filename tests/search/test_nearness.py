"""With the default model: nothing is found for a nonsense query, and what has a word of it or its meaning is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from searchapp.model import SearchMode, SearchRequest, SearchResults
from searchapp.search.nearness import ACROSS, CROWDED, near_enough
from searchapp.settings import load_settings
from searchapp.stores import FoundChunk
from searchapp.wiring import Application
from tests.search.conftest import LIBRARY

BOTH = [SearchMode.HYBRID, SearchMode.SEMANTIC]


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def library(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, multilingual: None
) -> Iterator[Application]:
    """The library with the default model, in a store."""
    folder = tmp_path_factory.mktemp("nearness")
    for name, text in LIBRARY.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert not os.environ.get("SEARCHAPP_EMBEDDING_MODEL")
    running = Application(
        load_settings(
            data_dir=folder / "data",
            chunk_tokens=64,
            chunk_overlap_tokens=0,
            elasticsearch_url=request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else "",
            index_prefix=f"test-{uuid.uuid4().hex[:8]}",
        )
    )
    assert {one.state for one in running.ingester.ingest([str(folder / "docs")])} == {"indexed"}
    assert running.embedder.fingerprint.model == "multilingual-e5-small"
    yield running
    running.store.drop()


def found(library: Application, query: str, mode: SearchMode = SearchMode.HYBRID) -> SearchResults:
    return library.searcher.search(SearchRequest(query, mode=mode, facets=True))


@pytest.mark.parametrize("mode", BOTH)
@pytest.mark.parametrize("query", ["asdfghjkl", "qwzx blorf", "zzyyxx vvkk", "flibbertigibbet wug", "哔啵咕噜喵"])
def test_nonsense_finds_nothing_and_nothing_is_counted(library: Application, query: str, mode: SearchMode) -> None:
    results = found(library, query, mode)
    assert (results.hits, results.total, results.matched) == ((), 0, 0)
    assert not any(sum(counts.values()) for counts in results.facets.values())


@pytest.mark.parametrize("mode", BOTH)
def test_a_passage_with_a_word_of_the_query_stays_however_far_it_is(library: Application, mode: SearchMode) -> None:
    results = found(library, "asdfghjkl quarterly", mode)
    assert [hit.title for hit in results.hits] == ["report"] and results.total == 1


@pytest.mark.parametrize("mode", BOTH)
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("什么时候更换手套？", "Gloves"),
        ("手袋はいつ交換しますか", "Gloves"),
        ("장갑은 언제 교체합니까?", "Gloves"),
        ("How often is the database backed up?", "手套"),
    ],
)
def test_a_question_in_one_script_finds_a_passage_in_another(
    library: Application, query: str, title: str, mode: SearchMode
) -> None:
    titles = [hit.title for hit in found(library, query, mode).hits]
    assert title in titles, titles


def chunk(name: str, score: float, text: str = "Pumps and valves.", language: str = "en") -> FoundChunk:
    filled = dict.fromkeys(FoundChunk._fields, "")
    filled |= {"id": name, "score": score, "text": text, "title": name, "language": language}
    return FoundChunk(**filled)  # type: ignore[arg-type]


LEAST = 0.25
WITHIN_CHINESE = LEAST + CROWDED


@pytest.mark.parametrize(
    ("score", "text", "language", "query", "kept"),
    [
        (LEAST, "Pumps.", "en", "gloves", True),
        (LEAST - 0.01, "Pumps.", "en", "gloves", False),
        (-0.5, "Damaged gloves are replaced.", "en", "gloves", True),
        (LEAST * ACROSS, "Pumps.", "en", "手套", True),
        (LEAST * ACROSS - 0.01, "Pumps.", "en", "手套", False),
        (WITHIN_CHINESE, "水泵。", "zh", "手套", True),
        (WITHIN_CHINESE - 0.01, "水泵。", "zh", "手套", False),
        (LEAST * ACROSS, "水泵。", "zh", "gloves", True),
        (LEAST * ACROSS, "ポンプ", "ja", "gloves", True),
        (LEAST * ACROSS, "Pumps.", "", "手套", False),
    ],
)
def test_what_is_near_enough(score: float, text: str, language: str, query: str, kept: bool) -> None:
    near, far = chunk("near", 0.9), chunk("far", -1.0, "Nothing.", "")
    asked = chunk("asked", score, text, language)
    found = near_enough([near, asked, far], [], query, LEAST, every_word=False)
    assert found == ((near, asked) if kept else (near,))


def test_a_word_counts_by_the_keyword_leg_where_it_has_all_of_them() -> None:
    far = chunk("far", 0.0, "Damaged gloves are replaced.")
    assert near_enough([far], [far], "gloves", LEAST, every_word=True) == (far,)
    assert near_enough([far], [], "gloves", LEAST, every_word=True) == (), "no text is read"


def test_what_the_model_cannot_read_is_near_to_no_other_script() -> None:
    far = chunk("far", WITHIN_CHINESE - 0.01, "水泵。", "zh")
    assert near_enough([far], [], "asdf", LEAST, every_word=True, readable=False) == ()
    near = chunk("near", WITHIN_CHINESE, "Pumps.")
    assert near_enough([near], [], "asdf", LEAST, every_word=True, readable=False) == (near,)


def test_the_least_of_all_keeps_everything() -> None:
    every = [chunk(str(at), at / 10) for at in range(9, -10, -1)]
    assert near_enough(every, [], "gloves", -1.0, every_word=True) == tuple(every)
    assert near_enough([], [], "gloves", LEAST, every_word=True) == ()
