from __future__ import annotations

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import note, read, refused, sections

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil Times;}{\f1\fnil\fcharset134 SimSun;}{\f2\fcharset204 Arial;}}"
    r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 Heading 2;}{\*\cs10 Default;}}"
    r"{\info{\title The shop's rules}{\author Ann}}"
)


def rtf(body: str, head: str = HEAD) -> str:
    return head + body + "}"


def test_headings_paragraphs_and_title() -> None:
    parsed = read(
        "a.rtf", rtf(r"\pard\s1 First {\b part}\par\pard One.\par Two.\par\pard\s2 Inner\par\pard Three.\par")
    )
    assert (parsed.type, parsed.title) == (SourceType.RTF, "The shop's rules")
    assert sections(parsed) == [("First part", "First part\n\nOne.\n\nTwo."), ("Inner", "Inner\n\nThree.")]


def test_a_level_alone_makes_a_heading() -> None:
    assert sections(read("a.rtf", rtf(r"\pard\outlinelevel1 Head\par\pard text\par"))) == [("Head", "Head\n\ntext")]


def test_every_encoding_of_its_fonts() -> None:
    body = r"caf\'e9 {\f1 \'c4\'e3\'ba\'c3} {\f2 \'ef\'f0} \u20320?\u-10179 ?\u-8704 ?\par {\uc2\u233xy}!\par"
    assert read("a.rtf", rtf(body)).text == "café 你好 пр 你😀\n\né!"


def test_a_chinese_code_page() -> None:
    data = rb"{\rtf1\ansi\ansicpg936\pard " + "安全手套".encode("gbk") + rb" \'b1\'d8\'d0\'eb\'b4\'f7\par}"
    assert read("a.rtf", data).text == "安全手套 必须戴"


def test_rows_of_a_table() -> None:
    row = r"\trowd\cellx1\cellx2\pard\intbl {}\cell {}\cell\row"
    body = rf"before\par {row.format('Part', 'Price')}{row.format('Glove', '21 EUR')}\pard after\par"
    assert read("a.rtf", rtf(body)).text == "before\n\nPart | Price\nGlove | 21 EUR\n\nafter"


def test_footnotes_links_and_text_boxes_stay_and_headers_go() -> None:
    body = (
        r"{\header Page header}{\footerr Page 3}Wear gloves{\footnote Class D.}. "
        r'{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt the list}}\par'
        r"{\shp{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt In a box\par}}{\shprslt In a box}}{\pict\bin3 }}}}"
        r"{\*\unknown nothing}end\par"
    )
    text = read("a.rtf", rtf(body)).text
    assert text == "Wear gloves (Class D.). the list\n\nIn a box\n\nend"


def test_hidden_text_is_left_out_and_said() -> None:
    parsed = read("a.rtf", rtf(r"shown {\v hidden} more{\deleted gone}\par"))
    assert parsed.text == "shown more" and note(parsed) == "Hidden text is left out."


def test_a_file_that_ends_early_is_read_as_far_as_it_goes() -> None:
    parsed = read("a.rtf", rtf(r"one\par two")[:-1])
    assert parsed.text == "one\n\ntwo" and note(parsed) == "It is damaged as RTF, and read as far as it goes."


@pytest.mark.parametrize("name", ["a.doc", "a.txt", "letter"])
def test_it_is_known_by_its_bytes(name: str) -> None:
    assert read(name, rtf(r"words\par")).type is SourceType.RTF


def test_groups_without_end_are_refused() -> None:
    assert refused("a.rtf", r"{\rtf1 " + "{" * 100_000) == "nested_too_deep"


@pytest.mark.parametrize(
    "body", [r"\bin9999999999 x", r"\bin-5 x", r"\u", r"\'", r"\'zz x", r"\uc-3\u65 x", "}}}}x", r"\s99999 x", "\\"]
)
def test_odd_words_do_no_harm(body: str) -> None:
    assert refused("a.rtf", rtf("start " + body)) == ""
