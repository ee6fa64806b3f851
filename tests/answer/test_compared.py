from __future__ import annotations

import pytest

from searchapp.answer.compared import MOST_VALUES, each_side_by_side, each_value


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("Is valve 3 or valve 4 open?", ["Is valve 3 open?", "Is valve 4 open?"]),
        ("What was sold in 2003 and in 2017?", ["What was sold in 2003?", "What was sold in 2017?"]),
        ("PPR-7001和PPR-7002的价格", ["PPR-7001的价格", "PPR-7002的价格"]),
        ("2003年、2010年和2017年卖了多少台？", ["2003年卖了多少台？", "2010年卖了多少台？", "2017年卖了多少台？"]),
        ("锅炉3和锅炉4什么时候打开？", ["锅炉3什么时候打开？", "锅炉4什么时候打开？"]),
    ],
)
def test_a_question_is_asked_for_each_value_that_it_compares(question: str, each: list[str]) -> None:
    assert each_value(question) == each == each_side_by_side(question)


def test_values_that_stand_apart_are_taken_out_of_what_is_asked() -> None:
    question = "Is valve 3 of the old press or the other valve 4 open?"
    assert each_value(question)[0] == "Is valve 3 of the old press or the other valve open?"
    assert each_side_by_side(question) == []


@pytest.mark.parametrize("question", ["When is boiler 3 opened?", "Who won the final of 2018 on day 3?", "和平饭店"])
def test_a_single_value_stays(question: str) -> None:
    assert each_value(question) == [question] and each_side_by_side(question) == []


@pytest.mark.parametrize("question", ["Is between 3 and 5 bar allowed?", "What happens on days 3 to 5?", "3到5天内"])
def test_quantities_and_ranges_are_no_things(question: str) -> None:
    assert each_side_by_side(question) == []


def test_no_more_than_so_many() -> None:
    assert len(each_value("和".join(map(str, range(50))))) <= MOST_VALUES
