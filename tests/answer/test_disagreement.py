from __future__ import annotations

import pytest

from searchapp.answer.disagreement import disagreement
from searchapp.answer.notices import disagree
from tests.answer.samples import hit

OLD = hit("The press weighs 12.5 tonnes.", 1, title="Handbook 2019", modified="2019-05-01T00:00:00Z")
NEW = hit("The press weighs 14 tonnes.", 2, title="Handbook 2024", modified="2024-02-01T00:00:00Z")
RENTS = [hit("The rent of Acme is 900 euros.", 1), hit("The rent of Beta is 700 euros.", 2)]


@pytest.mark.parametrize(
    ("question", "chunks", "numbers"),
    [
        ("How much does the press weigh?", [OLD, NEW], [1, 2]),
        ("How much does the press weigh?", [OLD, hit("The press weighs 12.5 tonnes.", 2)], []),
        ("Who built the press?", [OLD, NEW], []),
        ("冲压机重多少吨？", [hit("冲压机重12.5吨。", 1), hit("冲压机重14吨。", 2)], [1, 2]),
        ("开幕式在什么时候？", [hit("开幕式于2022年1月3日举行。", 1), hit("开幕式于2022年1月5日举行。", 2)], [1, 2]),
        ("When was the hall opened?", [hit("The hall was opened on 3 May 1987.", 1), hit("The hall was opened on 4 May 1987.", 2)], [1, 2]),
        ("Who runs the Kassel plant?", [hit("The Kassel plant is run by Anna Berg.", 1), hit("The Kassel plant is run by Bo Chen.", 2)], [1, 2]),
        ("What is the rent of Acme?", RENTS, []),  # another tenant's rent contradicts nothing
        ("What was the revenue in 2020?", [hit("Revenue in 2019 was 5 million.", 1), hit("Revenue in 2020 was 7 million.", 2)], []),
    ],
)  # fmt: skip
def test_what_documents_state_of_the_same_is_compared(question: str, chunks: list, numbers: list[int]) -> None:
    assert [one.number for one in disagreement(question, chunks)] == numbers


def test_a_document_does_not_contradict_itself() -> None:
    assert disagreement("How much does the press weigh?", [OLD, hit(NEW.text, 2, document_id="d1")]) == ()


def test_the_notice_shows_them_side_by_side_with_their_dates() -> None:
    notice = disagree(disagreement("How much does the press weigh?", [OLD, NEW]), [OLD, NEW])
    assert notice.code == "disagree"
    for part in ("12.5 tonnes", "14 tonnes", "Handbook 2019, 2019-05-01", "Handbook 2024, 2024-02-01", "[1]", "[2]"):
        assert part in notice.message
