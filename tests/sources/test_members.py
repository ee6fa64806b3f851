"""Files inside a document: read within bounds that all depths share, and named where they are not."""

from __future__ import annotations

import pytest

from searchapp.messages import shown
from searchapp.model import SourceType
from searchapp.sources import members
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.members import Member, may_read, read_members
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions


def read(*inside: Member, source: ParserInput | None = None) -> Parsed:
    builder = DocumentBuilder()
    builder.add("A letter.")
    read_members(builder, source or ParserInput("/in/letter.eml", b"x"), inside)
    builder.add("Its end.")
    return builder.build(SourceType.EMAIL, title="A letter", stem="letter")


def test_each_is_read_under_its_name_with_its_own_headings() -> None:
    parsed = read(Member("费用.csv", "泊位,费用\n北,77\n南,80\n".encode()), Member("a.md", b"# Rules\n\nKeep off."))
    headings = [one.headings for one in parsed.sections]
    assert (("费用.csv",), ("泊位 | 费用",)) in [(one.headings, one.table) for one in parsed.sections]
    assert ("a.md: Rules", "Rules") in headings
    assert headings[0] == headings[-1] == ()
    assert "北 | 77" in parsed.text and not parsed.note


def test_what_cannot_be_read_is_named() -> None:
    parsed = read(Member("p.exe", b"MZ\x90\x00\x00"), Member("blank.txt", b"  "), Member("", b"MZ\x90", "video/x"))
    assert shown(parsed.note) == "Not read of what is inside it: p.exe, blank.txt, video/x."
    assert shown(parsed.note, "zh") == "其中未读取的内容：p.exe、blank.txt、video/x。"


def test_the_number_the_size_and_the_depth_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST_FILES", 2)
    parsed = read(*(Member(f"{n}.txt", b"word") for n in range(5)))
    assert shown(parsed.note).endswith("left out: 2.txt, 3.txt, 4.txt.")
    small = ParserInput("/in/a.eml", b"x", options=ParserOptions(max_bytes=10))
    assert may_read(small, 6) and not may_read(small, 6)
    assert not may_read(ParserInput("a", b"x", depth=members.DEEPEST), 1)


def test_the_note_of_one_says_whose_it_is() -> None:
    def inner(source: ParserInput) -> Parsed:
        builder = DocumentBuilder()
        builder.add("Text.")
        read_members(builder, source, [Member("deep.exe", b"MZ\x90")])
        return builder.build(SourceType.TEXT, title="", stem=source.stem)

    parsed = read(Member("inner.txt", read=inner))
    assert shown(parsed.note) == "In inner.txt: Not read of what is inside it: deep.exe."


def test_a_parser_that_breaks_costs_one_file() -> None:
    def broken(_: ParserInput) -> Parsed:
        raise ZeroDivisionError

    parsed = read(Member("b.dat", read=broken), Member("a.txt", b"Word."))
    assert "Word." in parsed.text and "b.dat" in shown(parsed.note)
