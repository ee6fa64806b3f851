"""Office documents, e-books, tables and letters: what is kept of each, and plain words for those that cannot be read."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import msoffcrypto
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from tests.sources.office_files import docx, epub, odt, pptx, xlsx, zipped

CHANGED = dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)


def read(name: str, data: bytes, **options: object) -> Parsed:
    return parse(ParserInput(f"/in/{name}", data, options=ParserOptions(**options)))  # type: ignore[arg-type]


def refusal(name: str, data: bytes, **options: object) -> str:
    with pytest.raises(SourceError) as caught:
        read(name, data, **options)
    assert caught.value.remedy and caught.value.message.startswith(f"/in/{name} ")
    return caught.value.message


def sections(parsed: Parsed) -> list[tuple[tuple[str, ...], int | None, str]]:
    return [(one.headings, one.page, parsed.text[one.start : one.end]) for one in parsed.sections]


def paragraph(text: str, style: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def test_word_headings_tables_and_formulas() -> None:
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>a+1</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath>"
    )
    row = (
        "<w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc></w:tr>"
    )
    body = (
        paragraph("Handbook", "1") + paragraph("手套", "2") + paragraph("Wear them.")
        + f"<w:p><w:r><w:t>So </w:t></w:r>{fraction}</w:p><w:tbl>{row.format('Size', 'Hand')}{row.format('9', 'large')}</w:tbl>"
    )  # fmt: skip
    parsed = read("a.docx", docx(body, title="Microsoft Word - x.doc"))
    assert sections(parsed) == [
        (("Handbook",), None, "Handbook"),
        (("Handbook", "手套"), None, "手套\n\nWear them.\n\nSo (a+1)/b"),
        (("Handbook", "手套"), None, "Size | Hand\n9 | large"),
    ]
    assert parsed.sections[-1].table == ("Size | Hand",)
    assert (parsed.title, parsed.type, parsed.modified) == ("Handbook", SourceType.DOCX, CHANGED)


def test_slides_are_pages_with_their_titles_as_headings() -> None:
    parsed = read("a.pptx", pptx(("Safety", "Gloves on"), ("", ""), ("结束", "谢谢"), notes="Speak slowly."))
    assert sections(parsed) == [
        (("Safety",), 1, "Safety\n\nGloves on\n\nNotes: Speak slowly."),
        ((), 2, "Notes: Speak slowly."),
        (("结束",), 3, "结束\n\n谢谢\n\nNotes: Speak slowly."),
    ]
    assert (parsed.pages, parsed.type) == (3, SourceType.PPTX)
    assert read("a.pptx", pptx(("One", "text"), ("", ""))).pages_without_text == (2,)


def test_a_workbooks_rows_stay_lines_below_their_column_names() -> None:
    people = [
        ["Name", "Born", "Size"],
        ["Ada", dt.date(2000, 12, 10), 1.5],
        ["李雷", dt.datetime(2001, 2, 3, 4, 5), 2.0],
    ]
    parsed = read("a.xlsx", xlsx({"People": people, "Empty": [], "Notes": [["just one cell"]]}))
    assert sections(parsed) == [
        (("People",), None, "People"),
        (
            ("People",),
            None,
            "Name | Born | Size\nAda | 2000-12-10 | 1.5\n李雷 | 2001-02-03 | 2",
        ),
        (("Notes",), None, "Notes\n\njust one cell"),
    ]
    assert [one.table for one in parsed.sections] == [(), ("Name | Born | Size",), ()]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_of_any_delimiter(mark: str) -> None:
    text = f'name{mark}note\nada{mark}"first{mark}\nprogrammer"\nbob{mark}\n'
    parsed = read("people.csv", text.encode("utf-8-sig"))
    assert sections(parsed) == [((), None, f"name | note\nada | first{mark} programmer\nbob".replace("\t ", " "))]
    assert parsed.sections[0].table == ("name | note",)
    assert parsed.title == "people"


def test_a_table_without_column_names_has_no_heading() -> None:
    assert sections(read("a.csv", b"1,2\n3,4\n")) == [((), None, "1 | 2\n3 | 4")]


def test_chinese_csv_in_its_own_encoding() -> None:
    assert "序号 | 名称" in read("a.csv", "序号,名称\n1,手套\n2,护目镜\n".encode("gb18030")).text


def test_opendocument_text() -> None:
    parsed = read(
        "a.odt",
        odt(
            '<text:h text:outline-level="1">Gloves</text:h><text:p>Wear<text:s text:c="2"/>them<text:note><text:note-citation>1'
            "</text:note-citation><text:note-body><text:p>always</text:p></text:note-body></text:note>.</text:p>"
            "<text:list><text:list-item><text:p>one</text:p></text:list-item></text:list><table:table><table:table-row>"
            "<table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
            "</table:table-row></table:table><office:annotation><text:p>a comment</text:p></office:annotation>"
        ),
    )
    assert sections(parsed) == [(("Gloves",), None, "Gloves\n\nWear them (always).\n\n- one\n\na | b\n\na comment")]
    assert (parsed.title, parsed.modified, parsed.type) == ("Handbook", CHANGED, SourceType.ODT)


def test_opendocument_slides_are_pages() -> None:
    slide = (
        '<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
        "<draw:frame><draw:text-box><text:p>body</text:p></draw:text-box></draw:frame></draw:page>"
    )
    parsed = read("a.odp", odt(slide.format("One") + slide.format("Two"), kind="presentation"))
    assert sections(parsed) == [(("One",), 1, "One\n\nbody"), (("Two",), 2, "Two\n\nbody")]


def test_an_e_book_is_read_in_the_order_of_its_spine() -> None:
    parsed = read("a.epub", epub({"2.xhtml": "<h1>First</h1><p>alpha</p>", "1.xhtml": "<h1>Second</h1><p>β</p>"}))
    assert [one[0] for one in sections(parsed)] == [("First",), ("Second",)]
    assert (parsed.title, parsed.language) == ("A Book", "en")


def test_a_locked_e_book_is_named_so() -> None:
    data = epub({"1.xhtml": "<p>x</p>"}, encryption='<CipherReference URI="OEBPS/1.xhtml"/>')
    assert "locked by its seller" in refusal("a.epub", data)


@pytest.mark.parametrize(
    "body",
    [
        "Content-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: 8bit\n\n请戴手套。",
        "Content-Type: text/html; charset=gb18030\n\n<style>x</style><p>请戴手套。</p>",
    ],
)
def test_a_letter(body: str) -> None:
    head = "From: Ada <ada@example.org>\nTo: bob@example.org\nSubject: =?utf-8?b?5omL5aWX?=\nDate: Mon, 6 May 2024 09:08:09 +0200\n"
    parsed = read("a.eml", (head + body).encode("gb18030"))
    assert parsed.text.startswith("From: Ada <ada@example.org>\nTo: bob@example.org\nDate: ")
    assert parsed.text.endswith("请戴手套。") and parsed.title == "手套" and parsed.modified == CHANGED


def test_attachments_are_named() -> None:
    letter = (
        "From: a@example.org\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nhello\n"
        '--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="plan.pdf"\n\n%PDF-1.4\n--b--\n'
    )
    assert "Attachments: plan.pdf" in read("a.eml", letter.encode()).text


def encrypted_office(data: bytes, password: str) -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def test_an_encrypted_office_document_opens_with_a_given_password() -> None:
    data = encrypted_office(pptx(("The secret plan", "go")), "密码 1")
    assert msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted()
    assert refusal("a.docx", data) == "/in/a.docx is protected by a password."
    assert "none of the given ones opens it" in refusal("a.docx", data, passwords=("wrong",))
    assert read("a.docx", data, passwords=("wrong", "密码 1")).title == "The secret plan"


def test_an_encrypted_opendocument_is_named_so() -> None:
    assert "protected by a password" in refusal("a.odt", odt("x", manifest="<m><encryption-data/></m>"))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped({"word/document.xml": bytes(64 << 20)})
    assert len(bomb) < 100_000
    assert "larger than 1 MiB once unpacked" in refusal("a.docx", bomb, max_bytes=1 << 20)
    swarm = zipped({f"word/{number}": "" for number in range(20_001)} | {"word/document.xml": ""})
    assert "once unpacked" in refusal("a.docx", swarm)


def test_a_bomb_that_lies_about_its_size_is_damaged() -> None:
    bomb = zipped({"content.xml": bytes(8 << 20), "mimetype": "application/vnd.oasis.opendocument.text"})
    lying = bomb.replace((8 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert "damaged" in refusal("a.odt", lying, max_bytes=1 << 20)


def test_entities_are_not_expanded_and_nothing_is_fetched(tmp_path: object) -> None:
    declared = (
        '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    )
    data = odt("<text:p>before &b; &f; after</text:p>")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    text = read("a.odt", zipped(members | {"content.xml": declared + members["content.xml"]})).text
    assert "before" in text and "haha" not in text and "root:" not in text


@pytest.mark.parametrize(
    "make",
    [docx("w" * 3000), pptx(("T", "w")), xlsx({"S": [["a", 1]]}), odt("<text:p>x</text:p>"), epub({"a": "<p>x</p>"})],
)
def test_a_truncated_or_damaged_container_ends_as_text_or_as_a_sentence(make: bytes) -> None:
    for cut in range(4, len(make), max(1, len(make) // 12)):
        assert refusal("a.bin", make[:cut])
        broken = make[:cut] + bytes(40) + make[cut + 40 :]
        try:
            assert read("a.bin", broken).title
        except SourceError as error:
            assert error.message.startswith("/in/a.bin ") and error.remedy  # noqa: PT017


@pytest.mark.parametrize(
    ("stream", "words"),
    [("WordDocument", "by way of LibreOffice"), ("PowerPoint Document", "LibreOffice"), ("Other", "older Office")],
)
def test_older_office_documents_say_what_to_do(monkeypatch: pytest.MonkeyPatch, stream: str, words: str) -> None:
    monkeypatch.setattr("searchapp.sources.containers._ole_streams", lambda data: frozenset([stream]))
    assert words in refusal("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
