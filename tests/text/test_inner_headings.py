"""Which lines of a chunk are headings over the sentences below them."""

from __future__ import annotations

import pytest

from searchapp.text.inner_headings import LONGEST, headings_over
from searchapp.text.sentences import sentences


def test_each_sentence_stands_below_the_heading_before_it() -> None:
    text = "The guide.\n\nBooking a bed\n\nWrite to us. Name the day.\n\nLights out\n\nAt ten."
    over = dict(zip(sentences(text), headings_over(text), strict=True))
    assert over == {
        "The guide.": "",
        "Booking a bed": "Booking a bed",
        "Write to us.": "Booking a bed",
        "Name the day.": "Booking a bed",
        "Lights out": "Lights out",
        "At ten.": "Lights out",
    }


def test_a_heading_may_ask() -> None:
    assert headings_over("怎么预订床位？\n\n请写信。写明姓名。") == ["怎么预订床位？"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "A sentence.\n\nAnother one.",
        "A line\nof a paragraph that goes on.",
        "Anfang:\n\nwas folgt.",
        "cell | cell\n\nA sentence.",
        "x" * (LONGEST + 1) + "\n\nA sentence.",
        "A last line",
        "",
    ],
)
def test_other_lines_are_none(text: str) -> None:
    assert not any(headings_over(text))
