"""One total: the same on every page, with facets or without, in the API and at the command line; nonsense has none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.model import SearchMode, SearchRequest, SortOrder
from searchapp.wiring import Application
from tests.search.three_stores import STORES, library_of

MANY = {
    f"d{at:03}.md": f"# Book {at}\n\ngloves, page {at}, of {chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(130)
}
CHINESE = {
    "a.md": "# 手套\n\n操作人员每天八点检查手套，发现损坏立即更换。",
    "b.md": "# 备份\n\n数据库每七天备份一次，文字记录保存在机房。",
    "c.md": "# 北京大学\n\n北京大学的图书馆位于海淀区，藏书八百万册。",
}


@pytest.fixture(scope="module", params=STORES)
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(MANY, request, tmp_path_factory.mktemp("totals")) as running:
        yield running


@pytest.fixture(scope="module", params=STORES)
def chinese(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(CHINESE, request, tmp_path_factory.mktemp("chinese"), least=0.7) as running:
        yield running


@pytest.mark.parametrize("mode", SearchMode)
@pytest.mark.parametrize(
    "asked", [{}, {"grouped": True}, {"folded": True}, {"facets": True}, {"sort": SortOrder.NEWEST}]
)
def test_every_page_tells_the_same_total(many: Application, mode: SearchMode, asked: dict[str, object]) -> None:
    search = many.searcher.search
    totals = [
        search(SearchRequest("gloves page", mode, size=30, offset=offset, **asked)).total  # type: ignore[arg-type]
        for offset in (0, 30, 90, 120, 150)
    ]
    assert set(totals) == {50 if "sort" in asked else 130}


@pytest.mark.parametrize(
    "query", ["乱七八糟的字", "asdf qwerty zxcv", "七零八落", "胡说八道", "锟斤拷烫烫烫", "zzyyxx 乱七八糟"]
)
@pytest.mark.parametrize("mode", [SearchMode.HYBRID, SearchMode.KEYWORD])
def test_nonsense_is_not_found_by_its_single_characters(chinese: Application, query: str, mode: SearchMode) -> None:
    results = chinese.searcher.search(SearchRequest(query, mode, facets=True))
    assert (results.hits, results.total, results.matched) == ((), 0, 0)
    assert not any(results.facets.values())


@pytest.mark.parametrize(
    ("query", "title"), [("手套检查", "手套"), ("北大", "北京大学"), ("備份", "备份"), ("数据库的备份", "备份")]
)
def test_what_has_a_word_or_all_characters_is(chinese: Application, query: str, title: str) -> None:
    results = chinese.searcher.search(SearchRequest(query, SearchMode.KEYWORD, facets=True))
    assert results.hits[0].title == title and results.total == results.matched == len(results.hits)
