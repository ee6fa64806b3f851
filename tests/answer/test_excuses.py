from __future__ import annotations

import pytest

from searchapp.answer.excuses import declines, is_foreign
from searchapp.model import Sentence, Support


def said(*texts: str, cites: tuple[int, ...] = ()) -> list[Sentence]:
    return [Sentence(text, cites, Support.UNSUPPORTED) for text in texts]


REFUSALS = [
    "I'm sorry, the passages do not contain any information about the colour of the press.",
    "The provided documents don't mention who won.",
    "Unfortunately, there is no information on this in the passages.",
    "I cannot answer this question based on the passages.",
    "The year is not mentioned in the context.",
    "I don't know.",
    "抱歉，提供的段落中没有提到冲压机的颜色。",
    "根据所给段落，无法确定比赛的日期。",
    "文档中未提及该信息。",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_who_says_that_there_is_no_answer_declines(text: str) -> None:
    assert declines(said(text))


@pytest.mark.parametrize(
    "text", ["The press weighs 12.5 tonnes.", "Operators must not enter.", "Gloves are worn.", "操作人员不得进入。"]
)
def test_an_answer_is_none(text: str) -> None:
    assert not declines(said(text))


def test_who_cites_or_goes_on_answers() -> None:
    assert not declines(said(REFUSALS[0], cites=(1,)))
    assert not declines([Sentence("The press weighs 12.5 tonnes. [1]", (1,), Support.SUPPORTED), *said(REFUSALS[4])])
    assert not declines([])


@pytest.mark.parametrize(
    ("answer", "question", "foreign"),
    [
        ("冲压机重十二点五吨，由工人操作。", "What does the press weigh?", True),
        ("The press weighs 12.5 tonnes.", "冲压机重多少？", True),
        ("The press weighs 12.5 tonnes.", "What does the press weigh?", False),
        ("PPR-7002", "是哪个型号？", False),
        ("冲压机重12.5吨。", "冲压机重多少？", False),
    ],
)
def test_another_language_than_the_question(answer: str, question: str, foreign: bool) -> None:
    assert is_foreign(answer, question) is foreign
