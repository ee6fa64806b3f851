"""Outlook's messages (MSG): a text that may stand as plain text, as a web page or only as compressed rich text."""

from __future__ import annotations

import datetime as dt
import email
import io
import struct
from functools import partial
from typing import Any

from searchapp.errors import SourceError
from searchapp.sources.builder import one_line
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.mail.headers import RAW, header
from searchapp.sources.formats.mail.letter import Body, Letter, date_of, fullest
from searchapp.sources.members import Member, inside
from searchapp.sources.parsed import Parsed, ParserInput

_TEXT, _STRING, _BYTES, _OBJECT = "001F", "001E", "0102", "000D"
_SUBJECT, _SENDER, _ADDRESS, _TO, _CC, _HEADERS = "0037", "0C1A", "0C1F", "0E04", "0E03", "007D"
_BODY, _RICH_TEXT, _PAGE = "1000", "1009", "1013"
_DATA, _NAMES, _MEDIA_TYPE, _CONTENT_ID = "3701", ("3707", "3704", "3001"), "370E", "3712"
"""Numbers of properties of [MS-OXPROPS]; a stream's name is the number and the type of its value."""

_SENT, _DELIVERED = 0x00390040, 0x0E060040
_PROPERTIES = "__properties_version1.0"
_ENTRY = struct.Struct("<IIq")
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)


def parse_outlook(source: ParserInput) -> Parsed:
    """Read a message with what is attached to it; raises SourceError for one that is damaged."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(source.data)) as container:
            return _read(_Message(container, ()), source)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise SourceError("outlook_message_damaged", name=source.name) from error


class _Message:
    """A folder of the container that holds a message or an attachment."""

    def __init__(self, container: Any, path: tuple[str, ...]) -> None:
        self._container = container
        self._path = path

    def data(self, number: str, kind: str = _BYTES) -> bytes:
        return self._stream(f"__substg1.0_{number}{kind}")

    def text(self, number: str) -> str:
        wide = self.data(number, _TEXT)
        return wide.decode("utf-16-le", errors="replace") if wide else decode(self.data(number, _STRING))

    def below(self, name: str) -> _Message:
        return _Message(self._container, (*self._path, name))

    def attachments(self) -> list[_Message]:
        depth = len(self._path)
        paths = (path for path in self._container.listdir() if tuple(path[:depth]) == self._path and len(path) > depth)
        return [self.below(name) for name in sorted({path[depth] for path in paths}) if name.startswith("__attach")]

    def has(self, name: str) -> bool:
        return bool(self._container.exists("/".join((*self._path, name))))

    def sent(self) -> dt.datetime | None:
        """When it was sent, from the properties of fixed length: behind a head of 32 bytes, of an inner one 24."""
        entries = self._stream(_PROPERTIES)[32 if not self._path else 24 :]
        found = {tag: ticks for tag, _, ticks in _ENTRY.iter_unpack(entries[: len(entries) // 16 * 16])}
        ticks = found.get(_SENT) or found.get(_DELIVERED)
        try:
            return _EPOCH + dt.timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def _stream(self, name: str) -> bytes:
        if not self.has(name):
            return b""
        data = self._container.openstream("/".join((*self._path, name))).read()
        return data if isinstance(data, bytes) else b""


def _read(message: _Message, source: ParserInput) -> Parsed:
    date = header(email.message_from_string(message.text(_HEADERS), policy=RAW), "Date")
    modified = date_of(date) or message.sent()
    sender, address = one_line(message.text(_SENDER)), one_line(message.text(_ADDRESS))
    letter = Letter(
        [
            ("From", f"{sender} <{address}>" if "@" in address and address != sender else sender),
            ("To", one_line(message.text(_TO))),
            ("Cc", one_line(message.text(_CC))),
            ("Date", date or (modified.isoformat(" ", "minutes") if modified else "")),
        ],
        one_line(message.text(_SUBJECT)),
        modified,
    )
    _add_text(letter, message, source)
    for attached in message.attachments():
        _add_attachment(letter, attached)
    return letter.parsed(source)


def _add_text(letter: Letter, message: _Message, source: ParserInput) -> None:
    """The text; rich text, from which Outlook can make the other two, only where neither is there."""
    page = message.text(_PAGE) or decode(data := message.data(_PAGE), declared_charset(data))
    letter.bodies += fullest([[Body(message.text(_BODY))], [Body(page, is_html=True)]])
    packed = message.data(_RICH_TEXT)
    if letter.bodies or not packed:
        return
    rich_text = Member("body.rtf", _unpacked(packed))
    try:
        letter.bodies.append(Body(rich_text.read(inside(source, rich_text)).text))
    except SourceError:
        letter.members.append(rich_text)  # where it fails again, which is said


def _unpacked(packed: bytes) -> bytes:
    from compressed_rtf import decompress

    try:
        return bytes(decompress(packed))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the library raises whatever a damaged head leads to
        return b""


def _add_attachment(letter: Letter, attached: _Message) -> None:
    name = next((one_line(found) for number in _NAMES if (found := attached.text(number))), "")
    inner = f"__substg1.0_{_DATA}{_OBJECT}"
    if attached.has(f"{inner}/{_PROPERTIES}"):
        letter.attach(Member(name, content_type="message/rfc822", read=partial(_read, attached.below(inner))))
        return
    media_type = attached.text(_MEDIA_TYPE)
    is_picture = media_type.startswith("image/") and bool(attached.text(_CONTENT_ID))  # part of the text's look
    letter.attach(Member(name, attached.data(_DATA), media_type), is_read=not is_picture)
