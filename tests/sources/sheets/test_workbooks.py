"""Workbooks of four containers, as they are shown."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from searchapp.errors import SourceError
from searchapp.messages import shown
from searchapp.sources.containers import Archive
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.sheets.xlsx import read_xlsx
from tests.sources.office_files import xlsx, zipped
from tests.sources.sheet_files import XlsbSheet, XlsSheet, encrypted_xls, ods, ole, xls, xlsb


def read(name: str, data: bytes, *passwords: str) -> Parsed:
    return parse(ParserInput(name, data, options=ParserOptions(passwords=passwords)))


def written(fill: Callable[[Any, Callable[[str], Any]], None]) -> bytes:
    """An XLSX that ``fill`` writes: it takes the workbook, and what makes a format of a code."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(workbook, lambda code: workbook.add_format({"num_format": code}))
    workbook.close()
    return out.getvalue()


def noted(parsed: Parsed) -> str:
    return shown(parsed.note)


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


FORMATTED = [
    ["Part", "Code", "Price", "On"],
    ["绳", (42, "00000"), (1234.5, '#,##0.00 "EUR"'), (46460.0, "dd.mm.yyyy")],
    ["hook", 7, (0.0825, "0.00%"), (46461.0, 'yyyy"年"m"月"d"日"')],
]
SHOWN = "Part | Code | Price | On\n绳 | 00042 | 1,234.50 EUR | 14.03.2027\nhook | 7 | 8.25% | 2027年3月15日"


def formatted_xlsx() -> bytes:
    def fill(workbook: Any, code: Callable[[str], Any]) -> None:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(FORMATTED):
            for column, one in enumerate(cells):
                sheet.write(row, column, *((one[0], code(one[1])) if isinstance(one, tuple) else (one,)))

    return written(fill)


def formatted_xlsb() -> bytes:
    return xlsb(XlsbSheet("S", {(row, at): one for row, line in enumerate(FORMATTED) for at, one in enumerate(line)}))


def formatted_ods() -> bytes:
    rows = "".join(
        f"<table:table-row>{''.join(map(cell, line.split(' | ')))}</table:table-row>" for line in SHOWN.split("\n")
    )
    return ods(f'<table:table table:name="S">{rows}</table:table>')


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", formatted_xlsx()), ("a.xlsb", formatted_xlsb()), ("a.ods", formatted_ods()),
        ("a.xls", ole("Workbook", xls(XlsSheet("S", FORMATTED)))), ("a.xls", ole("WORKBOOK", xls(XlsSheet("S", FORMATTED)))),
        ("a.xls", ole("book", xls(XlsSheet("S", FORMATTED)))),
    ],
)  # fmt: skip
def test_cells_keep_their_formats(name: str, data: bytes) -> None:
    parsed = read(name, data)
    assert parsed.text == SHOWN
    assert parsed.sections[0].table == ("Part | Code | Price | On",)


def test_a_protected_xls_opens_with_its_password() -> None:
    data = ole("Workbook", encrypted_xls("芝麻开门", XlsSheet("S", FORMATTED)))
    assert read("a.xls", data, "wrong", "芝麻开门").text == SHOWN
    for passwords, code in (((), "password_needed"), (("wrong",), "no_password_fits")):
        with pytest.raises(SourceError) as refused:
            read("a.xls", data, *passwords)
        assert refused.value.sentence.code == code
    only_against_changes = ole("WORKBOOK", encrypted_xls("VelvetSweatshop", XlsSheet("S", FORMATTED)))
    assert read("a.xls", only_against_changes).text == SHOWN


def far_xlsx() -> bytes:
    def fill(workbook: Any, _: object) -> None:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "Start")
        sheet.write(1_048_575, 16_383, "Far 远")

    return written(fill)


FAR_ODS = ods(
    f'<table:table table:name="S"><table:table-row>{cell("Start")}</table:table-row>'
    '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/>'
    '</table:table-row><table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
    f"{cell('Far 远')}</table:table-row></table:table>"
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", far_xlsx()), ("a.ods", FAR_ODS),
        ("a.xlsb", xlsb(XlsbSheet("S", {(0, 0): "Start", (1_048_575, 16_383): "Far 远"}))),
        ("a.xls", ole("Workbook", xls(XlsSheet("S", [["Start"], *[[""]] * 20, ["", *[""] * 250, "Far 远"]])))),
    ],
)  # fmt: skip
def test_a_far_cell_costs_what_any_does(name: str, data: bytes) -> None:
    begun = time.process_time()
    assert read(name, data).text == "Start\nFar 远"
    assert time.process_time() - begun < 5


def test_cells_far_from_each_other_make_no_grid() -> None:
    cells = {(number * 7, number): f"cell {number}" for number in range(900)}
    begun = time.process_time()
    parsed = read("a.xlsb", xlsb(XlsbSheet("S", cells)))
    assert parsed.text.count("cell") == 900 and len(parsed.text) < 100_000
    assert time.process_time() - begun < 10


def test_merged_cells_stand_in_each_row_and_column() -> None:
    def fill(workbook: Any, _: object) -> None:
        sheet = workbook.add_worksheet()
        sheet.merge_range("A1:D1", "Fees of 2027")
        sheet.merge_range("A2:A3", "Class")
        sheet.merge_range("B2:C2", "Summer")
        sheet.write("D2", "Winter")
        sheet.write_row("B3", ["day", "night", "day"])
        sheet.merge_range("A4:A5", "A 级")
        sheet.write_row("B4", [120, 80, 60])
        sheet.write_row("B5", [121, 81, 61])
        sheet.merge_range("A8:Z40", "all the rest")

    parsed = read("a.xlsx", written(fill))
    header = "Class | Summer day | Summer night | Winter day"
    assert parsed.text == f"Fees of 2027\n{header}\nA 级 | 120 | 80 | 60\nA 级 | 121 | 81 | 61\n\nall the rest"
    assert parsed.sections[0].table == ("Fees of 2027", header)
    rows = [["Class", "Fee"], ["A", 1], ["", 2], ["B", 3]]
    assert "A | 1\nA | 2\nB | 3" in read("a.xls", ole("Workbook", xls(XlsSheet("S", rows, merged=[(1, 0, 2, 0)])))).text
    cells = {(0, 0): "Class", (0, 1): "Fee", (1, 0): "A", (1, 1): 1, (2, 1): 2}
    assert read("a.xlsb", xlsb(XlsbSheet("S", cells, merged=[(1, 0, 2, 0)]))).text == "Class | Fee\nA | 1\nA | 2"
    spanned = cell("A", 'table:number-rows-spanned="2"') + cell("1")
    table = (
        f"<table:table><table:table-row>{cell('Class')}{cell('Fee')}</table:table-row><table:table-row>{spanned}"
        f"</table:table-row><table:table-row><table:covered-table-cell/>{cell('2')}</table:table-row></table:table>"
    )
    assert read("a.ods", ods(table)).text == "Class | Fee\nA | 1\nA | 2"


def test_a_formula_without_its_value_stands_as_written() -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>Rope</t></is></c><c r="B1"><f>B2*3</f><v></v></c><c r="C1"><f>1+2</f><v>3</v></c>'
        '<c r="D1" t="str"><f>""</f><v></v></c><c r="E1" t="e"><f>NA()</f><v>#N/A</v></c></row></sheetData></worksheet>'
    )
    parsed = read("a.xlsx", _workbook(sheet))
    assert parsed.text == "Rope | =B2*3 | 3 | #N/A"
    assert "One formula was saved without its value" in noted(parsed)
    table = "<table:table><table:table-row>{}</table:table-row></table:table>"
    unsaved = '<table:table-cell table:formula="of:=SUM([.A1])"/>'
    parsed = read("a.ods", ods(table.format(cell("绳") + unsaved)))
    assert parsed.text == "绳 | =SUM([.A1])" and "formula" in noted(parsed)


def _workbook(sheet: str, workbook: str = "xl/workbook.xml") -> bytes:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{kinds}/officeDocument" Target="{workbook}"/></Relationships>',
            workbook: f'<workbook xmlns:r="{kinds}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            workbook.replace("xl/", "xl/_rels/") + ".rels": (
                f'<Relationships><Relationship Id="r1" Type="{kinds}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
                "</Relationships>"
            ),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def test_hidden_parts_are_read_and_noted() -> None:
    def fill(workbook: Any, _: object) -> None:
        sheet = workbook.add_worksheet("Public")
        sheet.write_row(0, 0, ["Item", "Price"])
        sheet.write_row(1, 0, ["Rope", 12])
        sheet.set_row(1, None, None, {"hidden": True})
        other = workbook.add_worksheet("后台")
        other.write(0, 0, "margin 43 percent")
        other.hide()
        last = workbook.add_worksheet("Internal")
        last.write(0, 0, "zeta-quoll")
        last.very_hidden()

    parsed = read("a.xlsx", written(fill))
    assert "Rope | 12" in parsed.text and "margin 43 percent" in parsed.text and "zeta-quoll" not in parsed.text
    assert "read: 后台." in noted(parsed) and "show this sheet: Internal" in noted(parsed) and "Public" in noted(parsed)
    rows = [["Item", "Price"], ["Rope", 12]]
    hidden = xls(
        XlsSheet("One", rows, hidden_rows=[1]), XlsSheet("Two", rows, state=1), XlsSheet("Three", rows, state=2)
    )
    parsed = read("a.xls", ole("Workbook", hidden))
    assert all(part in noted(parsed) for part in ("One", "Two", "Three")) and parsed.text.count("Rope") == 2
    cells = {(0, 0): "Item", (1, 0): "Rope"}
    both = xlsb(
        XlsbSheet("One", cells, hidden_rows=[1]), XlsbSheet("Two", cells, state=1), XlsbSheet("Three", cells, state=2)
    )
    parsed = read("a.xlsb", both)
    assert all(part in noted(parsed) for part in ("One", "Two", "Three")) and parsed.text.count("Rope") == 2
    style = '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    rope, hook, bolt = (
        f"<table:table-row {how}>{cell(word)}</table:table-row>"
        for how, word in (("", "Rope"), ('table:visibility="filter"', "Hook"), ("", "Bolt"))
    )
    tables = (
        f'<table:table table:name="One">{rope}{hook}</table:table>'
        f'<table:table table:name="Two" table:style-name="ta2">{bolt}</table:table>'
    )
    parsed = read("a.ods", ods(tables, styles=style))
    assert all(word in parsed.text for word in ("Rope", "Hook", "Bolt"))
    assert "One" in noted(parsed) and "Two" in noted(parsed)


def test_what_lies_on_a_sheet_is_read() -> None:
    def fill(workbook: Any, _: object) -> None:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "Rope")
        sheet.insert_textbox("F3", "Ask the warden\n问管理员")
        sheet.write_comment("A1", "twelve metres")

    parsed = read("a.xlsx", written(fill))
    assert parsed.text.startswith("Rope\n\n")
    assert "Ask the warden\n问管理员" in parsed.text and "A1: " in parsed.text and "twelve metres" in parsed.text
    noted_cell = (
        "<table:table-cell><office:annotation><text:p>twelve metres</text:p></office:annotation><text:p>Rope</text:p>"
        "<draw:frame><draw:text-box><text:p>Ask</text:p></draw:text-box></draw:frame></table:table-cell>"
    )
    table = f"<table:table><table:table-row>{noted_cell}</table:table-row></table:table>"
    assert read("a.ods", ods(table)).text == "Rope\n\ntwelve metres\n\nAsk"


def test_the_workbook_may_have_any_name() -> None:
    sheet = (
        '<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData><row><c t="inlineStr"><is><t>Rope</t></is>'
        "</c><c><v>12</v></c></row></sheetData><mergeCells><mergeCell ref='A9:XFD1048576'/></mergeCells></worksheet>"
    )
    assert read("a.xlsx", _workbook(sheet)).text == "Rope | 12"
    archive = Archive(ParserInput("a.xlsx", _workbook(sheet, "xl/workbook7.xml")))
    (found,) = read_xlsx(archive)
    assert list(found.rows()) == [("Rope", "12")]


def test_dates_and_times() -> None:
    data = xlsx({"S": [["Born", "Seen"], [dt.date(2000, 12, 10), dt.datetime(2001, 2, 3, 4, 5)]]})
    assert "2000-12-10 | 2001-02-03" in read("a.xlsx", data).text


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("name", ["a.xlsb", "a.xls"])
def test_a_damaged_workbook_ends_with_a_sentence(name: str, cut: float) -> None:
    if name == "a.xls":
        stream = xls(XlsSheet("S", [[f"text {row}"] * 9 for row in range(60)]))
        data = ole("Workbook", stream[: int(len(stream) * cut)])
    else:
        cells = {(row, column): f"text {row}" for row in range(60) for column in range(9)}
        data = xlsb(XlsbSheet("S", cells, extra=b"\x05\xff\xff\xff\x7f" + bytes(int(20 * cut))))
    code = ""
    try:
        assert "text" in read(name, data).text
    except SourceError as error:
        code = error.sentence.code
    assert code in ("", "workbook_damaged", "archive_damaged", "file_without_text")


def test_records_that_nobody_knows_break_no_reader() -> None:
    cells = {(0, 0): "Rope", (1, 0): "钩"}
    odd = b"\xe9\x07\x04abcd" + b"\x27\x02\xff\xff" + b"\x23\x00"  # of kinds that panicked another reader
    assert read("a.xlsb", xlsb(XlsbSheet("S", cells, extra=odd))).text == "Rope\n钩"


def test_a_small_file_cannot_ask_for_endless_repetition() -> None:
    rows = "".join(f'<row r="{n}"><c t="inlineStr"><is><t>x{n}</t></is></c></row>' for n in range(1, 2001))
    merged = "<mergeCell ref='A1:XFD1048576'/>" * 20_000
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'
    begun = time.process_time()
    assert "x2000" in read("a.xlsx", _workbook(sheet.format(rows, f"<mergeCells>{merged}</mergeCells>"))).text
    repeated = cell("again and again", 'table:number-columns-repeated="16384"') * 20
    row = f'<table:table-row table:number-rows-repeated="1000000">{repeated}{cell("end")}</table:table-row>'
    assert len(read("a.ods", ods(f"<table:table>{row * 3}</table:table>")).text) < 12_000_000
    assert time.process_time() - begun < 30


def test_a_part_that_is_named_and_not_there() -> None:
    data = _workbook("<worksheet/>").replace(b"worksheets/sheet1.xml", b"worksheets/sheet2.xml", 1)
    with pytest.raises(SourceError):
        read("a.xlsx", data)
