"""Word's automatic numbers, as Word counts and writes them."""

from __future__ import annotations

import pytest

from searchapp.sources.formats.word.labels import number_label
from tests.sources.formats.test_word import headings, p, read


def level(index: int, kind: str, text: str, more: str = "") -> str:
    start = "" if "w:start" in more else '<w:start w:val="1"/>'
    return f'<w:lvl w:ilvl="{index}">{start}<w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>{more}</w:lvl>'


def definitions(*levels: str, nums: str = "") -> str:
    return (
        f'<w:numbering><w:abstractNum w:abstractNumId="7">{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>{nums}</w:numbering>'
    )


def item(text: str, index: int = 0, list_: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{index}"/><w:numId w:val="{list_}"/></w:numPr>')


def test_numbers_go_on_over_an_interruption_and_begin_anew_below() -> None:
    numbering = definitions(level(0, "lowerLetter", "(%1)"), level(1, "lowerRoman", "(%2)"))
    body = item("fuel") + item("diesel", 1) + item("petrol", 1) + p("Between.") + item("lamp") + item("oil", 1)
    text = "(a) fuel\n  (i) diesel\n  (ii) petrol\n\nBetween.\n\n(b) lamp\n  (i) oil"
    assert read(body, {"numbering.xml": numbering}).text == text


def test_headings_are_numbered_through_their_styles() -> None:
    numbering = definitions(
        level(0, "chineseCounting", "第%1条", '<w:pStyle w:val="A"/>'),
        level(1, "decimal", "%1.%2", '<w:isLgl/><w:pStyle w:val="B"/>'),
    )
    styles = "".join(
        f'<w:style w:styleId="{key}"><w:name w:val="heading {n}"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        for n, key in enumerate("AB", start=1)
    )
    body = "".join(
        p(text, f'<w:pStyle w:val="{key}"/>') + p("Text.")
        for key, text in [("A", "总则"), ("A", "责任"), ("B", "Limits")]
    )
    parsed = read(body, {"numbering.xml": numbering, "styles.xml": f"<w:styles>{styles}</w:styles>"})
    assert headings(parsed) == ["第一条 总则", "第二条 责任", "2.1 Limits"]


def test_a_list_may_begin_elsewhere_and_lists_share_what_they_count() -> None:
    nums = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
        '</w:num><w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>'
    )
    numbering = definitions(level(0, "decimal", "%1)", '<w:start w:val="3"/>'), nums=nums)
    body = item("a") + item("b", list_=3) + item("c", list_=2) + item("d", list_=2) + item("e", list_=9)
    assert read(body, {"numbering.xml": numbering}).text == "3) a\n4) b\n5) c\n6) d\n\ne"


def test_a_level_may_go_on_while_those_above_it_count() -> None:
    numbering = definitions(level(0, "upperRoman", "%1."), level(1, "decimal", "§ %2", '<w:lvlRestart w:val="0"/>'))
    body = item("One") + item("a", 1) + item("Two") + item("b", 1)
    assert read(body, {"numbering.xml": numbering}).text == "I. One\n  § 1 a\nII. Two\n  § 2 b"


def test_bullets_hidden_numbers_and_none() -> None:
    numbering = definitions(
        level(0, "bullet", "\uf0b7"), level(1, "none", ""), level(2, "decimal", "%3.", "<w:rPr><w:vanish/></w:rPr>")
    )
    body = item("dot") + item("nothing", 1) + item("hidden", 2) + item("no list", 0, 0)
    assert read(body, {"numbering.xml": numbering}).text == "- dot\n\nnothing\n\nhidden\n\nno list"


def test_a_list_style_lends_its_levels() -> None:
    numbering = (
        f'<w:numbering><w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="L"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="2">{level(0, "decimal", "Art. %1")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num></w:numbering>'
    )
    styles = (
        '<w:styles><w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    assert (
        read(item("One") + item("Two"), {"numbering.xml": numbering, "styles.xml": styles}).text
        == "Art. 1 One\nArt. 2 Two"
    )


@pytest.mark.parametrize(
    ("kind", "number", "label"),
    [
        ("decimal", 12, "12"),
        ("decimalZero", 7, "07"),
        ("lowerLetter", 28, "bb"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("ordinal", 22, "22nd"),
        ("ordinal", 113, "113th"),
        ("cardinalText", 42, "Forty-two"),
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 12, "十二"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCounting", 1010, "一千零一十"),
        ("chineseLegalSimplified", 21, "贰拾壹"),
        ("ideographDigital", 10, "一〇"),
        ("ideographTraditional", 3, "丙"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalEnclosedCircle", 30, "30"),
        ("lowerRoman", 900_000, "900000"),
        ("lowerLetter", 0, "0"),
        ("none", 4, ""),
        ("somethingElse", 4, "4"),
    ],
)
def test_numbers_are_written_as_their_format_says(kind: str, number: int, label: str) -> None:
    assert number_label(number, kind) == label
