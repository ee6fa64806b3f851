"""Bytes to characters: what is marked, what is declared, what is UTF-8, and at last what is most likely."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from searchapp.sources.east_asian import likely_east_asian

SAMPLE_BYTES = 65536
MOST_BAD_BYTES = 0.02
"""A UTF-8 file with this share of bad sequences among its non-ASCII bytes is still UTF-8, with damage."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Pages name the narrow standard and use the vendor's wider set; browsers read them so as well.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
}
_SINGLE_BYTE = re.compile(r"cp125\d|cp8\d\d|iso8859|koi8|mac")
_GUESSES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r", "iso8859_2", "iso8859_5",
    "iso8859_7", "gb18030", "big5", "cp932", "euc_jp", "cp949",
]  # fmt: skip

_META_CHARSET = re.compile(rb"<meta[^>]{1,300}?charset\s*=\s*[\"']?\s*([a-z0-9_:.\-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([a-z0-9_:.\-]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.\-]{2,40})", re.IGNORECASE)


class ByteOrderMark(NamedTuple):
    """An encoding named by the first bytes, and how many they are."""

    encoding: str
    length: int


def byte_order_mark(data: bytes) -> ByteOrderMark | None:
    """The byte order mark that ``data`` begins with, if any."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return ByteOrderMark(encoding, len(mark))
    return None


def looks_like_utf16(data: bytes) -> str:
    """The UTF-16 flavour of unmarked Western text (every other byte is zero), or an empty string."""
    sample = data[:1024]
    if len(sample) < 4:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > len(sample) * 0.3 and not even:
        return "utf-16-le"
    if even > len(sample) * 0.3 and not odd:
        return "utf-16-be"
    return ""


def declared_charset(data: bytes, content_type: str = "") -> str:
    """The character set that a web server's header, an XML declaration or a meta tag names; empty without one."""
    header = _HEADER_CHARSET.search(content_type)
    if header:
        return header[1]
    head = data[:4096]
    found = _XML_CHARSET.search(head) or _META_CHARSET.search(head)
    return found[1].decode("ascii") if found else ""


def decode(data: bytes, declared: str = "") -> str:
    """Decode text of any encoding. Never fails: bytes that fit nowhere become U+FFFD.

    ``declared`` is what the document says of itself; it is believed only as far as the bytes agree.
    """
    mark = byte_order_mark(data)
    if mark:
        return data[mark.length :].decode(mark.encoding, errors="replace")
    utf16 = looks_like_utf16(data)
    if utf16:
        return data.decode(utf16, errors="replace")
    codec = _codec(declared)
    if codec and not _SINGLE_BYTE.match(codec):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            pass  # a wrong declaration is common; a damaged document of that encoding is told below
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return data.decode(_likely(data, codec), errors="replace")


def _likely(data: bytes, codec: str) -> str:
    text = data.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for character in text if character > "\x7f")
    if text.count("\ufffd") <= MOST_BAD_BYTES * beyond_ascii:
        return "utf-8"
    sample = data[:SAMPLE_BYTES]
    east_asian = likely_east_asian(sample)
    if east_asian or codec:
        return east_asian or codec
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_GUESSES, threshold=0.3).best()
    return best.encoding if best else "cp1252"


def _codec(declared: str) -> str:
    """Python's name of the declared set, widened as browsers do; empty for one that is unknown."""
    try:
        name = codecs.lookup(declared.strip()).name if declared.strip() else ""
    except (LookupError, ValueError):
        return ""
    if name.startswith(("utf-16", "utf-32")):
        return ""  # neither has an ASCII declaration in front of it: the declaration is a mistake
    return _WIDER.get(name, name)
