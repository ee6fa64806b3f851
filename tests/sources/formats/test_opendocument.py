"""What an OpenDocument shows is read: numbered lists, all columns of its tables, objects, headers, no hidden text."""

from __future__ import annotations

from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput
from tests.sources.office_files import odt


def read(text: str, styles: str = "", parts: dict[str, str] | None = None) -> Parsed:
    return parse(ParserInput("/in/a.odt", odt(text, styles=styles, parts=parts)))


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}>{p(text)}</table:table-cell>"


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def items(*texts: str) -> str:
    return "".join(f"<text:list-item>{p(text)}</text:list-item>" for text in texts)


NUMBERED = (
    '<office:automatic-styles><text:list-style style:name="N"><text:list-level-style-number text:level="1" '
    'style:num-format="1" text:start-value="3"/><text:list-level-style-bullet text:level="2"/></text:list-style>'
    '<style:style style:name="H"><style:text-properties text:display="none"/></style:style></office:automatic-styles>'
)


def test_numbered_lists_count_and_go_on() -> None:
    inner = f"<text:list-item>{p('four')}<text:list>{items('bullet')}</text:list></text:list-item>"
    text = (
        f'<text:list text:style-name="N">{items("three")}{inner}</text:list>{p("Between.")}'
        f'<text:list text:style-name="N" text:continue-numbering="true">{items("五")}</text:list>'
    )
    assert read(text, NUMBERED).text == "3. three\n4. four\n  - bullet\n\nBetween.\n\n5. 五"


def test_tables_keep_all_their_columns() -> None:
    spanned = cell("KX", 'table:number-rows-spanned="2"')
    text = (
        "<table:table><table:table-header-rows>"
        + row(cell("Model"), cell("负载", 'table:number-columns-repeated="2"')) + "</table:table-header-rows>"
        + row(spanned, cell("9 t"), cell("30 m")) + row("<table:covered-table-cell/>", cell("7 t"), cell("40 m"))
        + row(cell("Q"), '<table:table-cell table:number-columns-repeated="900"/>') + "</table:table>"
    )  # fmt: skip
    parsed = read(text)
    assert parsed.sections[0].table == ("Model | 负载 | 负载",)
    assert [line.rstrip(" |") for line in parsed.text.splitlines() if line] == [
        "Model | 负载 | 负载",
        "KX | 9 t | 30 m",
        "KX | 7 t | 40 m",
        "Q",
    ]


def test_hidden_text_is_left_out_and_said() -> None:
    parsed = read(p('Seen.<text:span text:style-name="H"> Margin 23 %.</text:span>'), NUMBERED)
    assert parsed.text == "Seen."
    assert parsed.note and "idden" in shown(parsed.note)
    assert read(p("Seen."), NUMBERED).note == ""


def test_ruby_is_read_by_its_base() -> None:
    ruby = "<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>"
    assert read(p(f"次は{ruby}です。")).text == "次は東京です。"


def test_objects_stand_where_they_are_drawn() -> None:
    drawn = '<draw:frame><draw:object xlink:href="./{}"/></draw:frame>'
    math = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mi>a</mi><annotation encoding="StarMath 5.0">'
        "{a} over {b}</annotation></semantics></math>"
    )
    table = f"<table:table>{row(cell('Rope'), cell('4.5'))}</table:table>"
    chart = f"<office:document-content {{names}}><office:body><office:chart>{table}</office:chart></office:body></office:document-content>"
    text = p(f"So {drawn.format('Object 1')} holds.") + p(drawn.format("Object 2")) + p(drawn.format("gone"))
    parts = {"Object 1/content.xml": math, "Object 2/content.xml": chart}
    assert " ".join(read(text, parts=parts).text.split()) == "So {a} over {b} holds. Rope | 4.5"


def test_headers_and_comments_follow_the_text_once() -> None:
    styles = (
        "<office:document-styles {names}><office:master-styles><style:master-page><style:header><text:p>KR-2231 修订 6</text:p>"
        "</style:header><style:header-left><text:p>KR-2231 修订 6</text:p></style:header-left><style:footer><text:p>Page "
        "<text:page-number>1</text:page-number></text:p></style:footer></style:master-page></office:master-styles>"
        "</office:document-styles>"
    )
    comment = "<office:annotation><dc:creator>Ana</dc:creator><text:p>Prove it.</text:p></office:annotation>"
    parsed = read(p(f"A claim.{comment}"), parts={"styles.xml": styles})
    assert parsed.text == "A claim.\n\nKR-2231 修订 6\nAna: Prove it."
