"""Headings by their looks where a file has no bookmarks, and titles."""

from __future__ import annotations

import pytest

from tests.sources.pdf.test_furniture import body
from tests.sources.pdf.test_layout import parse
from tests.sources.pdf_pages import CHINESE, Text, column, drawn

BOLD = "Helvetica-Bold"


def test_larger_and_bolder_lines_are_headings() -> None:
    first = [
        Text(60, 60, "Handbook of the Light", 20), Text(60, 100, "Lamps", 14), *column(60, 130, body(1)),
        Text(60, 250, "Wicks and oil", 10, BOLD), *column(60, 270, body(2)),
    ]  # fmt: skip
    second = [*column(60, 80, body(3)), Text(60, 200, "Boats", 14), *column(60, 230, body(4))]
    parsed = parse(drawn(first, second))
    assert parsed.title == "Handbook of the Light"
    top = "Handbook of the Light"
    assert [(section.page, section.headings) for section in parsed.sections] == [
        (1, (top,)), (1, (top, "Lamps")), (1, (top, "Lamps", "Wicks and oil")), (2, (top, "Lamps", "Wicks and oil")),
        (2, (top, "Boats")),
    ]  # fmt: skip


def test_chinese_headings() -> None:
    text = "守塔人每天傍晚沿着石阶走上灯塔。\n他在日落之前点亮灯火，并写进簿子。"
    page = [
        Text(60, 60, "灯塔手册", 22, CHINESE),
        *column(60, 100, text, font=CHINESE),
        Text(60, 160, "第一章 灯火", 15, CHINESE),
    ]
    parsed = parse(drawn([*page, *column(60, 190, text, font=CHINESE)]))
    assert parsed.title == "灯塔手册"
    assert parsed.sections[-1].headings == ("灯塔手册", "第一章 灯火")


def test_a_heading_of_two_lines_is_one() -> None:
    page = [
        *column(60, 60, "How the keeper of the light\ntrims his lamp", size=16, pitch=20),
        *column(60, 130, body(1)),
    ]
    assert parse(drawn(page)).sections[0].headings == ("How the keeper of the light trims his lamp",)


@pytest.mark.parametrize("line", ["A line that is a sentence.", "42 %", "and so on,"])
def test_what_is_large_and_no_heading(line: str) -> None:
    page = [*column(60, 60, body(1)), Text(60, 200, line, 16), *column(60, 240, body(2))]
    assert [section.headings for section in parse(drawn(page)).sections] == [()]


def test_text_that_is_all_bold_has_no_headings() -> None:
    assert [s.headings for s in parse(drawn(column(60, 60, body(1), font=BOLD))).sections] == [()]


@pytest.mark.parametrize(
    "title", ["", "untitled", "Microsoft Word - draft_7.docx", "about:blank", "10811.exe", "文档1", "Layout 1"]
)
def test_the_largest_text_is_the_title_where_the_metadata_has_none(title: str) -> None:
    page = [
        Text(60, 40, "Board of Lights", 10),
        Text(60, 80, "Report on Oil", 24),
        Text(60, 110, "for 1899", 24),
        *column(60, 160, body(1)),
    ]
    assert parse(drawn(page, title=title)).title == "Report on Oil for 1899"
    assert parse(drawn(page, title="Oil, 1899")).title == "Oil, 1899"


def test_contents_are_no_title() -> None:
    page = [Text(60, 40, "Contents", 24), Text(60, 100, "Report on Oil", 18), *column(60, 160, body(1))]
    assert parse(drawn(page)).title == "Report on Oil"
