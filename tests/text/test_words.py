from __future__ import annotations

import pytest

from searchapp.text.words import content_terms, is_cjk, words


def test_words_are_folded_and_stemmed_and_cjk_is_paired() -> None:
    assert [word.term for word in words("Searches Café 混合检索 大")] == [
        "search",
        "cafe",
        "混合",
        "合检",
        "检索",
        "大",
    ]


def test_positions_are_those_of_the_text() -> None:
    text = "The 检索, Indexing"
    assert [text[word.start : word.end] for word in words(text)] == ["The", "检索", "Indexing"]


def test_content_terms_leave_out_what_says_nothing() -> None:
    assert content_terms("What is the weight of the press?") == {"weight", "press"}
    assert content_terms("向量的维度") == {"向量", "维度"}


@pytest.mark.parametrize("text", ["It is due in May", "The hut opens (May or later)", "the 3-May meeting"])
def test_may_is_a_month_where_it_is_written_so(text: str) -> None:
    assert "may" in content_terms(text)


@pytest.mark.parametrize(
    "text", ["Dogs may stay", "May I stay?", "No. May I stay?", "- it may\nMay it", "DOGS MAY STAY"]
)
def test_may_is_no_month_elsewhere(text: str) -> None:
    assert "may" not in content_terms(text)


@pytest.mark.parametrize(
    "text",
    [
        "What does this do there, where these and those are, and whose was it?",
        "Who were they, whom did he have, and which of those is hers?",
        "It's this, isn't it? They're there, and we'll be where she's being.",
        "Does THIS, or These; doing his?",
    ],
)
def test_stop_words_are_known_whatever_their_ending(text: str) -> None:
    assert content_terms(text) == set()


def test_a_word_that_is_like_a_stop_words_stem_is_none() -> None:
    assert content_terms("A doe, thin theses, a don's horse") == {"doe", "thin", "thes", "don", "hors"}


@pytest.mark.parametrize(("text", "expected"), [("检索引擎", True), ("Elasticsearch 的字段", False), ("English", False), ("", False), ("テスト", True), ("검색", True)])  # fmt: skip
def test_is_cjk(text: str, expected: bool) -> None:
    assert is_cjk(text) is expected
