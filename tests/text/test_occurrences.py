from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.text.occurrences import occurrences
from searchapp.text.words import Word, words

LETTERS = (
    "search Searches searching studies Study sky skies y ies Café cafe αSyn syn ÉCOLE ﬁne fine İ ß x_1 42 "
    "检 检索 索引 カタカナ 검색 - . \u0301"
)
PIECES = st.sampled_from([*LETTERS.split(), " ", "\n"])


def test_the_wanted_words_and_no_others() -> None:
    text = "Searches 防割手套 find gloves, Studies of Café"
    assert [(text[word.start : word.end], word.term) for word in occurrences(text, frozenset({"search", "手套", "study", "cafe"}))] == [
        ("Searches", "search"),
        ("手套", "手套"),
        ("Studies", "study"),
        ("Café", "cafe"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "research unsearched", "手 套"])
def test_parts_of_words_are_no_words(text: str) -> None:
    assert occurrences(text, frozenset({"search", "手套"})) == ()


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=4).map(" ".join))
def test_it_is_words_without_the_others(text: str, query: str) -> None:
    wanted = frozenset(word.term for word in words(query))
    expected: tuple[Word, ...] = tuple(word for word in words(text) if word.term in wanted)
    assert occurrences(text, wanted) == expected
