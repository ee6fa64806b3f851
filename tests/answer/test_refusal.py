"""A refusal says which words no passage holds together, and which passage comes nearest."""

from __future__ import annotations

import pytest

from searchapp.answer.refusal import refusal, refused
from searchapp.model import Done
from tests.answer.samples import hit

HITS = (
    hit("The press weighs 12.5 tonnes.", 1, title="Press"),
    hit("The final in Lisbon was played on the third day.", 2, title="Sports day"),
    hit("压力机重十二吨。", 3, title="压力机"),
)


@pytest.mark.parametrize(
    ("question", "lacking", "nearest"),
    [
        ("Who won the final in Lisbon?", ("won",), 2),
        ("What does the press of Marseille weigh?", ("Marseille",), 1),
        ("Who won the football cup in 2019?", ("won", "football", "cup", "2019"), 1),
        ("压力机是谁制造的？", ("制造",), 3),
        ("Was the final in Lisbon longer in 2018 than in 2019?", ("2018",), 2),
    ],
)
def test_what_is_lacking_is_named_as_it_was_typed(question: str, lacking: tuple[str, ...], nearest: int) -> None:
    why = refusal(question, HITS)
    assert why.lacking == lacking
    assert why.nearest is not None and why.nearest.n == nearest
    assert why.nearest.chunk_id == HITS[nearest - 1].chunk_id and why.nearest.title == HITS[nearest - 1].title
    assert all(word in why.text for word in lacking) and f"[{nearest}]" in why.text


def test_the_text_is_in_the_questions_language() -> None:
    assert "no evidence" in refusal("Who won the cup?", HITS).text
    chinese = refusal("明年的足球冠军是谁？", HITS).text
    assert "没有找到" in chinese and "足球" in chinese and "No passage" not in chinese


def test_without_hits_the_words_are_named() -> None:
    why = refusal("Who won the cup?", ())
    assert why.nearest is None and why.lacking == ("won", "cup")
    assert why.text.endswith("No passage was found for “won”, “cup”.")


def test_a_model_that_finds_no_answer_where_all_words_stand_names_the_nearest() -> None:
    why = refusal("What does the press weigh in tonnes?", (hit("The press does weigh some tonnes."),))
    assert why.lacking == () and "does not say it" in why.text


def test_the_answer_holds_it_as_data() -> None:
    *_, last = refused("Who won the final in Lisbon?", HITS, 0)
    assert isinstance(last, Done)
    assert last.answer.refused and last.answer.lacking == ("won",) and last.answer.nearest is not None
    assert last.answer.nearest.quote == "The final in Lisbon was played on the third day."


def test_a_long_question_names_a_few_words_only() -> None:
    assert len(refusal(" ".join(f"word{number}" for number in range(90)), HITS).lacking) <= 8
