"""Attribute lists of Markdown's dialects leave the text, and what only looks like one stays."""

import pytest

from searchapp.sources.formats.markdown import markdown_html, parse_markdown
from searchapp.sources.parsed import ParserInput


def source(text: str) -> ParserInput:
    return ParserInput("page.md", text.encode())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# Title {#top}", "<h1>Title</h1>"),
        ("## What is next {#what-is-next.v1 .big data-x=1}", "<h2>What is next</h2>"),
        ("Under {#two}\n=====", "<h1>Under</h1>"),
        ("# 安装 {#install}", "<h1>安装</h1>"),
        ("### Kramdown {: #kram .x}", "<h3>Kramdown</h3>"),
        ("{: .note}\nNoted", "<p>Noted</p>"),
        ("Noted\n{: .note}", "<p>Noted</p>"),
        ("[a](https://e.org){target='_blank'}", 'nofollow">a</a></p>'),
        ("![plan](x.png){width=50%} beside", '<p><img alt="plan"> beside</p>'),
        ("`code`{.py}", "<p><code>code</code></p>"),
        ("# Loop {#each items}", "<h1>Loop {#each items}</h1>"),
        ("# Set {1, 2}", "<h1>Set {1, 2}</h1>"),
        ("A set {.} of `x` {#y}", "<p>A set {.} of <code>x</code> {#y}</p>"),
        ("```\n# In code {#stays}\n```", "# In code {#stays}"),
    ],
)
def test_lists_of_attributes_are_no_words(written: str, read: str) -> None:
    assert read in markdown_html(source(written + "\n"))


def test_headings_of_passages_have_none() -> None:
    parsed = parse_markdown(source("# Title {#top .big}\n\nText\n\n{: .note}\n\n## Part {: #part}\n\nMore\n"))
    assert [section.headings for section in parsed.sections] == [("Title",), ("Title", "Part")]
    assert "{" not in parsed.text
