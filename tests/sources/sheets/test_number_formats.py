"""What a sheet shows for a number and its format, as spreadsheet programs do it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchapp.sources.sheets.number_formats import general, shown_number, shown_text


@pytest.mark.parametrize(
    ("written", "code", "shown"),
    [
        ("0.0825", "0.00%", "8.25%"),
        ("0.1", "0%", "10%"),
        ("1234.5", '#,##0.00 "EUR"', "1,234.50 EUR"),
        ("1234.5", '_-* #,##0.00\\ "€"_-;-* #,##0.00 "€"_-', "1,234.50 €"),
        ("1234.5", "[$€-407]#,##0.00", "€1,234.50"),
        ("1000", "#,##0元", "1,000元"),
        ("5", "¥#,##0.00", "¥5.00"),
        ("42", "00000", "00042"),
        ("42", '"Nr. "0', "Nr. 42"),
        ("12", "000-00", "000-12"),
        ("5551234567", "(000) 000-0000", "(555) 123-4567"),
        ("-1234.567", "#,##0.00;(#,##0.00)", "(1,234.57)"),
        ("-1234.567", "#,##0.00;[Red]-#,##0.00", "-1,234.57"),
        ("0", '#,##0;-#,##0;"-"', "-"),
        ("1234567", "#,##0,", "1,235"),
        ("1234567", '0.0,,"M"', "1.2M"),
        ("1234567.891", "#,##0.###", "1,234,567.891"),
        ("2.5", "0", "3"),
        ("-2.5", "0", "-3"),
        ("1.005", "0.00", "1.01"),
        ("99.999", "0.00", "100.00"),
        ("12.5", ".00", "12.50"),
        ("3.7", "0.0#", "3.7"),
        ("3", "0.0#", "3.0"),
        ("1.75", "# ?/?", "1 3/4"),
        ("0.5", "# ?/8", "4/8"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("0.000123", "0.00E+00", "1.23E-04"),
        ("5", 'General" kg"', "5 kg"),
        ("-5", "General;-General", "-5"),
        ("7", '[<10]"few";"many"', "few"),
        ("70", '[<10]"few";"many"', "many"),
        ("42", "@", "42"),
        ("5", ";;;", "5"),
        ("0", "0;-0;;@", ""),
        ("1e20", "0", "100000000000000000000"),
        ("1.2604166", "[h]:mm", "30:15"),
        ("0.25347222", "h:mm:ss", "6:05:00"),
        ("46460.75", "h:mm AM/PM", "6:00 PM"),
        ("46460", "dd.mm.yyyy", "14.03.2027"),
        ("46460", "d. mmmm yyyy", "14. March 2027"),
        ("46460", "[$-409]ddd, mmm d", "Sun, Mar 14"),
        ("46460", 'yyyy"年"m"月"d"日"', "2027年3月14日"),
        ("46460", "[$-804]aaaa", "星期日"),
        ("46460.75", '上午/下午h"时"', "下午6时"),
        ("46460", "[$-F800]dddd\\,\\ mmmm dd\\,\\ yyyy", "2027-03-14"),
        ("46460.6875", "yyyy-mm-dd h:mm:ss", "2027-03-14 16:30:00"),
        ("0.0000144676", "mm:ss.0", "00:01.3"),
        ("0.99999999", "h:mm:ss", "0:00:00"),
        ("1", "yyyy-mm-dd", "1900-01-01"),
        ("61", "yyyy-mm-dd", "1900-03-01"),
        ("-3", "yyyy-mm-dd", "-3"),
        ("9e9", "yyyy-mm-dd", "9000000000"),
        ("no number", "0.00", "no number"),
    ],
)
def test_a_number_is_written_as_its_format_shows_it(written: str, code: str, shown: str) -> None:
    assert shown_number(written, code) == shown


def test_days_may_be_counted_from_1904() -> None:
    assert shown_number("0", "yyyy-mm-dd", from_1904=True) == "1904-01-01"
    assert shown_number("44998", "yyyy-mm-dd", from_1904=True) == "2027-03-14"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("12345678901234567890", "12345678901234567890"), ("0.30000000000000004", "0.3"), ("1.0", "1"),
        ("1.234567890123457e+19", "1.234567890123457e+19"), ("1E-7", "1e-07"), ("-2.50", "-2.5"),
    ],
)  # fmt: skip
def test_a_number_without_a_format_keeps_its_digits(written: str, shown: str) -> None:
    assert general(written) == shown


def test_a_format_may_put_words_around_text() -> None:
    assert shown_text("x", '"Nr. "@') == "Nr. x"
    assert shown_text("绳", "0;0;0;@") == "绳"


@pytest.mark.parametrize(("code", "shown"), [("0/", "5/2"), ("# ?/", "2 1/2"), ("# ?/0", "2 1/2")])
def test_a_fraction_without_a_place_for_its_denominator_has_one(code: str, shown: str) -> None:
    assert shown_number("2.5", code) == shown


@example(0.5, "0/")
@given(st.floats(allow_nan=True), st.text('0#?,.%Ee+-/;@ []<>ymdhsGeneral"\\_*年$-804', max_size=40))
def test_no_format_breaks_a_reader(number: float, code: str) -> None:
    assert isinstance(shown_number(repr(number), code), str)
    assert isinstance(shown_text("words", code), str)
