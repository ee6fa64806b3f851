"""Running headers, footers and page numbers stay out; sentences go on over the page; footnotes come after it."""

from __future__ import annotations

import pytest

from searchapp.sources.pdf.furniture import _key
from tests.sources.pdf.test_layout import flat, parse
from tests.sources.pdf_pages import CHINESE, Text, column, drawn

WORDS = "anchor bell boat coast fog glass horn lamp oil rock rope stair storm tide tower watch wave wind".split()


def body(number: int) -> str:
    lines = []
    for line in range(8):
        picked = [WORDS[(number * 7 + line * 5 + place * 3) % len(WORDS)] for place in range(9)]
        lines.append(" ".join(picked).capitalize() + ".")
    return "\n".join(lines)


def book(count: int, header: str, footer: str, *, font: str = "Helvetica") -> bytes:
    pages = []
    for number in range(1, count + 1):
        top = Text(60, 40, header.format(number), 8, font)
        bottom = Text(250, 810, footer.format(number), 8, font)
        pages.append([top, bottom, *column(60, 100, body(number))])
    return drawn(*pages)


@pytest.mark.parametrize(
    ("header", "footer", "font"),
    [
        ("Lighthouse Board - Handbook", "Page {} of 6", "Helvetica"),
        ("{} Lighthouse Board", "Confidential", "Helvetica"),
        ("灯塔管理手册", "第 {} 页 共 6 页", CHINESE),
        ("Handbook, revision 14", "- {} -", "Helvetica"),
    ],
)
def test_what_recurs_stands_once_at_the_most(header: str, footer: str, font: str) -> None:
    text = flat(parse(book(6, header, footer, font=font)).text)
    for number in range(2, 7):
        assert text.count(header.format(number)) <= ("{}" not in header)
        assert footer == "Confidential" or footer.format(number) not in text
    assert text.count("Confidential") <= 1


def test_a_header_over_chapters_and_numbers_of_another_kind() -> None:
    assert _key("Page 3 of 8") == _key("page 12 of 8") != _key("Page 3 of the book")
    assert _key("xii Preface") == _key("iv Preface")
    assert _key("第三页") == _key("第 4 页")
    assert _key("This is code ZX2.") != _key("This is code ZX3.")
    assert _key("Sentence 2 goes on") != _key("Sentence 3 goes on")


def test_lines_of_the_text_that_recur_somewhere_else_stay() -> None:
    pages = [column(60, 100 + 40 * number, f"{body(number)}\nThe lamp is lit.") for number in range(5)]
    assert flat(parse(drawn(*pages)).text).count("The lamp is lit.") == 5


def test_a_sentence_goes_on_over_the_page() -> None:
    pages = []
    for number in range(1, 5):
        end = f"Rule {number} says that the keeper must never"
        start = f"leave the lamp {number * 11} alone at night."
        lines = f"{start}\n{body(number)}\n{end}" if number > 1 else f"{body(number)}\n{end}"
        pages.append(
            [Text(60, 40, "Handbook of the light", 8), Text(280, 810, str(number), 8), *column(60, 100, lines)]
        )
    parsed = parse(drawn(*pages))
    assert "Rule 1 says that the keeper must never leave the lamp 22 alone at night." in parsed.text
    (first,) = [section for section in parsed.sections if section.page == 1]
    assert parsed.text[first.start : first.end].count("leave the lamp 22 alone") == 1


def test_a_chinese_sentence_and_a_hyphenated_word_go_on_over_the_page() -> None:
    chinese = [
        column(60, 100, "灯塔管理规定说明如下。\n守塔人在任何情况下都不得让灯塔里的灯火在夜间", font=CHINESE),
        column(60, 100, "自行熄灭而不加报告。\n其他规定另行通知。", font=CHINESE),
    ]
    assert "灯火在夜间自行熄灭而不加报告。" in parse(drawn(*chinese)).text
    latin = [
        column(60, 100, "The board has rules.\nThe keeper of the light writes an exam-"),
        column(60, 100, "ination of the lamp into the book.\nNothing else is written."),
    ]
    assert "writes an examination of the lamp into the book." in parse(drawn(*latin)).text


def test_footnotes_come_after_the_text_of_their_page() -> None:
    page = [
        *column(60, 100, body(1)),
        *column(60, 700, "1 See the book of the light.\n2 Kept since 1811.", size=7, pitch=9),
        *column(320, 100, body(2)),
    ]
    text = flat(parse(drawn(page)).text)
    assert text.endswith("1 See the book of the light. 2 Kept since 1811.") and flat(body(2)) in text
