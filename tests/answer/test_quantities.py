from __future__ import annotations

from decimal import Decimal

import pytest

from searchapp.answer.quantities import Date, dates, numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,361万人", {13_610_000}),
        ("13.61 million people", {13_610_000}),
        ("2 hundred", {200}),
        ("共有一千三百六十一人", {1361}),
        ("二〇二二年", {2022}),
        ("第六届", {6}),
        ("三十二万", {320_000}),
        ("twelve tonnes", {12}),
        ("12.5 t and 25%", {Decimal("12.5"), 25}),
        ("销量2,521,525辆", {2_521_525}),
        ("1,234,567 but 3,5", {1_234_567, 3, 5}),
        ("MIX4 costs nothing", {4}),
        ("一个人 and one more", set()),  # no quantity that anybody would check
    ],
)
def test_numbers_have_one_value_however_they_are_written(text: str, values: set[object]) -> None:
    assert numbers(text, claimed=True) == values


def test_what_a_passage_says_is_read_generously() -> None:
    assert {Decimal(1), Decimal(13_610_000), Decimal(1361)} <= numbers("一个 1361万")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2022年1月3日", {Date(2022, 1, 3)}),
        ("1月12日", {Date(None, 1, 12)}),
        ("January 3, 2022", {Date(2022, 1, 3)}),
        ("on 3rd of Jan 2022", {Date(2022, 1, 3)}),
        ("2022-01-03 or 2022/1/4", {Date(2022, 1, 3), Date(2022, 1, 4)}),
        ("1 of 13 in 2022", set()),
    ],
)
def test_days(text: str, found: set[Date]) -> None:
    assert dates(text) == found


def test_a_day_without_a_year_agrees_with_any_year() -> None:
    assert Date(None, 1, 3).agrees(Date(2022, 1, 3))
    assert not Date(2021, 1, 3).agrees(Date(2022, 1, 3))
    assert str(Date(None, 1, 3)) == "?-01-03"
