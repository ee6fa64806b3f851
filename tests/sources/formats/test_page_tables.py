"""Tables of pages: what spans rows or columns stands in each, lists stay in their cells, layouts are no tables."""

from __future__ import annotations

import time

import pytest

from searchapp.sources.formats.table_grid import MOST_REPEATED, TableGrid
from tests.sources.formats.web_pages import LANGUAGES, prose, read

LIST_ROWS = "".join(
    f"<tr><td>{day}</td><td><ul><li>{hours}</li></ul></td></tr>" for day, hours in zip("一二三", "ABC", strict=True)
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["<body>{}</body>", "<body><main>{}</main></body>"])
@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "<tr><th>Class</th><th>Season</th><th>Fee</th></tr><tr><td rowspan=2>A</td><td>Summer</td><td>120</td></tr>"
            "<tr><td>冬季</td><td>85</td></tr><tr><td>B</td><td>Summer</td><td>210</td></tr>",
            ["A | Summer | 120", "A | 冬季 | 85", "B | Summer | 210"],
        ),
        (
            "<tr><td>1</td><td rowspan='3'>x</td><td>a</td></tr><tr><td>2</td><td>b</td></tr><tr><td>3</td><td>c</td></tr>",
            ["1 | x | a", "2 | x | b", "3 | x | c"],
        ),
        (
            "<tr><th>泊位</th><th colspan=2>深度</th></tr><tr><td>14</td><td colspan=2>9.3</td></tr><tr><td>15</td><td>8</td><td>7</td></tr>",
            ["14 | 9.3 | 9.3", "15 | 8 | 7"],
        ),
        ("<tr><td>a</td><td rowspan=0>to the end</td></tr><tr><td>b</td></tr>", ["a | to the end", "b | to the end"]),
        (LIST_ROWS, ["一 | A", "二 | B", "三 | C"]),
        (
            "<tr><th>Tool</th><th>Parts</th></tr><tr><td>Winch</td><td><ol><li>drum</li><li>绳</li></ol></td></tr>",
            ["Winch | drum 绳"],
        ),
        (
            "<tr><td><b>Gate</b></td><td><p>left</p><p>右</p></td></tr><tr><td>Lamp</td><td><div>red<br>灯</div></td></tr>",
            ["Gate | left 右", "Lamp | red 灯"],
        ),
    ],
)
def test_rows_are_whole(table: str, rows: list[str], page: str, language: str) -> None:
    body = f"{prose(language, 0, 1)}<h2>Fees</h2><table>{table}</table>{prose(language, 2, 3)}"
    lines = read(page.format(body)).text.split("\n")
    assert [line for line in lines if line in rows] == rows


def test_a_caption_and_a_header_belong_to_their_table() -> None:
    table = "<table><caption>表 3: Depth</caption><thead><tr><th>Berth</th><th>Depth</th></tr></thead><tr><td>14</td><td>9.3</td></tr></table>"
    parsed = read(f"<body>{prose('en')}{table}</body>")
    (section,) = [one for one in parsed.sections if one.table]
    assert section.table == ("表 3: Depth", "Berth | Depth")
    assert parsed.text[section.start : section.end] == "表 3: Depth\nBerth | Depth\n14 | 9.3"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_that_lays_out_a_page_is_read_as_a_page(language: str) -> None:
    text = "</p><p>".join(LANGUAGES[language] * 6)
    for cell in (f"<p>{text}</p>", f"<table><tr><td><p>{text}</p></td></tr></table>", f"<h2>Rules</h2><p>{text}</p>"):
        read_text = read(f"<body><table><tr><td>Left</td><td>{cell}</td></tr></table></body>").text
        assert " | " not in read_text and LANGUAGES[language][3] in read_text


def test_a_grid_is_bounded() -> None:
    began = time.perf_counter()
    grid = TableGrid()
    for _ in range(1000):
        grid.add("x" * 200, columns=1, rows=65534)
    length = sum(len(cell) + 1 for _ in range(30_000) for cell in _row(grid))
    assert length < 3 * MOST_REPEATED and time.perf_counter() - began < 5
    wide = TableGrid()
    for _ in range(20_000):
        wide.add("y", columns=10**8, rows=10**8)
    assert len(wide.end_row()) < 22_000


def _row(grid: TableGrid) -> list[str]:
    grid.add("z")
    return grid.end_row()


def test_rows_without_text_of_their_own_are_none_and_a_line_over_all_is_said_once() -> None:
    grid = TableGrid()
    grid.add("over all", columns=4)
    assert grid.end_row() == ["over all"]
    grid.add("same")
    grid.add("same")
    assert grid.end_row() == ["same", "same"]
    grid.add("a", rows=2)
    grid.add("b")
    assert grid.end_row() == ["a", "b"] and grid.end_row() == []
