"""The order of recognised lines: columns one after the other, rows of a table side by side."""

from __future__ import annotations

from searchapp.sources.recognition.lines import Line, in_reading_order

HIGH = 20


def line(left: float, top: float, text: str, wide: float = 400) -> Line:
    return Line(left, top, left + wide, top + HIGH, text)


def test_columns_are_read_one_after_the_other_below_their_heading() -> None:
    left = [line(50, 100 + 30 * n, f"left {n}") for n in range(5)]
    right = [line(500, 102 + 30 * n, f"right {n}") for n in range(5)]
    page = [*right, line(50, 40, "A heading over both", 850), *left, line(50, 400, "A footnote over both", 850)]
    expected = ["A heading over both", *(f"left {n}" for n in range(5)), *(f"right {n}" for n in range(5))]
    assert in_reading_order(page).splitlines() == [*expected, "A footnote over both"]


def test_cells_of_a_row_stay_side_by_side() -> None:
    cells = [
        (50, "Part"),
        (300, "Price"),
        (50, "Bolt"),
        (300, "21 EUR"),
        (50, "Nut"),
        (300, "3 EUR"),
        (50, "螺丝"),
        (300, "5 元"),
    ]
    page = [line(left, 100 + 40 * (n // 2) + (n % 2) * 3, text, 60) for n, (left, text) in enumerate(cells)]
    assert in_reading_order(page[::-1]).splitlines() == ["Part Price", "Bolt 21 EUR", "Nut 3 EUR", "螺丝 5 元"]


def test_paragraphs_in_columns_do_not_mix_where_their_gaps_align() -> None:
    tops = [0, 30, 60, 130, 160, 190]
    page = [line(x, top, f"{name}{n}") for x, name in ((50, "a"), (500, "b")) for n, top in enumerate(tops)]
    assert in_reading_order(page).split() == [f"{name}{n}" for name in "ab" for n in range(6)]


def test_nothing_is_no_text() -> None:
    assert in_reading_order([]) == ""


def test_many_lines_are_put_in_order_quickly() -> None:
    page = [line(50 + 300 * (n % 3), 30 * (n // 3), str(n), 60) for n in range(3000)]
    assert len(in_reading_order(page).split()) == 3000
