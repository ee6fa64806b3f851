from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.model import SourceType
from searchapp.sources.builder import ENTRY_BYTES, DocumentBuilder, TextMemory, clean
from searchapp.sources.parsed import Parsed


def build(builder: DocumentBuilder, title: str = "", stem: str = "stem") -> Parsed:
    return builder.build(SourceType.TEXT, title=title, stem=stem, language="en")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("e\u0301", "é"),
        ("a\x00b\x07c", "abc"),
        ("a\ud800b", "ab"),
        ("\ue000forged\ue001", "forged"),
        ("soft\u00adhyphen zero\u200bwidth\ufeff", "softhyphen zerowidth"),
        ("a  \t b \n  c\r\n\r\n\r\n\r\nd", "a b\nc\n\nd"),
        ("a\u2028b\x85c\u00a0d", "a\nb\nc d"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_text_is_cleaned(raw: str, expected: str) -> None:
    assert clean(raw) == expected


def test_verbatim_text_keeps_indentation_and_tabs() -> None:
    assert clean("\ndef f():\n    return  1   \n\tx\n", verbatim=True) == "def f():\n    return  1\n\tx"


def test_headings_build_paths_and_begin_their_sections() -> None:
    builder = DocumentBuilder()
    builder.add("before")
    builder.heading(1, "One")
    builder.add("text")
    builder.heading(3, "Deep")
    builder.heading(2, "Two")
    builder.add("more")
    builder.heading(1, "Three")
    parsed = build(builder)
    assert [(s.headings, parsed.text[s.start : s.end]) for s in parsed.sections] == [
        ((), "before"),
        (("One",), "One\n\ntext"),
        (("One", "Deep"), "Deep"),
        (("One", "Two"), "Two\n\nmore"),
        (("Three",), "Three"),
    ]


def test_equal_headings_in_succession_stay_apart() -> None:
    builder = DocumentBuilder()
    for text in ("first", "second"):
        builder.heading(2, "Example")
        builder.add(text)
    assert len(build(builder).sections) == 2


def test_pieces_of_one_page_and_path_share_a_section() -> None:
    builder = DocumentBuilder()
    builder.add("a", ("H",), 1)
    builder.add("b", ("H",), 1)
    builder.add("c", ("H",), 2)
    parsed = build(builder)
    assert [(s.page, parsed.text[s.start : s.end]) for s in parsed.sections] == [(1, "a\n\nb"), (2, "c")]


def test_title_falls_back_to_heading_then_stem() -> None:
    empty, headed = DocumentBuilder(), DocumentBuilder()
    headed.heading(2, "A\n heading")
    assert build(empty).title == "stem"
    assert build(headed).title == "A heading"
    assert build(headed, title=" Given\n title ").title == "Given title"


PIECES = st.lists(
    st.tuples(
        st.text(alphabet=st.characters(), max_size=40),
        st.sampled_from(["add", "verbatim", "heading"]),
        st.integers(1, 3),
        st.one_of(st.none(), st.integers(1, 3)),
    ),
    max_size=12,
)


@given(PIECES)
def test_sections_cover_all_text_in_order(pieces: list[tuple[str, str, int, int | None]]) -> None:
    builder = DocumentBuilder()
    expected = []
    for text, verb, level, page in pieces:
        if verb == "heading":
            builder.heading(level, text, page)
        else:
            builder.add(text, page=page, verbatim=verb == "verbatim")
        expected.append("".join(clean(text).split()))
    parsed = build(builder)
    position = 0
    for section in parsed.sections:
        assert section.start < section.end
        assert not parsed.text[position : section.start].strip()
        position = section.end
    assert position == len(parsed.text)
    assert "".join(parsed.text.split()) == "".join(expected)
    assert unicodedata.is_normalized("NFC", parsed.text)
    parsed.text.encode()


def test_radicals_become_the_characters_they_look_like() -> None:
    builder = DocumentBuilder()
    builder.add("使⽤率与⽂档")
    assert builder.build(SourceType.TEXT, title="", stem="x").text == "使用率与文档"


def test_ligatures_become_their_letters() -> None:
    builder = DocumentBuilder()
    builder.add("\ufb02ood-stage of the \ufb01rst o\ufb03ce")
    assert builder.build(SourceType.TEXT, title="", stem="x").text == "flood-stage of the first office"


def test_the_longest_unused_texts_go_first() -> None:
    memory = TextMemory(3 * (ENTRY_BYTES + 100) / (1 << 20))
    for name in (b"a", b"b", b"c"):
        memory.remember(name, name.decode())
    assert memory.get(b"a") == "a"
    memory.remember(b"d", "d")
    assert [memory.get(name) for name in (b"a", b"b", b"c", b"d")] == ["a", None, "c", "d"]


def test_a_text_larger_than_the_memory_costs_nothing_that_is_in_it() -> None:
    memory = TextMemory(3 * (ENTRY_BYTES + 100) / (1 << 20))
    memory.remember(b"a", "a")
    memory.remember(b"b", "b" * 2000)
    assert memory.get(b"a") == "a" and memory.get(b"b") is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mERROR\x1b[0m gate stopped", "ERROR gate stopped"),
        ("\x1b[0;1;38;5;196m错误\x1b[m：门已停", "错误：门已停"),
        ("\x1b[2K\x1b[1Gdone \x1b[?25h", "done"),
        ("\x1b]8;;http://a.example/x\x1b\\link\x1b]8;;\x1b\\ \x1b]0;title\x07here", "link here"),
        ("\x1b(B\x1b[mplain", "plain"),
        ("\x9b32mgreen", "green"),
        ("a[31m] is no colour", "a[31m] is no colour"),
        ("\x1b", ""),
    ],
)
def test_what_a_terminal_obeys_is_no_text(written: str, shown: str) -> None:
    assert clean(written, verbatim=True).strip() == shown


def test_every_radical_becomes_the_character_that_it_stands_for() -> None:
    assert clean("⻔⻋⻛⻅⻩⻚⻢⻥⻦⻓⻰⻨⻉⻘⻝⻬⻙⻜⻤⻆⻣") == "门车风见黄页马鱼鸟长龙麦贝青食齐韦飞鬼角骨"
    assert clean("⼀⼁⽤⿕") == "一丨用龠"
    radicals = "".join(map(chr, [*range(0x2E81, 0x2E9A), *range(0x2E9B, 0x2EF4), *range(0x2F00, 0x2FD6)]))
    assert not set(clean(radicals)) & set(radicals)
