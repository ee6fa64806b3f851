"""Weak hits: neither near in meaning nor with half of the query's words; they come last and are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from searchapp.model import SearchMode, SearchRequest
from searchapp.search.nearness import CROWDED
from searchapp.search.ranking import ranked
from searchapp.search.weakness import SURE, SURE_ACROSS, doubtful_ids
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery, RetrievalResults
from tests.search.test_nearness import LEAST, chunk

VECTOR = np.zeros(4, dtype=np.float32)


def asked(query: str, **other: object) -> RetrievalQuery:
    return RetrievalQuery(keywords=query, vector=VECTOR, depth=100, text=query, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "text", "language", "score", "weak"),
    [
        ("which gloves protect from sharp edges", "Gloves cost 40 euros.", "en", LEAST - 0.1, True),
        ("which gloves protect from sharp edges", "Gloves cost 40 euros.", "en", LEAST, False),
        ("which gloves protect from sharp edges", "Gloves protect from edges.", "en", -0.5, False),
        ("asdfgh qwzxv blorf", "The blorf is green.", "en", 0.1, True),
        ("gloves", "Gloves cost 40 euros.", "en", 0.0, False),
        ("手套什么时候更换和清洗消毒", "手套四十元。", "zh", LEAST + CROWDED - 0.01, True),
        ("手套什么时候更换和清洗消毒", "手套要清洗，消毒后更换。", "zh", 0.1, False),
        ("手套什么时候更换和清洗消毒", "手套四十元。", "zh", LEAST + CROWDED + SURE - 0.01, True),
        ("手套什么时候更换和清洗消毒", "手套四十元。", "zh", LEAST + CROWDED + SURE, False),
        ("哔啵咕噜喵嗷呜", "水泵和阀门的保养。", "zh", 0.52, True),
        ("哔啵咕噜喵嗷呜", "Pumps and valves.", "en", 0.32, True),
        ("資料庫", "数据资料库。", "zh", 0.0, False),
        ("更换手套", "Pumps.", "en", SURE_ACROSS, False),
    ],
)
def test_what_is_weak(query: str, text: str, language: str, score: float, weak: bool) -> None:
    one = chunk("one", score, text, language)
    found = doubtful_ids(RetrievalResults((one,), (one,), {}, 1), asked(query), LEAST, readable=True)
    assert found == ({"one"} if weak else frozenset())


def test_nothing_is_weak_that_was_asked_for_exactly_or_by_words_alone() -> None:
    one = chunk("one", 0.0, "Gloves cost 40 euros.")
    results, query = RetrievalResults((one,), (one,), {}, 1), "which gloves protect from sharp edges"
    assert doubtful_ids(results, asked(query), LEAST, readable=True)
    assert not doubtful_ids(results, asked(query, required=("gloves",)), LEAST, readable=True)
    assert not doubtful_ids(results, asked(query), -1.0, readable=True)
    by_words = RetrievalQuery(keywords=query, vector=None, depth=100, text=query)
    assert not doubtful_ids(results, by_words, LEAST, readable=True)


def test_where_the_best_is_surely_near_so_is_what_is_found_beside_it() -> None:
    best, beside = chunk("best", 0.7, "水泵。", "zh"), chunk("beside", LEAST + CROWDED, "阀门。", "zh")
    results = RetrievalResults((), (best, beside), {}, 2)
    assert doubtful_ids(results, asked("手套什么时候更换"), LEAST, readable=True) == frozenset()
    alone = RetrievalResults((), (beside,), {}, 1)
    assert doubtful_ids(alone, asked("手套什么时候更换"), LEAST, readable=True) == {"beside"}


@pytest.mark.parametrize(
    ("doubtful", "order", "weak"),
    [
        ("b", "abc", ""),  # ranked before a sure one
        ("bc", "abc", "bc"),
        ("abc", "abc", "abc"),
        ("", "abc", ""),
    ],
)
def test_what_is_ranked_behind_all_sure_ones_is_weak(doubtful: str, order: str, weak: str) -> None:
    assert ordered("abc", doubtful) == (list(order), set(weak))


def test_weak_hits_come_behind_what_was_ranked_lower() -> None:
    names = "abcdefghijklmno"
    order, weak = ordered(names, "cdefghijkln")
    assert "".join(order) == "abmocdefghijkln" and weak == set("cdefghijkln")


def ordered(names: str, doubtful: str) -> tuple[list[str], frozenset[str]]:
    chunks = tuple(chunk(name, 0.9 - place / 100) for place, name in enumerate(names))
    request = SearchRequest("pumps", mode=SearchMode.SEMANTIC)
    settings = load_settings(least_similarity=LEAST)
    found, weak = ranked(RetrievalResults((), chunks, {}, 3), request, settings, 1.0, "", set(doubtful))
    return list(found), weak
