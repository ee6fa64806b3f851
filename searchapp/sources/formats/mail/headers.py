"""The headers of letters as text: encoded words (RFC 2047), and bytes that no standard allows but programs write."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, a2b_qp
from email.message import Message
from email.policy import Compat32
from typing import Any

from searchapp.sources.builder import one_line
from searchapp.sources.encoding import decode

_ENCODED = re.compile(
    r"=\?(?P<charset>[^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?(?P<kind>[bq])\?(?P<text>[^?]*)\?=", re.IGNORECASE
)
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")
LONGEST_HEADER = 100_000


class _Raw(Compat32):
    def header_fetch_parse(self, name: str, value: str) -> Any:
        return value


RAW = _Raw()
"""Headers as they stand, bare bytes as lone surrogates: the library's own reading loses them."""


def header(letter: Message, name: str, charset: str = "") -> str:
    """A header as one line; ``charset`` is the letter's own, for bytes that stand there bare."""
    values = [value for key, value in letter.raw_items() if key.lower() == name.lower()]
    return header_text(str(values[0]), charset) if values else ""


def header_text(value: str, charset: str = "") -> str:
    """The text of a header's value, in which bare bytes are lone surrogates."""
    raw = value[:LONGEST_HEADER].encode("utf-8", errors="surrogateescape")
    text = _BETWEEN.sub(r"\1", value[:LONGEST_HEADER] if raw.isascii() else decode(raw, charset))
    parts: list[str] = []
    pending, pending_charset = b"", ""
    position = 0
    for word in _ENCODED.finditer(text):
        # A character may be cut by the end of a word, so those that follow each other are decoded as one.
        if pending and (word.start() > position or word["charset"].lower() != pending_charset):
            parts.append(decode(pending, pending_charset))
            pending = b""
        parts.append(text[position : word.start()])
        pending, pending_charset = pending + _bytes(word), word["charset"].lower()
        position = word.end()
    if pending:
        parts.append(decode(pending, pending_charset))
    return one_line("".join([*parts, text[position:]]))


def _bytes(word: re.Match[str]) -> bytes:
    text = word["text"].encode("utf-8", errors="replace")
    if word["kind"].lower() == "q":
        return a2b_qp(text, header=True)
    try:
        return a2b_base64(text + b"=" * (-len(text) % 4))
    except Error:
        return b""
