"""Titles and headers are found where people put them."""

from __future__ import annotations

import pytest

from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput
from searchapp.sources.tables import read_table, tables_in


def rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in text.strip("\n").split("\n")]


@pytest.mark.parametrize(
    ("text", "titles", "header"),
    [
        ("Part|Count\nrope|12\nhook|7", (), "Part|Count"),
        ("零件|数量\n绳|12\n钩|7", (), "零件|数量"),
        ("Stock of June||\nPart|Shelf|Count\nrope|S1|12", ("Stock of June",), "Part|Shelf|Count"),
        ("六月库存|六月库存|六月库存\n零件|货架|数量\n绳|S1|12", ("六月库存",), "零件|货架|数量"),
        ("Stock||\nas of 2027-06-01||\nPart|Shelf|Count\nrope|S1|12", ("Stock", "as of 2027-06-01"), "Part|Shelf|Count"),
        ("|2025|2026\nnorth|3|4\nsouth|5|6", (), "|2025|2026"),
        ("Region|2025|2026\nnorth|3|4\nsouth|5|6", (), "Region|2025|2026"),
        ("#|Name|%\n1|rope|5\n2|hook|6", (), "#|Name|%"),
        ("Class|Summer||Winter|\n|day|night|day|night\nA|1|2|3|4\nB|5|6|7|8", (), "Class|Summer day|Summer night|Winter day|Winter night"),
        ("类别|夏|夏|冬|冬\n类别|日|夜|日|夜\nA|1|2|3|4", (), "类别|夏 日|夏 夜|冬 日|冬 夜"),
        ("Part|Weight|Price\n|kg|EUR\nrope|3|4\nhook|5|6", (), "Part|Weight kg|Price EUR"),
        ("1|2\n3|4", (), ""),
        ("2025|2026\n3|4", (), ""),
        ("rope\nhook\nbolt", (), ""),
        ("Part|Count", (), ""),
        ("A title only||", (), ""),
        ("Part||Count\nrope||12\nhook||7", (), "Part|Count"),
    ],
)  # fmt: skip
def test_title_and_header_of_a_table(text: str, titles: tuple[str, ...], header: str) -> None:
    table = read_table(rows(text))
    assert (table.titles, "|".join(table.header)) == (titles, header)
    kept = {cell for row in table.rows for cell in row} | set(" ".join((*titles, *table.header)).split())
    assert {word for row in rows(text) for cell in row for word in cell.split()} <= {
        word for one in kept for word in one.split()
    } | set(" ".join(titles).split())


def test_a_header_of_any_number_of_columns() -> None:
    names = tuple(f"Measured value number {number}" for number in range(90))
    table = read_table([names, *(tuple(str(row + column) for column in range(90)) for row in range(5))])
    assert table.header == names


def test_the_header_of_a_table_that_marks_it() -> None:
    table = read_table(rows("1|2\n3|4"), caption=" Table 1 ", header_rows=1)
    assert (table.titles, table.header, table.rows) == (("Table 1",), ("1", "2"), [("3", "4")])
    assert read_table(rows("a|b\nc|4"), header_rows=0).header == ()
    assert read_table(rows("a|b"), header_rows=1).rows == [("a", "b")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Part|Count\n\nrope|12\nhook|7", ["Part|Count\nrope|12\nhook|7"]),
        ("库存||\n\n零件|货架|数量\n绳|S1|12", ["库存||\n零件|货架|数量\n绳|S1|12"]),
        ("Part|Count\nrope|12\n\nTool|Owner|Year\nsaw|Ada|1999", ["Part|Count\nrope|12", "Tool|Owner|Year\nsaw|Ada|1999"]),
        ("Part|Count\n\nTool|Owner\nsaw|7", ["Part|Count", "Tool|Owner\nsaw|7"]),
        ("1|2\n\n3|4", ["1|2", "3|4"]),
    ],
)  # fmt: skip
def test_an_empty_row_parts_tables_but_not_a_header_from_its_rows(text: str, expected: list[str]) -> None:
    found = tables_in(tuple(line.split("|")) if line else () for line in text.split("\n"))
    assert ["\n".join("|".join(row) for row in table) for table in found] == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Part,Price\nPN-1,12 EUR\nPN-2,21 EUR\n"),
        ("a.md", "# Parts\n\n| Part | Price |\n|---|---|\n| PN-1 | 12 EUR |\n| PN-2 | 21 EUR |\n"),
        ("a.html", "<body><p>Parts are listed here, with what each of them costs in the shop of the harbour.</p>"
         "<table><tr><th>Part</th><th>Price</th></tr><tr><td>PN-1</td><td>12 EUR</td></tr>"
         "<tr><td>PN-2</td><td>21 EUR</td></tr></table></body>"),
    ],
)  # fmt: skip
def test_every_format_marks_its_tables(name: str, text: str) -> None:
    parsed = parse(ParserInput(name, text.encode()))
    tables = [section for section in parsed.sections if section.table]
    assert [section.table for section in tables] == [("Part | Price",)]
    assert parsed.text[tables[0].start : tables[0].end] == "Part | Price\nPN-1 | 12 EUR\nPN-2 | 21 EUR"


def test_a_caption_goes_with_its_table() -> None:
    html = (
        "<article><p>Before the table there is a sentence of some length, so that it is taken for text.</p><table>"
        "<caption>表三：零件</caption><thead><tr><td>A</td><td>B</td></tr></thead><tbody><tr><td>1</td><td>2</td></tr>"
        "</tbody></table></article>"
    )
    parsed = parse(ParserInput("a.html", f"<html><body><main>{html}</main></body></html>".encode()))
    assert ("表三：零件", "A | B") in [section.table for section in parsed.sections]
    assert parsed.text.count("表三：零件") == 1
