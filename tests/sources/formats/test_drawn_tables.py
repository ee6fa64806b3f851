from __future__ import annotations

import time

import pytest

from searchapp.sources.formats.drawn_tables import drawn_table
from searchapp.sources.formats.text import parse_text
from searchapp.sources.parsed import ParserInput

GRID = """\
+--------+----------------+
| Part   | Price          |
+========+================+
| PN-1   | 12 EUR         |
|        | without a bolt |
+--------+----------------+
| 绳     | 21 EUR         |
+--------+----------------+"""
PRINTED = """\
+------+-------+
| part | price |
+------+-------+
| PN-1 |    12 |
| PN-2 |    21 |
+------+-------+"""
ORG = "| 零件 | 价格 |\n|------+------|\n| 绳   | 12   |\n| 钩   | 21   |"
RULED = "=====  ======\nPart   Price\n=====  ======\nPN-1   12 EUR\nPN-2   21 EUR\n=====  ======"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (GRID, ["Part | Price", "PN-1 | 12 EUR without a bolt", "绳 | 21 EUR"]),
        (PRINTED, ["part | price", "PN-1 | 12", "PN-2 | 21"]),
        (ORG, ["零件 | 价格", "绳 | 12", "钩 | 21"]),
        (RULED, ["Part | Price", "PN-1 | 12 EUR", "PN-2 | 21 EUR"]),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.rst"])
def test_a_drawn_table_has_rows_and_a_header(name: str, text: str, lines: list[str]) -> None:
    parsed = parse_text(ParserInput(name, f"Before.\n\n{text}\n\nBehind.\n".encode()))
    assert parsed.text == "Before.\n\n" + "\n".join(lines) + "\n\nBehind."
    assert [section.table for section in parsed.sections] == [(), (lines[0],), ()]


@pytest.mark.parametrize(
    "text",
    ["| a line block\n| of a poem |\n| that ends", "+1\n+2\n+3", "a\nb\nc", "|x|\n|y|\n|z|", "=====\nTitle\n====="],
)
def test_what_draws_no_table_stays_as_it_is(text: str) -> None:
    assert drawn_table(text) is None


def test_a_long_drawing_is_read_in_good_time() -> None:
    begun = time.process_time()
    assert drawn_table("\n".join(["+-+", *(["|" * 100 + "|", "+=+"] * 20_000)])) is not None
    assert time.process_time() - begun < 5
