"""Chapters of e-books have the titles that the table of contents gives them."""

from __future__ import annotations

import pytest

from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput
from tests.sources.office_files import epub

ONE, TWO = "<p>It was dark.</p>", "<p id='a'>第二章 光</p><p>It was light.</p><div id='b'><p>And day.</p></div>"


def entry(target: str, title: str, *below: str) -> tuple[str, str]:
    """A line of the contents as EPUB 3 and as EPUB 2 write it."""
    return (
        f'<li><a href="{target}">{title}</a>{"<ol>" + "".join(below) + "</ol>" if below else ""}</li>',
        f'<navPoint><navLabel><text>{title}</text></navLabel><content src="../{target}"/>{"".join(below)}</navPoint>',
    )


@pytest.mark.parametrize("is_new", [True, False])
def test_chapters_without_headings_are_named_by_the_contents(is_new: bool) -> None:
    which = 0 if is_new else 1
    lines = (
        entry("1.xhtml", "The Night")[which]
        + entry("2.xhtml#a", "第二章  光", entry("2.xhtml#b", "Noon")[which])[which]
        + entry("gone.xhtml", "Nowhere")[which]
    )
    contents = {"nav": f"<ol>{lines}</ol>"} if is_new else {"ncx": f"<navMap>{lines}</navMap>"}
    parsed = parse(ParserInput("/in/a.epub", epub({"1.xhtml": ONE, "2.xhtml": TWO}, **contents)))
    assert parsed.text == "The Night\n\nIt was dark.\n\n第二章 光\n\nIt was light.\n\nNoon\n\nAnd day."
    assert [one.headings for one in parsed.sections] == [("The Night",), ("第二章 光",), ("第二章 光", "Noon")]


def test_headings_of_the_chapters_themselves_stay() -> None:
    lines = entry("1.xhtml", "The Night")[0] + entry("2.xhtml#a", "Light")[0]
    chapters = {
        "1.xhtml": "<div><h2>Chapter One</h2></div><p>Dark.</p>",
        "2.xhtml": "<h1><a id='a'></a>II. Light</h1><p>Day.</p>",
    }
    parsed = parse(ParserInput("/in/a.epub", epub(chapters, nav=f"<ol>{lines}</ol>")))
    assert [one.headings for one in parsed.sections] == [("Chapter One",), ("II. Light",)]


def test_contents_that_are_broken_cost_nothing() -> None:
    for contents in ({"nav": "<ol><li><a>"}, {"ncx": "<navMap><navPoint/></navMap>"}):
        parsed = parse(ParserInput("/in/a.epub", epub({"1.xhtml": ONE}, **contents)))
        assert parsed.text == "It was dark."
