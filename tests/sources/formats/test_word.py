"""What a Word document shows is read: fields, boxes, numbers, notes, and tables whose cells span rows."""

from __future__ import annotations

import pytest

from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput
from tests.sources.office_files import docx, word, xlsx


def read(body: str, parts: dict[str, str] | None = None, related: dict[str, tuple[str, str]] | None = None) -> Parsed:
    return parse(ParserInput("/in/a.docx", word(body, parts, related)))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner if inner.startswith('<') else run(inner)}</w:p>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(cell if cell.startswith("<w:tc>") else f"<w:tc>{p(cell)}</w:tc>" for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def headings(parsed: Parsed) -> list[str]:
    return [one.headings[-1] for one in parsed.sections if one.headings]


BOX = f"<w:txbxContent>{p('Keep 11 metres away.')}</w:txbxContent>"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f'<w:fldSimple w:instr=" MERGEFIELD Name ">{run("Mira")}</w:fldSimple>{run(", hello")}', "Mira, hello"),
        (
            f'{run("See ")}<w:hyperlink><w:fldSimple w:instr="REF t">{run("表 12")}</w:fldSimple></w:hyperlink>',
            "See 表 12",
        ),
        (
            f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>SEQ Table</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("7")}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "7",
        ),
        (
            f"{run('次は')}<w:r><w:ruby><w:rt>{run('とうきょう')}</w:rt><w:rubyBase>{run('東京')}</w:rubyBase></w:ruby></w:r>"
            f"{run('です。')}",
            "次は東京です。",
        ),
        (f"<w:ins>{run('kept')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>", "kept"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('a control')}</w:sdtContent></w:sdt>", "a control"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'
            f"</w:ffData></w:fldChar></w:r>{run(' insured')}",
            "☒ insured",
        ),
        (
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/>'
            '<w:listEntry w:val="blue"/></w:ddList></w:ffData></w:fldChar></w:r>',
            "blue",
        ),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run(" agreed"), "☑ agreed"),
        ('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>' + run(" = 3"), "α = 3"),
        (run("a\uf0b32", '<w:rFonts w:ascii="Symbol"/>'), "a≥2"),
        ("<w:r><w:t>non</w:t><w:noBreakHyphen/><w:t>stop</w:t></w:r>", "non-stop"),
    ],
)
def test_what_a_paragraph_shows_is_read(inner: str, text: str) -> None:
    assert read(p(inner)).text == text


def test_the_prompt_of_an_empty_control_is_no_text() -> None:
    prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('Click here.')}</w:sdtContent></w:sdt>"
    assert read(p(run("Name: ") + prompt)).text == "Name:"


@pytest.mark.parametrize(
    "graphic",
    [
        f"<w:drawing><wps:wsp><wps:txbx>{BOX}</wps:txbx></wps:wsp></w:drawing>",
        f"<w:pict><v:shape><v:textbox>{BOX}</v:textbox></v:shape></w:pict>",
        f"<mc:AlternateContent><mc:Choice><w:drawing>{BOX}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent>",
        f"<mc:AlternateContent><mc:Choice><w:drawing/></mc:Choice><mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback>"
        "</mc:AlternateContent>",
        "<w:drawing><a:txBody><a:p><a:r><a:t>Keep 11 metres away.</a:t></a:r></a:p></a:txBody></w:drawing>",
    ],
)
def test_a_box_is_read_once_after_its_paragraph(graphic: str) -> None:
    parsed = read(p(f"{run('Lower the hook.')}<w:r>{graphic}</w:r>") + p("After it."))
    assert parsed.text == "Lower the hook.\n\nKeep 11 metres away.\n\nAfter it."


SMARTART = (
    "<dgm:dataModel><dgm:ptLst>"
    '<dgm:pt modelId="0" type="doc"/><dgm:pt modelId="2"><dgm:t><a:p><a:r><a:t>泵房</a:t></a:r></a:p></dgm:t></dgm:pt>'
    '<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Harbour</a:t></a:r></a:p></dgm:t></dgm:pt>'
    '<dgm:pt modelId="9" type="pres"><dgm:t><a:p><a:r><a:t>drawn</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>'
    '<dgm:cxnLst><dgm:cxn srcId="0" destId="1" srcOrd="0"/><dgm:cxn srcId="1" destId="2" srcOrd="0"/>'
    '<dgm:cxn srcId="2" destId="1" srcOrd="0"/></dgm:cxnLst></dgm:dataModel>'
)
CHART = (
    "<c:chartSpace><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Costs</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser>"
    '<c:tx><c:v>2030</c:v></c:tx><c:cat><c:pt idx="0"><c:v>Rope</c:v></c:pt></c:cat><c:val><c:pt idx="0"><c:v>4.5</c:v>'
    "</c:pt></c:val></c:ser></c:chart></c:chartSpace>"
)


def test_smartart_and_charts_are_read() -> None:
    body = p(
        '<w:r><w:drawing><dgm:relIds r:dm="d"/></w:drawing></w:r><w:r><w:drawing><c:chart r:id="c"/></w:drawing></w:r>'
    )
    related = {"d": ("diagramData", "diagrams/data1.xml"), "c": ("chart", "/word/charts/chart1.xml")}
    parsed = read(body, {"diagrams/data1.xml": SMARTART, "charts/chart1.xml": CHART}, related)
    assert parsed.text == "Harbour\n  泵房\n\nCosts\n | 2030\nRope | 4.5"


def test_imported_pages_stand_in_their_place_and_other_documents_after() -> None:
    body = p("Before.") + '<w:altChunk r:id="h"/>' + p("Between.") + '<w:altChunk r:id="t"/><w:altChunk r:id="gone"/>'
    parts = {"c.html": "<html><body><h2>阀门</h2><p>V-8812</p></body></html>", "c.txt": "Plain words."}
    parsed = read(body, parts, {"h": ("aFChunk", "c.html"), "t": ("aFChunk", "c.txt")})
    assert parsed.text == "Before.\n\n阀门\n\nV-8812\n\nBetween.\n\nc.txt\n\nPlain words."


def test_embedded_documents_are_read_and_what_is_not_is_named() -> None:
    book = xlsx({"Fees": [["Berth", "Fee"], ["North", 77]]})
    data = word(p("See the table."), {"embeddings/fees.xlsx": book, "embeddings/o.bin": b"\x00\x01"}, {
        "1": ("package", "embeddings/fees.xlsx"), "2": ("oleObject", "embeddings/o.bin"),
    })  # fmt: skip
    parsed = parse(ParserInput("/in/a.docx", data))
    assert "North | 77" in parsed.text
    assert shown(parsed.note) == "Not read of what is inside it: o.bin."


@pytest.mark.parametrize(
    ("properties", "styles"),
    [
        ("<w:vanish/>", ""),
        ('<w:rStyle w:val="H"/>', '<w:style w:styleId="H"><w:rPr><w:vanish w:val="1"/></w:rPr></w:style>'),
        (
            '<w:rStyle w:val="H"/>',
            '<w:style w:styleId="H"><w:basedOn w:val="G"/></w:style>'
            '<w:style w:styleId="G"><w:basedOn w:val="H"/><w:rPr><w:vanish/></w:rPr></w:style>',
        ),
    ],
)
def test_hidden_text_is_left_out_and_said(properties: str, styles: str) -> None:
    parsed = read(
        p(run("Visible.") + run(" Margin 23 %.", properties)), {"styles.xml": f"<w:styles>{styles}</w:styles>"}
    )
    assert parsed.text == "Visible."
    assert shown(parsed.note) == "Hidden text is left out."
    assert shown(parsed.note, "zh") == "省略了隐藏的文字。"


def test_hidden_is_undone_by_the_run_itself() -> None:
    assert read(p(run("Seen.", '<w:vanish w:val="false"/>'))).note == ""


def test_headers_and_footers_are_kept_once_without_page_numbers() -> None:
    page = f'{run("Page ")}<w:fldSimple w:instr=" PAGE ">{run("3")}</w:fldSimple>'
    of = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> NUMPAGES </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("17")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    parts = {
        "f.xml": f"<w:ftr>{p(page + run(' of ') + of)}{p('Valid until 31 May')}</w:ftr>",
        "h1.xml": f"<w:hdr>{p('文件号 KR-2231')}</w:hdr>",
        "h2.xml": f"<w:hdr>{p('文件号 KR-2231')}{p('First page')}</w:hdr>",
    }
    related = {"1": ("footer", "f.xml"), "2": ("header", "h1.xml"), "3": ("header", "h2.xml")}
    assert read(p("Body."), parts, related).text == "Body.\n\n文件号 KR-2231\nFirst page\nValid until 31 May"


def test_notes_follow_their_section_and_comments_the_document() -> None:
    body = (
        p(f'{run("A claim")}<w:r><w:footnoteReference w:id="5"/></w:r><w:r><w:commentReference w:id="0"/></w:r>')
        + p("Next", '<w:outlineLvl w:val="0"/>') + p(f'{run("More")}<w:r><w:endnoteReference w:id="1"/></w:r>')
    )  # fmt: skip
    parts = {
        "footnotes.xml": f'<w:footnotes><w:footnote w:id="0">{p("---")}</w:footnote>'
        f'<w:footnote w:id="5">{p("Its source.")}</w:footnote></w:footnotes>',
        "endnotes.xml": f'<w:endnotes><w:endnote w:id="1">{p("尾注。")}</w:endnote></w:endnotes>',
        "comments.xml": f'<w:comments><w:comment w:id="0" w:author="Ana">{p("Prove it.")}</w:comment></w:comments>',
    }
    text = "A claim[1]\n\n[1] Its source.\n\nNext\n\nMore[2]\n\n[2] 尾注。\n\nAna: Prove it."
    assert read(body, parts).text == text


STYLES = (
    '<w:styles><w:style w:styleId="A"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="B"><w:name w:val="Clause"/><w:basedOn w:val="A"/></w:style>'
    '<w:style w:styleId="C"><w:name w:val="条"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:styleId="D"><w:name w:val="TOC Heading"/><w:basedOn w:val="A"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>'
    '</w:style><w:style w:styleId="E"><w:name w:val="标题 2"/></w:style></w:styles>'
)


def test_headings_are_known_by_their_style_what_it_is_based_on_and_outline_levels() -> None:
    body = "".join(p(f"By {key}", f'<w:pStyle w:val="{key}"/>') + p("Text.") for key in "ABCDE")
    body += p("By itself", '<w:outlineLvl w:val="2"/>') + p("long " * 80, '<w:outlineLvl w:val="2"/>')
    assert dict.fromkeys(headings(read(body, {"styles.xml": STYLES}))) == dict.fromkeys(
        ["By A", "By B", "By C", "By E", "By itself"]
    )


def test_a_table_keeps_its_columns_under_merged_cells() -> None:
    def merged(text: str, start: bool) -> str:
        return f"<w:tc><w:tcPr><w:vMerge{' w:val=' + chr(34) + 'restart' + chr(34) if start else ''}/></w:tcPr>{p(text)}</w:tc>"

    late = '<w:gridBefore w:val="1"/>'
    body = (
        "<w:tbl>" + row("Model", "Load", "Reach") + row(merged("KX", start=True), "9 t", "30 m")
        + row(merged("", start=False), "7 t", "40 m") + row("负载 5 t", "50 m", properties=late)
        + row("Q", "1", "2") + "</w:tbl>"
    )  # fmt: skip
    lines = read(body).text.splitlines()
    assert [line for line in lines if "m" in line and "t" in line] == [
        "KX | 9 t | 30 m",
        "KX | 7 t | 40 m",
        " | 负载 5 t | 50 m",
    ]


def test_lists_in_cells_stay_in_their_row_and_a_box_is_no_table() -> None:
    item = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    cell = f"<w:tc>{p('drum', item)}{p('绳', item)}</w:tc>"
    body = f"<w:tbl>{row('Tool', 'Parts')}{row('Winch', cell)}</w:tbl><w:tbl>{row('A box')}{row('of text')}</w:tbl>"
    assert "Winch | drum 绳" in read(body).text
    assert read(body).text.endswith("A box\n\nof text")


def test_a_strict_document_under_another_name_is_read() -> None:
    import io
    import zipfile

    from tests.sources.office_files import zipped

    data = docx("Strict words.")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strict = parts.pop("word/document.xml").replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    link = '<Relationship Id="1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="word/document2.xml"/>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{link}</Relationships>'
    types = '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    data = zipped(parts | {"word/document2.xml": strict, "_rels/.rels": rels, "[Content_Types].xml": types})
    assert parse(ParserInput("/in/a.docx", data)).text == "Strict words."


def test_broken_and_hostile_parts_end_in_bounds() -> None:
    deep = "<w:sdt><w:sdtContent>" * 90 + p("deep") + "</w:sdtContent></w:sdt>" * 90
    nested = "<w:tbl><w:tr><w:tc>" * 60 + p("inner") + "</w:tc></w:tr></w:tbl>" * 60
    tall = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + p("x" * 5000) + "</w:tc>"
    body = (
        deep
        + nested
        + f"<w:tbl>{row(tall, 'a')}"
        + row("<w:tc><w:tcPr><w:vMerge/></w:tcPr></w:tc>", "b") * 500
        + "</w:tbl>"
    )
    parsed = read(body, {"styles.xml": "<w:styles", "numbering.xml": "no xml"})
    assert "deep" in parsed.text and "inner" in parsed.text and len(parsed.text) < 20_000
