"""What is found across scripts is counted, too: the facets, and the number of passages found, are those of the hits."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from searchapp.model import SearchMode, SearchRequest
from searchapp.search.nearness import keep_found
from searchapp.settings import load_settings
from searchapp.stores import FoundChunk, RetrievalQuery, RetrievalResults
from searchapp.wiring import Application

TEXTS = {
    "backup.md": "# Backup\n\nThe database is backed up at two every night and kept in the second building.",
    "restore.txt": "To restore the database, choose a backup of the last thirty days and start the server again.",
    "report.txt": "The quarterly report is due in March.",
}


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def english(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, multilingual: None
) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("english")
    (folder / "docs").mkdir()
    for name, text in TEXTS.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    running = Application(
        load_settings(
            data_dir=folder / "data",
            embedding_model="sentence-transformers:multilingual-e5-small",
            elasticsearch_url=request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else "",
            index_prefix=f"test-{uuid.uuid4().hex[:8]}",
        )
    )
    assert {one.state for one in running.ingester.ingest([str(folder / "docs")])} == {"indexed"}
    yield running
    running.store.drop()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.SEMANTIC])
@pytest.mark.parametrize("query", ["数据库什么时候备份？", "怎样恢复数据库", "季度报告什么时候交"])
def test_a_question_in_chinese_counts_the_english_passages_that_it_finds(
    english: Application, query: str, mode: SearchMode
) -> None:
    found = english.searcher.search(SearchRequest(query, mode, facets=True))
    assert found.hits and found.matched == found.total == len(found.hits)
    assert found.facets["language"] == {"en": found.total}
    assert sum(found.facets["type"].values()) == found.total


def chunk(id_: str, score: float, text: str = "Text.", language: str = "en", type_: str = "text") -> FoundChunk:
    return FoundChunk(id_, id_, score, text, "", f"/d/{id_}", type_, language, (), None, 0, len(text), None)


def asked(text: str, depth: int = 100) -> RetrievalQuery:
    return RetrievalQuery(text, None, depth, text=text, facets=True)


COUNTED = {"type": {"text": 1}, "language": {"en": 1}, "path": {"/d/": 1}, "year": {}, "heading": {}}


def test_only_what_neither_a_word_nor_the_least_similarity_counted_is_added() -> None:
    near, far, below = chunk("near", 0.6), chunk("far", 0.3, type_="pdf"), chunk("below", 0.1)
    found = keep_found(RetrievalResults((), (near, far, below), COUNTED, 1), asked("备份"), 0.4, readable=True)
    assert [one.id for one in found.semantic] == ["near", "far"] and found.matched == 2
    assert found.facets["type"] == {"pdf": 1, "text": 1} and found.facets["language"] == {"en": 2}
    assert found.facets["path"] == {"/d/": 2}


def test_what_has_a_word_was_counted_by_the_store_whether_or_not_the_keyword_leg_brought_it() -> None:
    worded = chunk("worded", 0.3, "GPU 的温度。", "zh")
    for keyword, depth in (((worded,), 100), ((chunk("other", 9.0),), 1)):
        retrieved = RetrievalResults(keyword, (worded,), COUNTED, 1)
        found = keep_found(retrieved, asked("gpu", depth), 0.4, readable=True)
        assert found.semantic == (worded,) and found.matched == 1 and found.facets == COUNTED


def test_without_facets_nothing_is_counted() -> None:
    found = keep_found(
        RetrievalResults((), (chunk("far", 0.3),)), RetrievalQuery("备份", None, 100, text="备份"), 0.4, readable=True
    )
    assert found.semantic and found.facets == {} and found.matched == 0
