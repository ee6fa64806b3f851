from __future__ import annotations

import pytest

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.parsed import ParserInput
from searchapp.sources.sniff import likely_type, sniff
from tests.sources.office_files import docx, epub, odt, pptx, xlsx, zipped

PDF = b"%PDF-1.7\n..."


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt", PDF, SourceType.PDF),
        ("a.pdf", b"junk before\n" + PDF, SourceType.PDF),
        ("a.pdf", b"nothing like it", SourceType.PDF),
        ("a.pdf", b"<!DOCTYPE html><html>", SourceType.HTML),
        ("a.md", b"Starts with %PDF-1.4 in a sentence", SourceType.MARKDOWN),
        ("a.txt", b"\xef\xbb\xbf <!-- c -->\n<html lang='en'>", SourceType.HTML),
        ("a", b"<?xml version='1.0'?><!DOCTYPE html><html>", SourceType.HTML),
        ("a.md", b"<!-- comment -->\n# Heading", SourceType.MARKDOWN),
        ("a.htm", b"<p>fragment", SourceType.HTML),
        ("a.MD.gz", b"# Heading", SourceType.MARKDOWN),
        ("notes", b"just words", SourceType.TEXT),
        ("a.log", b"\x1b[31mred\x1b[0m line\n" * 20, SourceType.TEXT),
        ("a.txt", "中文".encode("utf-16"), SourceType.TEXT),
        ("a.pdf", docx("words"), SourceType.DOCX),
        ("a.docx", pptx(("Title", "words")), SourceType.PPTX),
        ("a.zip", xlsx({"S": [["a"]]}), SourceType.XLSX),
        ("a", odt("<text:p>x</text:p>"), SourceType.ODT),
        ("a.docx", epub({"c.xhtml": "<p>x</p>"}), SourceType.EPUB),
        ("a.docx", b"only words", SourceType.TEXT),
        ("a.tsv", b"a\tb", SourceType.CSV),
        ("a.eml", b"From: a\n\nb", SourceType.EMAIL),
        ("graph.dot", b"digraph { a -> b }", SourceType.TEXT),
        ("a.doc", b"{\\rtf1 words}", SourceType.RTF),
        ("a.doc", b"<html><body>words", SourceType.HTML),
        ("a.zip", b"only words", SourceType.TEXT),
        ("a.zip", zipped({"a.txt": "x"}), SourceType.ARCHIVE),
        ("a.tar", bytes(257) + b"ustar\x0000", SourceType.ARCHIVE),
        ("a.mht", b"MIME-Version: 1.0\n\nx", SourceType.HTML),
        ("a.py.gz", b"x = 1", SourceType.CODE),
    ],
)
def test_content_decides_before_the_name(name: str, data: bytes, kind: SourceType) -> None:
    assert sniff(ParserInput(name, data)) is kind


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("text/html; charset=utf-8", SourceType.HTML), ("text/markdown", SourceType.MARKDOWN), ("", SourceType.TEXT)],
)
def test_a_web_servers_word_is_heard(content_type: str, kind: SourceType) -> None:
    assert sniff(ParserInput("https://example.org/page", b"<p>hello", content_type)) is kind


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04....", "damaged"),
        (zipped({"a.txt": "x"}), "ZIP archive"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIF: save it as JPEG"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "sound or film"),
        (b"\x7fELF\x02\x01", "program"),
        (bytes(range(256)) * 4, "binary"),
    ],
)
def test_what_is_no_document_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        sniff(ParserInput("/in/file.txt", data))
    assert caught.value.message.startswith("/in/file.txt is ")
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("/in/a.PDF", SourceType.PDF),
        ("https://example.org/a/b.docx?x=1", SourceType.DOCX),
        ("https://example.org/a", SourceType.HTML),
        ("/in/README", SourceType.TEXT),
    ],
)
def test_a_name_promises_a_kind(name: str, kind: SourceType) -> None:
    assert likely_type(name) is kind


@pytest.mark.parametrize(
    ("head", "is_picture"),
    [
        (b"\x89PNG\r\n\x1a\n", True),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", True),
        (b"II*\x00\x08\x00\x00\x00", True),
        (b"MM\x00*\x00\x00\x00\x08", True),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", True),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", True),
        (b"BMW sold more cars in 2031 than before.", False),
        (b"GIFs are pictures that move.", False),
    ],
)
def test_pictures_are_told_by_their_bytes(head: bytes, is_picture: bool) -> None:
    assert (sniff(ParserInput("/in/a", head)) is SourceType.IMAGE) is is_picture
