from __future__ import annotations

from searchapp.sources.formats.text import parse_text
from searchapp.sources.parsed import ParserInput


def test_paragraphs_keep_their_layout() -> None:
    parsed = parse_text(ParserInput("/in/note.txt", b"a  b\r\n  c\r\n\r\n\r\nsecond"))
    assert parsed.text == "a  b\n  c\n\nsecond"
    assert (parsed.title, parsed.pages) == ("note", None)


def test_form_feeds_are_pages() -> None:
    parsed = parse_text(ParserInput("a.txt", b"one\n\x0c\n\x0cthree\x0c"))
    assert parsed.pages == 3
    assert [(s.page, parsed.text[s.start : s.end]) for s in parsed.sections] == [(1, "one"), (3, "three")]
