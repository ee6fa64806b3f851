"""Columns in reading order, tables with their empty cells, paragraphs whole."""

from __future__ import annotations

import pytest

from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf.document import parse_pdf
from tests.sources.pdf_pages import CHINESE, Rule, Text, column, drawn, rows

LEFT = """The keeper of the northern light walks up the stair
each evening and trims the lamp before the sun is
down, because the ships that pass the rock at night
know no other sign of where the channel runs."""
RIGHT = """In winter the store of oil must last until the boat
can land again, which may take many weeks of calm
that never comes, and so the keeper counts each can
and writes the number into the book of the light."""

CHINESE_LEFT = """每天傍晚守塔人沿着石阶走上灯塔在日落之前
点亮灯火因为夜里经过礁石的船只没有别的记号
可以知道航道在哪里。"""
CHINESE_RIGHT = """冬天储存的灯油必须够用到船只能够再次靠岸的
时候这往往需要等上好几个星期所以守塔人每天
清点油罐并记在簿子里。"""


def parse(data: bytes) -> Parsed:
    return parse_pdf(ParserInput("/in/report.pdf", data))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_columns_are_read_one_after_the_other() -> None:
    page = [
        Text(60, 60, "A title over both of the columns of the page", 10),
        *column(60, 90, LEFT),
        *column(330, 90, RIGHT),
    ]
    text = flat(parse(drawn(page)).text)
    assert f"{flat(LEFT)} {flat(RIGHT)}" in text and text.startswith("A title over both")


def test_columns_that_the_file_writes_row_by_row_are_columns_all_the_same() -> None:
    page = [line for pair in zip(column(60, 90, LEFT), column(330, 90, RIGHT), strict=True) for line in pair]
    assert flat(parse(drawn(page)).text) == f"{flat(LEFT)} {flat(RIGHT)}"


def test_three_narrow_columns() -> None:
    parts = [
        "the lamp is lit at dusk\nand put out when the\nday is bright enough",
        "oil is brought by boats\nin spring and again\nbefore the first storms",
        "every keeper writes the\nnumber of ships that\nhe saw into the book",
    ]
    page = [line for number, part in enumerate(parts) for line in column(50 + 170 * number, 90, part)]
    assert flat(parse(drawn(page)).text) == flat(" ".join(parts))


def test_chinese_columns() -> None:
    page = [*column(60, 90, CHINESE_LEFT, font=CHINESE), *column(320, 90, CHINESE_RIGHT, font=CHINESE)]
    text = parse(drawn(page)).text
    assert "".join(text.split()) == "".join((CHINESE_LEFT + CHINESE_RIGHT).split())
    assert "在日落之前点亮灯火" in text and "再次靠岸的时候" in text


def test_an_index_in_columns_is_no_table() -> None:
    first = column(60, 90, "anchor, 12\nbell, 3\nboat, 44\ncoast, 7\nfog, 19")
    second = column(200, 90, "glass, 4\nhorn, 81\nlamp, 2\noil, 30\nrock, 6")
    assert flat(parse(drawn([*first, *second])).text).startswith("anchor, 12 bell, 3 boat, 44")


def test_a_paragraph_is_one_line_and_a_list_is_not() -> None:
    page = [*column(60, 90, LEFT), *column(60, 170, "- oil\n- glass\n- wicks")]
    assert parse(drawn(page)).text == f"{flat(LEFT)}\n\n- oil\n- glass\n- wicks"


CELLS = [["Crane", "Summer", "Autumn", "Winter"], ["KX", "9", "", "8"], ["LX", "", "7", ""], ["MX", "", "", "5"]]


def grid(x: list[float], y: list[float]) -> list[Rule]:
    return [*(Rule(x[0], at, x[-1], at) for at in y), *(Rule(at, y[0], at, y[-1]) for at in x)]


@pytest.mark.parametrize("ruled", [False, True])
def test_rows_keep_their_empty_cells_and_stand_below_their_header(ruled: bool) -> None:
    lines = grid([95, 175, 255, 335, 415], [106, 124, 142, 160, 178]) if ruled else []
    parsed = parse(drawn([*lines, Text(100, 80, "Loads in tonnes", 10), *rows([100, 180, 260, 340], 118, CELLS)]))
    for row in ("Crane | Summer | Autumn | Winter", "KX | 9 | | 8", "LX | | 7", "MX | | | 5"):
        assert row in parsed.text.split("\n")
    (table,) = [section for section in parsed.sections if "KX" in parsed.text[section.start : section.end]]
    assert table.headings[-1] == "Crane | Summer | Autumn | Winter"


def test_a_chinese_table() -> None:
    cells = [["型号", "夏季", "冬季"], ["甲型", "九吨", ""], ["乙型", "", "七吨"], ["丙型", "三吨", "五吨"]]
    text = parse(drawn(rows([100, 200, 300], 118, cells, font=CHINESE))).text
    assert text.split("\n") == ["型号 | 夏季 | 冬季", "甲型 | 九吨", "乙型 | | 七吨", "丙型 | 三吨 | 五吨"]


def test_what_a_cell_breaks_is_one_cell() -> None:
    cells = [
        Text(100, 118, "Name"), Text(200, 118, "Task"),
        Text(100, 136, "Keeper"), Text(200, 136, "trims the lamp and"), Text(200, 148, "writes the book"),
        Text(100, 166, "Boatman"), Text(200, 166, "brings the oil"),
    ]  # fmt: skip
    page: list[Text | Rule] = [*grid([95, 195, 330], [106, 124, 154, 172]), *cells]
    assert "Keeper | trims the lamp and writes the book" in parse(drawn(page)).text.split("\n")


def test_the_header_of_a_table_goes_on_over_the_page() -> None:
    first = rows([100, 200, 300], 700, [["Ship", "Harbour", "Cargo"], ["Ann", "Hull", "12"], ["Bea", "Leith", "15"]])
    second = rows([100, 200, 300], 80, [["Cleo", "York", "17"], ["Dora", "Ayr", "19"]])
    parsed = parse(drawn(first, second))
    (rest,) = [section for section in parsed.sections if section.page == 2]
    assert rest.headings == ("Ship | Harbour | Cargo",) and "Cleo | York | 17" in parsed.text


def test_numbered_lines_and_lists_are_no_tables() -> None:
    page = rows([60, 90], 90, [["1.", "Trim the lamp."], ["2.", "Fill the can."], ["3.", "Write the book."]])
    assert "|" not in parse(drawn(page)).text


def test_a_caption_stays_with_what_it_names() -> None:
    page = [*column(60, 90, LEFT), Text(60, 300, "Lamp"), Text(150, 300, "Glass"), Text(60, 330, "Figure 3: The light")]
    assert flat(parse(drawn(page)).text).endswith("Lamp Glass Figure 3: The light")


def test_text_that_runs_upwards_stands_at_the_end() -> None:
    page = [Text(20, 400, "printed in April", turned=90), *column(60, 90, LEFT)]
    assert parse(drawn(page)).text == f"{flat(LEFT)}\n\nprinted in April"


def test_a_page_drawn_on_its_side_is_read_as_it_is_meant() -> None:
    page = [Text(100 + 12 * number, 700, line, turned=90) for number, line in enumerate(LEFT.splitlines())]
    assert flat(parse(drawn(page)).text) == flat(LEFT)


def test_vertical_writing_is_read_in_columns() -> None:
    lines = ["灯塔守望者每天傍晚", "沿着石阶走上灯塔点"]
    page = [
        Text(400 - 20 * place, 100 + 12 * number, sign, 10, CHINESE)
        for place, line in enumerate(lines)
        for number, sign in enumerate(line)
    ]
    assert "".join(parse(drawn(page)).text.split()) == "".join(lines)


def test_bold_and_shadow_by_drawing_twice_is_read_once() -> None:
    page = [
        Text(60, 90, "EMERGENCY EXITS"),
        Text(60.4, 90, "EMERGENCY EXITS"),
        Text(60, 120, "出口指示", 10, CHINESE),
        Text(61, 121, "出口指示", 10, CHINESE),
    ]
    assert flat(parse(drawn(page)).text) == "EMERGENCY EXITS 出口指示"


def test_letters_set_apart_are_words() -> None:
    letters = [Text(60 + 16 * place, 90, sign) for place, sign in enumerate("HARBOUR MASTER") if sign != " "]
    assert parse(drawn([*letters, *column(60, 120, LEFT)])).text.startswith("HARBOUR MASTER\n")
