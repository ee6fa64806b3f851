"""Tells what kind of document some bytes are: their content first, their name second."""

from __future__ import annotations

import re

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.addresses import is_web_address
from searchapp.sources.encoding import byte_order_mark, looks_like_utf16
from searchapp.sources.parsed import ParserInput

HEAD_BYTES = 4096

SUFFIXES = {
    ".pdf": SourceType.PDF,
    ".html": SourceType.HTML,
    ".htm": SourceType.HTML,
    ".xhtml": SourceType.HTML,
    ".md": SourceType.MARKDOWN,
    ".markdown": SourceType.MARKDOWN,
    ".txt": SourceType.TEXT,
    ".text": SourceType.TEXT,
    ".rst": SourceType.TEXT,
    ".log": SourceType.TEXT,
}
"""What a folder walk picks up, each also with ``.gz`` behind it."""

_CONTENT_TYPES = {
    "application/pdf": SourceType.PDF,
    "text/html": SourceType.HTML,
    "application/xhtml+xml": SourceType.HTML,
    "text/markdown": SourceType.MARKDOWN,
    "text/x-markdown": SourceType.MARKDOWN,
}

_FOREIGN = (
    (b"PK\x03\x04", "it is a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "it is an older Office document"),
    (b"{\\rtf", "it is a rich text document"),
    (b"%!PS", "it is a PostScript document"),
    (b"\x89PNG", "it is an image"),
    (b"\xff\xd8\xff", "it is an image"),
    (b"GIF8", "it is an image"),
    (b"II*\x00", "it is an image"),
    (b"MM\x00*", "it is an image"),
    (b"RIFF", "it is an image, sound or film"),
    (b"ID3", "it is a sound file"),
    (b"OggS", "it is a sound file"),
    (b"\x7fELF", "it is a program"),
    (b"MZ\x90", "it is a program"),
    (b"\x1f\x8b", "it is an archive inside an archive"),
    (b"BZh", "it is an archive"),
    (b"7z\xbc\xaf", "it is an archive"),
    (b"\xfd7zXZ", "it is an archive"),
    (b"Rar!", "it is an archive"),
    (b"SQLite format 3", "it is a database"),
)

_HTML_START = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
CONTROL_SHARE = 0.02
"""Text holds hardly any control bytes (logs have colour codes, whose escape byte does not count)."""


def sniff(source: ParserInput) -> SourceType:
    """The kind of document that ``source`` holds.

    Raises SourceError for what is no document: archives, images, programs, binary data.
    """
    head = source.data[:HEAD_BYTES]
    declared = SUFFIXES.get(source.suffix)
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head and (declared is SourceType.PDF or _is_binary(head))):
        return SourceType.PDF
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise _unreadable(source.name, what)
    text = _as_ascii(head)
    if _HTML_START.match(text):
        return SourceType.HTML
    if declared is SourceType.PDF:
        return declared  # the parser says what is wrong with it
    if _is_binary(head):
        raise _unreadable(source.name, "it is binary data")
    media_type = source.content_type.partition(";")[0].strip().lower()
    return _CONTENT_TYPES.get(media_type) or declared or SourceType.TEXT


def likely_type(name: str) -> SourceType:
    """The kind that a path or address promises by its suffix, while its content is not known."""
    by_suffix = SUFFIXES.get(ParserInput(name, b"").suffix)
    return by_suffix or (SourceType.HTML if is_web_address(name) else SourceType.TEXT)


def _as_ascii(head: bytes) -> bytes:
    """Markup as plain bytes, whatever the encoding: enough to recognise a first tag."""
    mark = byte_order_mark(head)
    if mark:
        head = head[mark.length :]
    return head.replace(b"\x00", b"")


def _is_binary(head: bytes) -> bool:
    if byte_order_mark(head) or looks_like_utf16(head):
        return False
    return b"\x00" in head or len(_CONTROL.findall(head)) > CONTROL_SHARE * len(head)


def _unreadable(name: str, what: str) -> SourceError:
    return SourceError(
        f"{name} is not a document that searchapp can read ({what}).",
        "It reads PDF, HTML, Markdown and plain text; save or export it as one of these.",
    )
