"""Questions that may come next, made by rule."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from searchapp.answer.follow_ups import follow_ups
from searchapp.errors import ServiceUnavailableError
from searchapp.model import Answer, Citation, Hit

Sections = Sequence[tuple[str, ...]]


def hit(n: int, title: str, *headings: str) -> Hit:
    return Hit(
        rank=n, score=None, chunk_id=f"c{n}", document_id=title, title=title, source=f"/{title}", type="markdown",
        language="en", text="", headings=headings, page=None, start=0, end=0, modified=None, scores={},
    )  # fmt: skip


def asked(question: str, *cited: Hit, refused: bool = False) -> Answer:
    return Answer(
        question=question, answer="", model="m", refused=refused, extractive=False, passages_used=3, passages_found=3,
        sentences=(),
        citations=tuple(Citation(one.rank, one.chunk_id, one.document_id, one.title, "", None, "") for one in cited),
    )  # fmt: skip


def none(document_id: str, most: int) -> Sections:
    return ()


def test_what_was_found_and_is_not_cited_comes_first_then_the_sections_beside_what_is() -> None:
    found = [hit(1, "Manual", "Hands"), hit(2, "Manual", "3.2 Eye protection:"), hit(3, "Audit", "Findings 2023")]
    sections = {"Manual": [("Hands",), ("Safety", "Eye protection"), ("Safety", "Hearing"), ("Safety", "Shoes")]}
    answer = asked("Which gloves must operators wear?", found[0])
    assert follow_ups(answer, found, lambda id_, most: sections[id_]) == (
        "What does Manual say about Eye protection?",
        "What does Audit say about Findings 2023?",
        "What does Manual say about Hearing?",
    )


@pytest.mark.parametrize(
    "heading", ["Contents", "introduction", "Gloves", "手部", "Manual", "1.2.3", "x" * 80, "", "Hands"]
)
def test_what_says_nothing_new_or_cannot_be_asked_is_left_out(heading: str) -> None:
    found = [hit(1, "Manual", "Hands"), hit(2, "Manual", heading)]
    assert follow_ups(asked("Which gloves must operators wear?", found[0]), found, none) == ()


def test_a_question_is_asked_as_it_stands_and_a_long_title_is_left_out() -> None:
    found = [hit(1, "M", "Hands"), hit(2, "FAQ", "Who pays for “shoes”?"), hit(3, "T" * 90, "Hearing loss")]
    assert follow_ups(asked("Which gloves?", found[0]), found, none) == (
        "Who pays for shoes?",
        "What is said about Hearing loss?",
    )


def test_a_chinese_question_gets_chinese_ones() -> None:
    found = [hit(1, "安全手册", "手部"), hit(2, "安全手册", "第三章 眼部防护"), hit(3, "Manual", "Hearing")]
    assert follow_ups(asked("操作人员戴什么手套？", found[0]), found, none) == (
        "《安全手册》中关于眼部防护是怎么说的？",
    )


def test_a_refusal_leads_nowhere_and_a_store_that_is_away_takes_no_answer_along() -> None:
    def away(document_id: str, most: int) -> Sections:
        raise ServiceUnavailableError("elasticsearch_away", where="x")

    found = [hit(1, "Manual", "Hands"), hit(2, "Manual", "Eyes")]
    assert follow_ups(asked("Why?", refused=True), found, away) == ()
    assert follow_ups(asked("Why gloves?", found[0]), found, away) == ("What does Manual say about Eyes?",)
