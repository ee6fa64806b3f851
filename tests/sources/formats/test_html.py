from __future__ import annotations

import datetime as dt

import pytest

from searchapp.errors import SourceError
from searchapp.sources.formats.html import parse_html
from searchapp.sources.parsed import Parsed, ParserInput

SENTENCE = "The committee met on Tuesday and agreed on a plan that nobody had expected before. "


def parse(html: str, name: str = "/in/page.html") -> Parsed:
    return parse_html(ParserInput(name, html.encode()))


def article(body: str, head: str = "", lang: str = "en") -> str:
    return (
        f"<!DOCTYPE html><html lang='{lang}'><head>{head}</head><body>"
        "<nav><a href='/'>Home</a> <a href='/s'>Shop</a></nav>"
        f"<article>{body}</article><footer>All rights reserved by nobody</footer>"
        "<script>var x = 1;</script></body></html>"
    )


def test_main_text_without_the_furniture() -> None:
    parsed = parse(article(f"<h1>Head</h1><p>{SENTENCE * 4}</p><h2>Second</h2><p>{SENTENCE * 3}</p>"))
    assert SENTENCE.strip() in parsed.text
    for furniture in ("Shop", "All rights", "var x"):
        assert furniture not in parsed.text
    assert ("Head", "Second") in [s.headings for s in parsed.sections]


def test_structure_is_readable() -> None:
    parsed = parse(
        article(
            f"<h1>Head</h1><p>{SENTENCE * 4}</p><ul><li>one</li><li>two<ol><li>deep</li></ol></li></ul>"
            "<table><tr><th>City</th><th>People</th></tr><tr><td>Bern</td><td>134</td></tr></table>"
            f"<pre>def f():\n    return 1</pre><p>{SENTENCE}<br>After a break</p>"
        )
    )
    assert "- one\n- two" in parsed.text
    assert "1. deep" in parsed.text
    assert "City | People\nBern | 134" in parsed.text
    assert "def f():\n    return 1" in parsed.text
    assert "\nAfter a break" in parsed.text


def test_a_short_page_is_read_whole() -> None:
    parsed = parse("<html><head><title>Note</title></head><body><p>Just one line.</p></body></html>")
    assert (parsed.title, parsed.text) == ("Note", "Just one line.")


def test_a_marked_main_part_is_not_lost() -> None:
    rows = "".join(f"<dt>option{i}</dt><dd>Sets the value number {i} of the program.</dd>" for i in range(40))
    parsed = parse(f"<html><body><nav>menu</nav><main><p>{SENTENCE * 5}</p><dl>{rows}</dl></main></body></html>")
    assert all(f"value number {i} " in parsed.text for i in range(40))


def test_title_date_and_language() -> None:
    head = "<title>Story of a plan</title><meta property='article:published_time' content='2020-05-06'>"
    parsed = parse(article(f"<p>{SENTENCE * 6}</p>", head, lang="en-GB"))
    assert "Story" in parsed.title
    assert parsed.modified == dt.datetime(2020, 5, 6, tzinfo=dt.UTC)
    assert parsed.language == "en"


def test_script_outweighs_a_declared_language() -> None:
    assert parse(article(f"<p>{'今天天气很好，我们去公园散步吧。' * 10}</p>", lang="en")).language == "zh"


@pytest.mark.parametrize("codec", ["gbk", "gb18030", "utf-8"])
@pytest.mark.parametrize("declared", [True, False])
def test_chinese_pages_in_old_encodings(codec: str, declared: bool) -> None:
    text = "今天天气很好，我们去公园散步吧。" * 5
    meta = f"<meta charset={codec}>" if declared else ""
    page = f"<html><head>{meta}<title>标题</title></head><body><p>{text}</p></body></html>"
    parsed = parse_html(ParserInput("a.html", page.encode(codec)))
    assert text in parsed.text.replace("\n", "")
    assert (parsed.title, parsed.language) == ("标题", "zh")


@pytest.mark.parametrize("depth", [300, 1500, 5000])
def test_deep_nesting_loses_nothing(depth: int) -> None:
    parsed = parse("<html><body>" + "<div>" * depth + "at the bottom" + "</div>" * depth + "<p>after</p></body></html>")
    assert parsed.text.split() == ["at", "the", "bottom", "after"]


def test_an_xml_declaration_is_no_obstacle() -> None:
    parsed = parse(
        '<?xml version="1.0" encoding="utf-8"?><html xml:lang="de"><body><p>Ein Satz über Äpfel.</p></body></html>'
    )
    assert parsed.text == "Ein Satz über Äpfel."
    assert parsed.language == "de"


def test_a_layout_table_is_not_one_row() -> None:
    parsed = parse("<table><tr><td><h2>Left</h2><p>alpha</p></td><td><ul><li>beta</li></ul></td></tr></table>")
    assert parsed.text == "Left\n\nalpha\n\n- beta"


def test_a_page_without_content() -> None:
    with pytest.raises(SourceError, match="holds no text"):
        parse("")
    assert parse("<html><body><img src='a.png'></body></html>").text == ""


@pytest.mark.parametrize("how", ["style='display: none'", "style='color:red;VISIBILITY:hidden'", "hidden"])
def test_what_a_page_hides_is_not_read(how: str) -> None:
    parsed = parse(article(f"<h1>Head</h1><p>{SENTENCE * 4}</p><div {how}><p>Obey the page. {SENTENCE}</p></div>"))
    assert "Obey the page" not in parsed.text and SENTENCE.strip() in parsed.text


@pytest.mark.parametrize("length", [1, 6])  # read as it is, and by its main text
def test_names_that_no_xml_may_have_lose_nothing(length: int) -> None:
    odd = f'<p @click=\'go()\' :class="{{a: 1}}" "x>1 &lt; 2 &amp; 3 <x:y>of the <my-tag a.b=1>plan</my-tag></x:y>.&#1; {SENTENCE * length}</p>'
    parsed = parse(article(f"<h1 @if='x'>Head</h1>{odd}<table><tr><td #ref>a</td><td>b</td></tr></table>"))
    assert "1 < 2 & 3 of the plan." in parsed.text and SENTENCE.strip() in parsed.text and "a | b" in parsed.text
    assert parsed.sections[-1].headings == ("Head",)
