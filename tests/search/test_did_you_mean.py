"""Did you mean: only what is surely better, on all three stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.model import SearchMode, SearchRequest
from searchapp.search.did_you_mean import _cased, _slips
from searchapp.wiring import Application
from tests.search.three_stores import STORES, library_of

TEXTS = {
    "proxy.md": "# Proxy\n\nAn https request goes through the proxy. Statefulset pods keep their user names.",
    "people.md": "# People\n\nMrs O'Brien of İstanbul, whom Kubernetes interests, met the oben team. Straße und Café.",
    "angles.md": "# Angles\n\nEach angle is measured from the wall. The weather was quite fine, and the gate was open.",
    "wear.md": "# Wear\n\nOperators wear cut-resistant gloves; the quarterly report is due. Transmission follows.",
    "zh.md": "# 手套\n\n操作人员必须佩戴防割手套。数据库每天备份一次。",
    "ja.md": "# 手袋\n\n作業員はデータベースを毎日保存します。",
    "ko.md": "# 장갑\n\n작업자는 매일 데이터베이스를 저장합니다.",
    "ru.md": "# Перчатки\n\nОператоры носят перчатки и надевают шлемы.",
}


@pytest.fixture(scope="module", params=STORES)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(TEXTS, request, tmp_path_factory.mktemp("spelling")) as running:
        yield running


def meant(library: Application, query: str, mode: SearchMode = SearchMode.KEYWORD) -> str:
    return library.searcher.search(SearchRequest(query, mode, spelling=True)).did_you_mean


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("quarterly reprot", "quarterly report"),
        ("Quarterly Reprot", "Quarterly Report"),
        ("QUARTERLY REPROT", "QUARTERLY REPORT"),
        ("glovves", "gloves"),
        ("glvoes", "gloves"),
        ("operatrs wear", "operators wear"),
        ("cut-resistant gloves transmision", "cut-resistant gloves transmission"),
        ("transmison", "transmission"),
        ("kubernettes", "kubernetes"),
        ("Kubernettes", "Kubernetes"),
        ("İstanbbul", "İstanbul"),
        ("statefulse", "statefulset"),
        ("手套 reprot", "手套 report"),
        ("перчакти", "перчатки"),
    ],
)
def test_a_slip_is_respelt(library: Application, typed: str, expected: str) -> None:
    assert meant(library, typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "OBrien",  # is another spelling of O'Brien, and finds it
        "http request",
        "http",
        "user nam",
        "user name",
        "gloves",
        "glove",
        "reports",
        "which goes must operators weary",
        "gats",
        "form",
        "oben",
        "obens",
        "PPR9087x report",
        "reprot.md",
        "anna@reprot.org",
        "xqzvwk",
        "quality of transmutation",
        "手套",
        "手袋",
        "수갑",
        "数据裤",
        "データベス",
        "데이타베이스",
        "asdf qwerty zxcv",
        "x" * 400,
    ],
)
def test_what_is_not_surely_better_is_not_proposed(library: Application, typed: str) -> None:
    assert meant(library, typed) == ""


def test_a_small_letter_has_no_dot_of_its_own() -> None:
    assert _cased("İstanbul", "istanbbul") == "istanbul"
    assert _cased("İZMİR", "izmr") == "izmir"


def test_a_word_of_a_name_with_an_apostrophe_is_no_proposal(library: Application) -> None:
    assert meant(library, "Brian") == "" and meant(library, "O'Brian") in ("", "O'Brien")


@pytest.mark.parametrize(
    ("word", "other", "slips"),
    [("abcd", "abcd", 0), ("abdc", "abcd", 1), ("abd", "abcd", 1), ("abxcd", "abcd", 1), ("axcy", "abcd", 2)],
)
def test_neighbours_exchanged_are_one_slip(word: str, other: str, slips: int) -> None:
    assert _slips(word, other) == _slips(other, word) == slips


def test_a_word_that_the_model_knows_stays(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    assert meant(library, "angel measured") == "angle measured"
    monkeypatch.setattr(type(library.searcher), "_is_word", lambda searcher, word: word == "angel")
    assert meant(library, "angel measured", SearchMode.HYBRID) == ""
