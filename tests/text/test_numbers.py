from __future__ import annotations

import pytest

from searchapp.text.numbers import numbers


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-06",
        "2024/3/6",
        "2024.03.06",
        "06.03.2024",
        "6. 3. 2024",
        "6 March 2024",
        "6th of March 2024",
        "March 6, 2024",
        "Mar. 6th 2024",
        "6. März 2024",
        "6 mars 2024",
        "6 de marzo de 2024",
        "2024年3月6日",
        "2024 年 3 月 6 日",
        "二〇二四年三月六日",
        "二零二四年三月六日",
        "2024년 3월 6일",
        "2024-03-06T10:30:00Z",
    ],
)
def test_a_day_has_one_form(text: str) -> None:
    assert next(numbers(f"on {text}")) == "20240306"
    assert "202403" not in numbers(f"on {text}")


@pytest.mark.parametrize(
    "text", ["March 2024", "2024-03", "2024年3月", "二〇二四年三月", "2024년 3월", "Mär 2024 Mar 2024"]
)
def test_a_month_has_one_form(text: str) -> None:
    assert list(numbers(text)) == ["202403"]


def test_an_ambiguous_day_has_both_forms_and_an_impossible_one_none() -> None:
    assert list(numbers("06/03/2024")) == ["20240306", "20240603"]
    assert list(numbers("25/12/2024")) == ["20241225"]
    assert "20249999" not in numbers("99.99.2024")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10,000", ["10000"]),
        ("10 000", ["10000"]),
        ("10.000", ["10000"]),
        ("10'000", ["10000"]),
        ("1,00,000", ["100000"]),
        ("1,234,567.89", ["1234567.89"]),
        ("1.234.567,89", ["1234567.89"]),
        ("1.2万", ["12000"]),
        ("3億", ["300000000"]),
        ("1,5 or 2.10 or 1.2.3", []),
        ("at 10:30 on page 12", []),
        ("978-3-16-148410-0", ["9783161484100"]),
        ("3-16-148410-X", ["316148410x"]),
        ("+49 (0)30 1234567", ["49301234567", "0301234567"]),
        ("0049 30 1234567", ["49301234567"]),
        ("030/1234567", ["0301234567"]),
        ("555.010.0199", ["5550100199"]),
        ("192.168.0.1", []),
        ("v2.10 and nginx/1.25.3", ["2.10"]),
        ("python3.11", ["3.11"]),
    ],
)
def test_a_number_has_one_form(text: str, found: list[str]) -> None:
    assert list(numbers(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("令和6年", ["2024"]),
        ("令和六年三月六日", ["20240306"]),
        ("令和元年5月", ["201905"]),
        ("平成31年4月30日", ["20190430"]),
        ("昭和63年", ["1988"]),
        ("大正十二年九月一日", ["19230901"]),
    ],
)
def test_a_year_of_an_era_is_one_of_the_calendar(text: str, found: list[str]) -> None:
    assert list(numbers(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("一万元", ["10000"]),
        ("1万元", ["10000"]),
        ("十万", ["100000"]),
        ("三千五百万", ["35000000"]),
        ("兩億", ["200000000"]),
        ("一百二十人", ["120"]),
        ("1万5千", ["15000"]),
        ("1万5000", ["15000"]),
        ("千万别动，万一", []),
        ("第一百条", []),
        ("三个人，十二天", []),
    ],
)
def test_a_number_in_characters_is_one_in_digits(text: str, found: list[str]) -> None:
    assert list(numbers(text)) == found
