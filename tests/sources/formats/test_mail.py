"""Letters: every part that is text, whatever it is inside of, and what is attached to them."""

from __future__ import annotations

import base64
import datetime as dt
import struct

import pytest
from compressed_rtf import compress

from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.formats.mail.headers import header_text
from searchapp.sources.formats.mail.letter import Body, fullest
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sniff import SUFFIXES
from tests.sources.office_files import docx
from tests.sources.ole_files import msg, ole

HEAD = "From: a@example.org\nSubject: s\nMIME-Version: 1.0\n"


def read(letter: str | bytes, charset: str = "utf-8") -> Parsed:
    return parse(ParserInput("/in/a.eml", letter if isinstance(letter, bytes) else letter.encode(charset)))


def multipart(kind: str, *parts: str, mark: str = "b") -> str:
    inner = "".join(f"--{mark}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={mark}\n\n{inner}--{mark}--\n"


def plain(text: str) -> str:
    return f"Content-Type: text/plain; charset=utf-8\n\n{text}"


def html(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n<html><body>{text}</body></html>"


def attached(kind: str, name: str, data: bytes) -> str:
    return (
        f'Content-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\nContent-Transfer-Encoding: base64\n\n'
        f"{base64.b64encode(data).decode()}"
    )


def body(letter: str) -> str:
    return read(HEAD + letter).text.removeprefix("From: a@example.org").strip()


@pytest.mark.parametrize(
    ("letter", "text"),
    [
        (multipart("mixed", plain("First."), plain("会议在 4711 室。")), "First.\n\n会议在 4711 室。"),
        (multipart("mixed", plain("First."), html("<p>Second.</p>"), plain("Third.")), "First.\n\nSecond.\n\nThird."),
        (multipart("alternative", plain("The same words."), html("<p>The same words.</p>")), "The same words."),
        (multipart("alternative", plain("This needs an HTML program."), html("<p>Ice until 2 April.</p>")), "Ice until 2 April."),
        (multipart("alternative", plain("请用浏览器查看。"), html("<p>冰期于四月二日结束。</p>")), "冰期于四月二日结束。"),
        (
            multipart("alternative", plain("View in your browser"), html(f"<a>View in your browser</a><p>{'News. ' * 9}</p>")),
            "View in your browser\n\n" + "News. " * 8 + "News.",
        ),
        (multipart("alternative", plain(" "), html("<p>Only here.</p>")), "Only here."),
        (multipart("alternative", plain("word " * 120), html("<p>Other things entirely.</p>")), "word " * 119 + "word\n\nOther things entirely."),
        (
            multipart("signed", multipart("alternative", plain("In two."), html("<p>In two.</p>"), mark="c"),
                      attached("application/pgp-signature", "s.asc", b"x")),
            "Attachments: s.asc\n\nIn two.",
        ),
        (multipart("related", html("<p>Look:</p>"), "Content-Type: image/png\nContent-ID: <x>\n\nx"), "Look:"),
    ],
)  # fmt: skip
def test_all_text_of_a_letter_is_read(letter: str, text: str) -> None:
    assert " ".join(body(letter).split()) == " ".join(text.split())
    assert not read(HEAD + letter).note


def test_letters_inside_letters_are_read_under_their_subjects() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: boss@example.org\nSubject: =?utf-8?b?6K645Y+v6K+B?=\n\nThe number is CP-5521."
    digest = multipart(
        "digest", "\nFrom: x@example.org\nSubject: One\n\nFirst letter.", "\nSubject: Two\n\nSecond.", mark="c"
    )
    parsed = read(HEAD + multipart("mixed", plain("See below."), inner, digest))
    assert [one.headings for one in parsed.sections] == [(), ("许可证",), ("One",), ("Two",)]
    assert "Attachments: 许可证, One, Two" in parsed.text
    assert all(words in parsed.text for words in ("boss@example.org", "CP-5521", "First letter.", "Second."))


def test_attached_documents_are_read_and_what_is_not_is_named() -> None:
    letter = multipart(
        "mixed",
        plain("See the files."),
        attached("text/csv", "fees.csv", b"Berth;Fee\nNorth;77\n"),
        attached("application/octet-stream", "limits.docx", docx("Nine tonnes.")),
        attached("application/zip", "winmail.dat", b"\x78\x9f\x3e\x22\x00\x01"),
        attached("text/plain; charset=gbk", "notes.txt", "备注。".encode("gbk")),
    )
    parsed = read(HEAD + letter)
    headings = [one.headings[:1] for one in parsed.sections]
    assert headings[0] == () and ("fees.csv",) in headings and ("limits.docx",) in headings
    assert all(words in parsed.text for words in ("North | 77", "Nine tonnes.", "备注。"))
    assert shown(parsed.note) == "Not read of what is inside it: winmail.dat."


def test_what_a_server_says_of_a_delivery_is_read() -> None:
    status = "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; b@example.org\nStatus: 5.1.1"
    assert "Status: 5.1.1" in body(multipart("report", plain("It failed."), status))


@pytest.mark.parametrize("charset", ["gbk", "big5", "shift_jis", "cp1251"])
def test_bare_bytes_in_headers_are_read_in_the_letters_charset(charset: str) -> None:
    subject, name = {"cp1251": ("Порт закрыт", "Отчёт.txt"), "shift_jis": ("港の予定", "資料.txt")}.get(
        charset, ("港口通知", "表.txt")
    )
    letter = HEAD.replace("Subject: s", f"Subject: {subject}") + multipart(
        "mixed",
        f"Content-Type: text/plain; charset={charset}\n\nhello",
        f'Content-Type: image/x; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n\nx',
    )
    parsed = read(letter, charset)
    assert parsed.title == subject and f"Attachments: {name}" in parsed.text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?b?5rib?= =?utf-8?q?=E5?=\n =?utf-8?q?=8F=A3?= ok", "減口 ok"),
        ("=?GB2312?B?x8m/qA==?=", "巧卡"),
        ("=?utf-8?q?a_b?= c =?latin-1?q?=E9?=", "a b c é"),
        ("=?x-unknown?q?plain?= =?utf-8?b?!?=", "plain"),
        ("no =?words", "no =?words"),
        ('"=?utf-8?q?Ana?=" <a@example.org>', '"Ana" <a@example.org>'),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert header_text(value) == text


def test_the_fullest_of_nothing_is_nothing() -> None:
    assert fullest([[Body(" ")], [Body("<p></p>", is_html=True)]]) == ()


def test_parts_that_nest_without_end_are_bounded() -> None:
    deep = plain("The end.")
    for number in range(60):
        deep = multipart("mixed", deep, mark=f"m{number}")
    assert read(HEAD + deep).note
    forwarded = "Subject: last\n\nThe last."
    for _ in range(6):
        forwarded = "Subject: fwd\nContent-Type: message/rfc822\n\n" + forwarded
    assert "left out" in shown(read(forwarded).note)


SENT = dt.datetime(2024, 5, 6, 9, 2, 9, tzinfo=dt.UTC)
TICKS = (SENT - dt.datetime(1601, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) * 10


def outlook(streams: dict[str, bytes]) -> Parsed:
    return parse(ParserInput("/in/a.msg", ole(streams)))


def test_an_outlook_message_may_hold_its_text_as_a_page_alone() -> None:
    page = '<html><head><meta charset="gb2312"></head><body><h1>冰期</h1><p>四月二日结束。</p></body></html>'
    parsed = outlook(msg("通知", p10130102=page.encode("gbk"), p0C1A="Ana", p0E03="b@example.org"))
    assert (parsed.title, parsed.text) == ("通知", "From: Ana\nCc: b@example.org\n\n冰期\n\n四月二日结束。")
    assert outlook(msg("s", p1013=page)).text.endswith("四月二日结束。")
    assert outlook(msg("s", p1000="Plain.", p1013="<p>Plain.</p>")).text == "Plain."


@pytest.mark.parametrize("is_compressed", [True, False])
def test_an_outlook_message_may_hold_its_text_as_rich_text_alone(is_compressed: bool) -> None:
    rich = rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}\f0 The ice season ends. \'b1\'f9\par}"
    parsed = outlook(msg("Ice", p0C1A="Ana", p10090102=compress(rich, compressed=is_compressed)))
    if ".rtf" in SUFFIXES:
        assert parsed.text == "From: Ana\n\nThe ice season ends. 冰"
    else:
        assert "body.rtf" in shown(parsed.note)


def test_damaged_rich_text_is_named() -> None:
    assert "body.rtf" in shown(outlook(msg("Ice", p0C1A="Ana", p10090102=b"\x20\0\0\0LZFuLZFu")).note)


def test_what_is_attached_to_an_outlook_message_is_read() -> None:
    file, inner = "__attach_version1.0_#00000000/", "__attach_version1.0_#00000001/__substg1.0_3701000D/"
    sent = struct.pack("<IIQ", 0x00390040, 0, TICKS)
    streams = msg("Outer", p1000="See the letter.") | msg("Inner", inner, p1000="许可证 CP-5521。")
    streams[f"{inner}__properties_version1.0"] += sent
    streams |= {
        f"{file}__substg1.0_3707001F": "a.csv".encode("utf-16-le"),
        f"{file}__substg1.0_37010102": b"a,b\n1,2\n",
    }
    streams |= {"__attach_version1.0_#00000001/__substg1.0_3001001F": "Inner".encode("utf-16-le")}
    parsed = outlook(streams)
    assert "Attachments: a.csv, Inner" in parsed.text and "1 | 2" in parsed.text
    assert "Inner\n\nDate: 2024-05-06" in parsed.text and "许可证 CP-5521。" in parsed.text


def test_an_outlook_message_knows_when_it_was_sent() -> None:
    streams = msg("s", p1000="x")
    streams["__properties_version1.0"] += struct.pack("<IIQ", 0x00390040, 0, TICKS)
    assert outlook(streams).modified == SENT
