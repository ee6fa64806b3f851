from __future__ import annotations

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import read, refused

PAGE = (
    "From: <Saved by Blink>\nSubject: x\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nMIME-Version: 1.0\nContent-Type: {kind}; "
    'type="text/html"; boundary="B"\n\n--B\nContent-Type: text/html; charset={charset}\nContent-Transfer-Encoding: '
    "quoted-printable\nContent-ID: <one>\n\n<html><body><h1>Gate</h1><p>{text}</p></body></html>\n--B\n"
    "Content-Type: text/html\nContent-ID: <two>\n\n<p>The frame.</p>\n--B\nContent-Type: image/png\n"
    "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--B--\n"
)


@pytest.mark.parametrize("name", ["page.mht", "page.mhtml"])
def test_the_page_among_the_parts_is_read(name: str) -> None:
    parsed = read(
        name, PAGE.format(kind="multipart/related", charset="utf-8", text="Opens at nine =E4=BD=A0=E5=A5=BD.")
    )
    assert parsed.type is SourceType.HTML
    assert parsed.text == "Gate\n\nOpens at nine 你好."
    assert parsed.modified is not None and parsed.modified.year == 2024


def test_its_part_says_its_encoding() -> None:
    assert "你好" in read("a.mht", PAGE.format(kind="multipart/related", charset="gb2312", text="=C4=E3=BA=C3")).text


def test_the_part_that_is_named_as_the_start_is_the_page() -> None:
    data = PAGE.format(kind='multipart/related; start="<two>"', charset="utf-8", text="x")
    assert read("a.mht", data).text == "The frame."


def test_a_plain_page_under_its_name_is_read_as_one() -> None:
    assert read("a.mht", "<html><body><p>Plain words.</p></body></html>").text == "Plain words."


def test_what_holds_no_page_is_refused() -> None:
    assert refused("a.mht", "MIME-Version: 1.0\nContent-Type: text/plain\n\nwords") == "format_damaged"


def test_parts_inside_each_other_without_end_are_refused() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    assert refused("a.mht", nested) == "nested_too_deep"
