"""Letters as they are sent (RFC 5322): all parts that are text, whatever they are inside of, and what is attached."""

from __future__ import annotations

import email
from email.message import Message
from functools import partial
from typing import Any

from searchapp.errors import SourceError
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.mail.headers import RAW, header, header_text
from searchapp.sources.formats.mail.letter import Body, Letter, date_of, fullest
from searchapp.sources.members import Member
from searchapp.sources.parsed import Parsed, ParserInput

DEEPEST_PART = 30
_SHOWN = ("From", "To", "Cc", "Date")
_LETTERS = ("message/rfc822", "message/global", "message/news")
_TEXTS = ("text/plain", "text/html")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")


def parse_internet(source: ParserInput) -> Parsed:
    """Read a letter of RFC 5322 and MIME; raises SourceError for one whose parts nest beyond reason."""
    try:
        letter = email.message_from_bytes(source.data, policy=RAW)
    except RecursionError as error:
        raise SourceError("format_damaged", name=source.name, format="MIME") from error
    return _read(letter, source)


def _read(message: Message, source: ParserInput) -> Parsed:
    charset = next((found for part in message.walk() if (found := part.get_content_charset())), "")
    headers = [(name, header(message, name, charset)) for name in _SHOWN]
    letter = Letter(headers, header(message, "Subject", charset), date_of(header(message, "Date")))
    _add_part(letter, message, charset)
    return letter.parsed(source)


def _add_part(letter: Letter, part: Message, charset: str, depth: int = 0, *, in_related: bool = False) -> None:
    kind = part.get_content_type()
    children: Any = part.get_payload()
    if depth > DEEPEST_PART:
        letter.attach(_member(part, kind, charset))
    elif kind == "multipart/alternative" and isinstance(children, list):
        ways = []
        for child in children:
            way = Letter()
            _add_part(way, child, charset, depth + 1)
            ways.append(way.bodies)
            letter.names += way.names
            letter.members += way.members
        letter.bodies += fullest(ways)
    elif kind.startswith("multipart/") and isinstance(children, list):
        for child in children:
            _add_part(letter, child, charset, depth + 1, in_related=kind == "multipart/related")
    elif isinstance(children, list) and kind in _LETTERS:
        for child in children:
            subject = header(child, "Subject", charset)
            name = _filename(part, charset) or subject
            letter.attach(Member(name, content_type=kind, read=partial(_read, child)))
    elif isinstance(children, list):  # what a server says of a delivery
        letter.bodies.append(Body("\n".join(child.as_string() for child in children)))
    elif _is_body(part, kind):
        data = _payload(part)
        declared = part.get_content_charset() or (declared_charset(data) if kind == "text/html" else "")
        letter.bodies.append(Body(decode(data, declared), is_html=kind == "text/html"))
    elif not (kind.startswith("image/") and (in_related or part["Content-ID"]) and not _is_attached(part)):
        letter.attach(_member(part, kind, charset), is_read=kind not in _SIGNATURES)


def _is_body(part: Message, kind: str) -> bool:
    """Whether a part is the letter's own text: not one with a name that is said to be apart."""
    if kind not in _TEXTS or _is_attached(part):
        return False
    return part.get_content_disposition() is None or not part.get_filename()


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _member(part: Message, kind: str, charset: str) -> Member:
    name = _filename(part, charset)
    data, declared = _payload(part), part.get_content_charset()
    if declared and kind.startswith("text/") and kind != "text/html":  # a page tells its own
        data = decode(data, declared).encode("utf-8", errors="replace")
    return Member(name, data, kind)


def _filename(part: Message, charset: str) -> str:
    return header_text(part.get_filename() or "", charset)


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
