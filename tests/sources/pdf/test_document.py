from __future__ import annotations

import pytest

from searchapp.errors import SourceError
from searchapp.messages import shown
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.pdf.document import parse_pdf
from searchapp.sources.pdf.legibility import is_illegible
from searchapp.sources.pdf.lines import join_lines, words_of
from tests.sources.pdf_files import encrypted, pdf

LINES = "A first line of text\nand a second one"


def parse(data: bytes) -> Parsed:
    return parse_pdf(ParserInput("/in/report.pdf", data))


def refusal(data: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse(data)
    assert caught.value.message.startswith("/in/report.pdf ") and caught.value.message.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_each_page_is_a_section_of_its_own() -> None:
    parsed = parse(pdf(LINES, "", "Third page"))
    assert [(s.page, parsed.text[s.start : s.end]) for s in parsed.sections] == [(1, LINES), (3, "Third page")]
    assert (parsed.pages, parsed.pages_without_text) == (3, (2,))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Annual Report", "Annual Report"),
        ("Microsoft Word - Budget plan", "Budget plan"),
        ("Microsoft Word - report_v3.doc", "A first line of text"),
        ("untitled", "A first line of text"),
        ("", "A first line of text"),
    ],
)
def test_a_sensible_title(title: str, expected: str) -> None:
    assert parse(pdf(LINES, title=title)).title == expected


def test_a_page_of_figures_gives_no_title() -> None:
    assert parse(pdf("12 34\n56")).title == "report"


def test_bookmarks_head_what_follows_them() -> None:
    marks = (("Intro", 1, 0), ("Method", 1, 0), ("Detail", 2, 1), ("Not printed", 3, 0))
    parsed = parse(pdf("Preface\nIntro\none\n2. Method\ntwo", "more\nDetail\nthree", "four", "five", bookmarks=marks))
    assert [(s.page, s.headings, parsed.text[s.start : s.end]) for s in parsed.sections] == [
        (1, (), "Preface"),
        (1, ("Intro",), "Intro\none"),
        (1, ("Method",), "2. Method\ntwo"),
        (2, ("Method",), "more"),
        (2, ("Method", "Detail"), "Detail\nthree"),
        (3, ("Not printed",), "four"),
        (4, ("Not printed",), "five"),
    ]


def test_chinese_text() -> None:
    parsed = parse(pdf("今天天气很好，我们去公园散步吧。\n第二行文字", cjk=True))
    assert "今天天气很好，我们去公园散步吧。" in parsed.text
    assert parsed.language == "zh"


def test_a_password_is_asked_for_only_when_needed() -> None:
    assert parse(encrypted(pdf(LINES), user="", owner="secret")).text == LINES
    assert refusal(pdf(LINES, password="secret")).message == "/in/report.pdf is protected by a password."


def test_given_passwords_are_tried_and_never_named() -> None:
    data = pdf(LINES, password="geheim-密码")
    parsed = parse_pdf(ParserInput("/in/report.pdf", data, options=ParserOptions(passwords=("no", "geheim-密码"))))
    assert parsed.text == LINES
    with pytest.raises(SourceError, match="none of the given ones opens it") as caught:
        parse_pdf(ParserInput("/in/report.pdf", data, options=ParserOptions(passwords=("hunter2",))))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4\n", b"%PDF-1.4\nnot a PDF at all\n%%EOF", pdf(LINES)[:300], b"%PDF-1.7\n" + bytes(5000)]
)
def test_damaged_files_are_named_so(data: bytes) -> None:
    assert "is damaged: " in refusal(data).message


def test_pages_are_found_without_their_tree() -> None:
    whole = pdf(LINES, "Second page.")
    assert whole.count(b"/Pages 7 0 R") == 1
    parsed = parse(whole.replace(b"/Pages 7 0 R", b"/Pages 0 0 R"))
    assert parsed.text == f"{LINES}\n\nSecond page." and parsed.pages == 2
    assert shown(parsed.note).startswith("Its page tree is damaged")


def test_a_page_of_characters_that_the_file_does_not_tell_has_no_text() -> None:
    assert [is_illegible(text) for text in ("", "\ufffd\ufffd \ufffd a b", "five \ufffd words")] == [
        False,
        True,
        False,
    ]


def test_a_truncated_file_ends_as_text_or_as_a_sentence() -> None:
    whole = pdf(*[LINES] * 5)
    for cut in range(100, len(whole), 211):
        try:
            assert LINES in parse(whole[:cut]).text
        except SourceError as error:
            assert error.message.startswith("/in/report.pdf ")  # noqa: PT017


def test_pages_without_any_text_want_ocr() -> None:
    error = refusal(pdf("", ""))
    assert "has no text layer: each of its 2 pages" in error.message
    assert "OCR" in error.remedy


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("an exam-\nple of it", "an example of it"),
        ("a well-\nknown and well-known fact", "a well-known and well-known fact"),
        ("Jean-\nPaul", "Jean-Paul"),
        ("pages 3-\n5", "pages 3-\n5"),
        ("line one\nline two", "line one\nline two"),
        ("横\nは\n縦 \nに\n書、\nく\nもの", "横は縦に書、くもの"),
        (
            "这是一个很长的句子它在行末被版面切断了所以\n应当接起来成为一个完整的句子。\n标题\n正文从这里开始继续写下去一直写到行末\n为止。",
            "这是一个很长的句子它在行末被版面切断了所以应当接起来成为一个完整的句子。\n标题\n正文从这里开始继续写下去一直写到行末为止。",
        ),
    ],
)
def test_lines_are_joined_where_the_margin_cut_them(text: str, joined: str) -> None:
    assert join_lines(text, words_of([text])) == joined
