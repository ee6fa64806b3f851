from __future__ import annotations

import datetime as dt

import pytest

from searchapp.sources.builder import TextMemory
from searchapp.sources.formats import markdown
from searchapp.sources.formats.markdown import parse_markdown
from searchapp.sources.parsed import Parsed, ParserInput


def parse(text: str) -> Parsed:
    return parse_markdown(ParserInput("/in/page.md", text.encode()))


def test_front_matter_is_metadata_and_not_text() -> None:
    parsed = parse('---\ntitle: "A: title" # note\ndate: 2021-03-04\nlang: pt-BR\nlist:\n- x\n---\n# Head\n\nBody')
    assert (parsed.title, parsed.language) == ("A: title", "pt")
    assert parsed.modified == dt.datetime(2021, 3, 4, tzinfo=dt.UTC)
    assert parsed.text == "Head\n\nBody"


def test_toml_front_matter() -> None:
    parsed = parse("+++\ntitle = 'T'\ndate = 2020-01-02T03:04:05+02:00\n+++\nBody")
    assert parsed.title == "T"
    assert parsed.modified == dt.datetime(2020, 1, 2, 1, 4, 5, tzinfo=dt.UTC)


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert "between the rules" in parse("---\n\nbetween the rules\n\n---\nafter").text


def test_a_title_alone_is_the_text() -> None:
    assert parse("---\ntitle: Concepts\n---\n").text == "Concepts"


def test_comments_are_dropped_with_all_that_is_in_them() -> None:
    parsed = parse(
        "<!-- overview -->\n<!--\n## English\n\nold text\n\n```\ncode\n```\n-->\n## 标题\n\n正文<!-- x -->继续"
    )
    assert parsed.text == "标题\n\n正文继续"


def test_comment_marks_inside_code_stay() -> None:
    parsed = parse("Use `<!--` and `-->`.\n\n```html\n<!-- kept -->\n```\n")
    assert parsed.text == "Use <!-- and -->.\n\n<!-- kept -->"


def test_headings_make_paths() -> None:
    parsed = parse("intro\n\n# One #\n\ntext\n\n## Two *with* `code` {#anchor}\n\nmore\n\nThree\n=====\n\nlast")
    assert [s.headings for s in parsed.sections] == [(), ("One",), ("One", "Two with code"), ("Three",)]
    for section in parsed.sections[1:]:
        assert parsed.text[section.start : section.end].startswith(section.headings[-1])
    assert parsed.title == "One"


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_code_is_verbatim_and_holds_no_headings(fence: str) -> None:
    code = "# not a heading\ndef f():\n    return  '{{< x >}}'"
    parsed = parse(f"before\n\n{fence}python\n{code}\n{fence}\n\nafter")
    assert parsed.text == f"before\n\n{code}\n\nafter"
    assert len(parsed.sections) == 1


def test_markup_becomes_reading_text() -> None:
    parsed = parse('A **bold** _word_, a [link](http://x.org "t"), ![a cat](c.png), ~~old~~, <b>tag</b> &amp; `a*b`.')
    assert parsed.text == "A bold word, a link, a cat, old, tag & a*b."


def test_lists_and_tables() -> None:
    parsed = parse("- one\n- two\n  1. deep\n\n     ```\n     code\n     ```\n\n| a | b |\n|---|---|\n| 1 | [2](x) |\n")
    assert parsed.text == "- one\n- two\n  1. deep\n    code\n\na | b\n1 | 2"


def test_html_blocks_lose_their_tags() -> None:
    parsed = parse(
        "<div>\n<p>One</p><p>Two</p>\n<table><tr><td>a</td><td>b</td></tr></table>\n<style>x{}</style>\n</div>"
    )
    assert parsed.text.split() == ["One", "Two", "a", "|", "b"]


def test_shortcodes_keep_what_is_read() -> None:
    parsed = parse(
        '## {{% heading "prerequisites" %}}\n\n{{< note >}}\nA {{< glossary_tooltip\n text="Pod" term_id="pod" >}} '
        "runs.\n"
        "{{< /note >}}\n"
    )
    assert parsed.text == "Prerequisites\n\nA Pod runs."


def test_deep_nesting_loses_nothing() -> None:
    assert "deepest" in parse("> " * 60 + "deepest").text


def test_documents_in_other_encodings() -> None:
    parsed = parse_markdown(ParserInput("a.md", "# 第一章\r\n\r\n今天天气很好。".encode("gb18030")))
    assert (parsed.title, parsed.text, parsed.language) == ("第一章", "第一章\n\n今天天气很好。", "zh")


def test_what_was_read_before_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """What brackets mean hangs on definitions elsewhere in the document."""
    monkeypatch.setattr(markdown, "MEMORY", memory := TextMemory(1))
    body = "# A *heading*\n\nSee [the guide][1], `code` and\nmore.\n\n| [1] | b |\n|---|---|\n| ~~c~~ | d |\n"
    defined = body + "\n[1]: https://example.org\n"
    texts = [parse(one).text for one in (body, defined, body, defined)]
    assert texts[:2] == texts[2:]
    assert "See [the guide][1], code and more." in texts[0] and "See the guide, code and more." in texts[1]
    assert len(memory) == 8
