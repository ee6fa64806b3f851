from __future__ import annotations

import pytest

from tests.sources.formats.reading import headings, read


def test_restructured_text_has_headings() -> None:
    parsed = read("a.rst", "=====\nTitle\n=====\n\nIntro.\n\nPart\n----\n\nBody\n\n| a\n\nOther\n-----\n")
    assert headings(parsed) == [("Title",), ("Title", "Part"), ("Title", "Other")]
    assert parsed.title == "Title"
    assert "=====" not in parsed.text and "Intro." in parsed.text


def test_a_chinese_title_may_have_a_line_of_half_its_columns() -> None:
    assert headings(read("a.rst", "总则\n====\n\n一。\n\n适用范围\n----\n\n二。\n")) == [
        ("总则",),
        ("总则", "适用范围"),
    ]


def test_asciidoc_has_headings() -> None:
    parsed = read("a.adoc", "= Title\n\nIntro.\n\n== Part ==\n\nBody == no heading\n\n// a remark\n")
    assert headings(parsed) == [("Title",), ("Title", "Part")]
    assert parsed.title == "Title" and "Body == no heading" in parsed.text and "remark" not in parsed.text


@pytest.mark.parametrize("fence", ["----", "....", "++++", "|===", "```", "------"])
def test_no_line_of_an_asciidoc_block_is_a_heading(fence: str) -> None:
    opening = "```sh" if fence == "```" else fence
    parsed = read("a.adoc", f"== Part\n\n{opening}\nfirst\n\n== still code\n{fence}\n\n== Next\n\nend\n")
    assert headings(parsed) == [("Part",), ("Next",)]
    assert "first\n\n== still code" in parsed.text


def test_a_comment_block_of_asciidoc_is_left_out() -> None:
    assert read("a.adoc", "== Part\n\n////\nnot said\n////\n\nsaid\n").text == "Part\n\nsaid"


def test_code_in_restructured_text_is_no_heading() -> None:
    parsed = read("a.rst", "Title\n=====\n\nAn example::\n\n    not one\n    =======\n\nend\n")
    assert headings(parsed) == [("Title",)] and "    not one\n    =======" in parsed.text


def test_org_has_headings_and_its_code_has_none() -> None:
    parsed = read(
        "notes.org",
        "#+TITLE: 值班手册\n* 交接 :work:\n:PROPERTIES:\n:ID: 7\n:END:\n先看日志。\n#+begin_src sh\n* no heading\n#+end_src\n"
        "** Checks\nmore\n",
    )
    assert headings(parsed) == [("值班手册",), ("值班手册", "交接"), ("值班手册", "交接", "Checks")]
    assert "* no heading" in parsed.text and ":ID:" not in parsed.text
