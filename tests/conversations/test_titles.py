"""Titles, made by rule."""

import pytest

from searchapp.conversations.titles import title_of


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("which gloves?", "Which gloves"),
        ("Hello, can you please tell me who signs PPR-9087?", "Who signs PPR-9087"),
        ("hello!", "Hello"),
        ("请问手套多久更换一次？", "手套多久更换一次"),
        ("你好", "你好"),
        ("a\x00b\u202ec\n d", "A b c d"),
        ("?", "?"),
        ("word " * 40, "Word" + " word" * 13 + "…"),
        ("手套" * 30, "手套" * 16 + "…"),
    ],
)
def test_a_title_is_the_question_made_short(question: str, title: str) -> None:
    assert title_of(question) == title
