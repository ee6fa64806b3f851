"""Tells what kind of document some bytes are: their content first, their name second."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.containers import GZIP_MAGIC, OLE_MAGIC, ZIP_MAGIC, in_ole, in_zip
from searchapp.sources.encoding import byte_order_mark, looks_like_utf16
from searchapp.sources.parsed import ParserInput
from searchapp.sources.source import is_web_address

HEAD_BYTES = 4096

MHTML_SUFFIXES = (".mht", ".mhtml")
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".mbox")
CODE_SUFFIXES = tuple(
    ".py .pyi .js .mjs .cjs .jsx .ts .tsx .mts .vue .svelte .java .kt .kts .scala .groovy .gradle .c .h .cc .cpp .cxx"
    " .hh .hpp .cs .go .rs .swift .m .mm .rb .php .pl .pm .lua .r .jl .dart .ex .exs .erl .hs .clj .f90 .sql"
    " .sh .bash .zsh .bat .cmd .ps1 .css .scss .less .proto .tf .vb .pas .asm .cmake".split()
)

SUFFIXES = {
    ".pdf": SourceType.PDF,
    ".html": SourceType.HTML,
    ".htm": SourceType.HTML,
    ".xhtml": SourceType.HTML,
    **dict.fromkeys(MHTML_SUFFIXES, SourceType.HTML),
    ".md": SourceType.MARKDOWN,
    **dict.fromkeys((".markdown", ".mdx", ".qmd", ".rmd"), SourceType.MARKDOWN),
    ".txt": SourceType.TEXT,
    ".text": SourceType.TEXT,
    ".log": SourceType.TEXT,
    **dict.fromkeys((".rst", ".adoc", ".asciidoc", ".org"), SourceType.TEXT),
    **dict.fromkeys((".ini", ".cfg", ".conf", ".toml", ".properties"), SourceType.TEXT),
    ".docx": SourceType.DOCX,
    ".docm": SourceType.DOCX,
    ".dotx": SourceType.DOCX,
    ".dotm": SourceType.DOCX,
    ".pptx": SourceType.PPTX,
    ".pptm": SourceType.PPTX,
    ".ppsx": SourceType.PPTX,
    ".ppsm": SourceType.PPTX,
    ".potx": SourceType.PPTX,
    ".potm": SourceType.PPTX,
    ".xlsx": SourceType.XLSX,
    ".xlsm": SourceType.XLSX,
    ".xlsb": SourceType.XLSX,
    ".xls": SourceType.XLSX,
    ".odt": SourceType.ODT,
    ".odp": SourceType.ODP,
    ".ods": SourceType.ODS,
    ".epub": SourceType.EPUB,
    ".csv": SourceType.CSV,
    ".tsv": SourceType.CSV,
    ".eml": SourceType.EMAIL,
    ".msg": SourceType.EMAIL,
    **dict.fromkeys(".png .jpg .jpeg .jpe .jfif .tif .tiff .webp .bmp .gif".split(), SourceType.IMAGE),
    ".rtf": SourceType.RTF,
    **dict.fromkeys((".doc", ".dot"), SourceType.DOC),
    **dict.fromkeys((".ppt", ".pps", ".pot"), SourceType.PPT),
    ".ipynb": SourceType.NOTEBOOK,
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".geojson"), SourceType.JSON),
    **dict.fromkeys((".yaml", ".yml"), SourceType.YAML),
    **dict.fromkeys((".xml", ".xsd", ".rss", ".atom", ".dita", ".docbook"), SourceType.XML),
    **dict.fromkeys((".srt", ".vtt"), SourceType.SUBTITLES),
    **dict.fromkeys((".tex", ".ltx"), SourceType.LATEX),
    **dict.fromkeys(CODE_SUFFIXES, SourceType.CODE),
    **dict.fromkeys(ARCHIVE_SUFFIXES, SourceType.ARCHIVE),
}
"""The kinds by their names, each also with ``.gz`` behind it."""

TAR_MAGIC, _TAR_AT = b"ustar", 257

_CONTAINED = frozenset(
    {
        *(SourceType.DOCX, SourceType.PPTX, SourceType.XLSX, SourceType.ODT, SourceType.ODP, SourceType.ODS),
        *(SourceType.EPUB, SourceType.DOC, SourceType.PPT, SourceType.ARCHIVE),
    }
)
"""Kinds that come in a container: text under their names is no more than text."""

_CONTENT_TYPES = {
    "application/pdf": SourceType.PDF,
    "text/html": SourceType.HTML,
    "application/xhtml+xml": SourceType.HTML,
    "text/markdown": SourceType.MARKDOWN,
    "text/x-markdown": SourceType.MARKDOWN,
    "text/csv": SourceType.CSV,
    "text/tab-separated-values": SourceType.CSV,
    "message/rfc822": SourceType.EMAIL,
    "application/rtf": SourceType.RTF,
    "text/rtf": SourceType.RTF,
    "application/json": SourceType.JSON,
    "application/x-ndjson": SourceType.JSON,
    "application/xml": SourceType.XML,
    "text/xml": SourceType.XML,
    "application/yaml": SourceType.YAML,
    "text/vtt": SourceType.SUBTITLES,
}

_FOREIGN = (
    (b"%!PS", "is_postscript"),
    (b"RIFF", "is_media"),
    (b"ID3", "is_sound"),
    (b"OggS", "is_sound"),
    (b"\x7fELF", "is_program"),
    (b"MZ\x90", "is_program"),
    (b"\x1f\x8b", "is_archive_in_archive"),
    (b"BZh", "is_archive"),
    (b"7z\xbc\xaf", "is_archive"),
    (b"\xfd7zXZ", "is_archive"),
    (b"Rar!", "is_archive"),
    (b"SQLite format 3", "is_database"),
)

# WebP stands in a container of its size; a bitmap's first two letters are no proof, but what its header begins with is.
_IMAGE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|II[*+]\x00|MM\x00[*+]|RIFF....WEBP|BM.{4}\x00{4}.{4}[\x0c\x28\x6c\x7c]\x00{3}",
    re.DOTALL,
)

# A comment ends at its first "-->" and nowhere else: with a choice, each comment more doubled the time.
_HTML_START = re.compile(
    rb"\s*+(?:<\?xml[^>]{0,200}>\s*+)?(?:<!--(?:(?!-->).){0,2000}-->\s*+)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
CONTROL_SHARE = 0.02
"""Text holds hardly any control bytes (logs have colour codes, whose escape byte does not count)."""


def sniff(source: ParserInput) -> SourceType:
    """The kind of document that ``source`` holds.

    Raises SourceError for what is no document: archives, films, programs, binary data.
    """
    head = source.data[:HEAD_BYTES]
    declared = SUFFIXES.get(source.suffix)
    if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return _in_container(source)
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head and (declared is SourceType.PDF or _is_binary(head))):
        return SourceType.PDF
    if _IMAGE.match(head):
        return SourceType.IMAGE
    if head[4:8] == b"ftyp":
        what = "is_heif" if head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif") else "is_media"
        raise SourceError("not_a_document", name=source.name, what=Message(what))
    if head.startswith(b"{\\rtf"):
        return SourceType.RTF
    if head[_TAR_AT:].startswith(TAR_MAGIC):
        return _archive(source, "is_archive")
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise SourceError("not_a_document", name=source.name, what=Message(what))
    text = _as_ascii(head)
    if _HTML_START.match(text):
        return SourceType.HTML
    if declared is SourceType.PDF:
        return declared  # the parser says what is wrong with it
    if declared in (*_CONTAINED, SourceType.IMAGE) and _is_binary(head):
        raise SourceError("format_damaged", name=source.name, format=source.suffix.removeprefix(".").upper())
    if _is_binary(head):
        raise SourceError("not_a_document", name=source.name, what=Message("is_binary"))
    media_type = source.content_type.partition(";")[0].strip().lower()
    if declared in (*_CONTAINED, SourceType.IMAGE) and source.suffix != ".mbox":
        declared = SourceType.TEXT  # text under a wrong name is still text
    return _CONTENT_TYPES.get(media_type) or declared or SourceType.TEXT


def refuse_unreadable(name: str, stream: IO[bytes]) -> None:
    """Raise SourceError where the first bytes of ``stream`` show that it is no document; it is rewound then.

    Containers and packed files pass: what is inside is looked at where parsing happens, in a process with limits.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if not head.startswith((ZIP_MAGIC, OLE_MAGIC, GZIP_MAGIC)):
        sniff(ParserInput(name, head))


def is_page_address(address: str) -> bool:
    """Whether a web address may be that of a page, and not of a document of another kind."""
    suffix = ParserInput(address, b"").suffix
    return SUFFIXES.get(suffix, SourceType.CODE) in (SourceType.HTML, SourceType.CODE)  # a .php makes pages


def _in_container(source: ParserInput) -> SourceType:
    try:
        found = in_zip(source.data) if source.data.startswith(ZIP_MAGIC) else in_ole(source.data)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise SourceError("format_damaged", name=source.name, format="ZIP") from error
    if found.kind is None:
        raise SourceError("not_a_document", name=source.name, what=Message(found.what))
    return _archive(source, "is_zip") if found.kind is SourceType.ARCHIVE else found.kind


def _archive(source: ParserInput, what: str) -> SourceType:
    # Its members become documents where its name promises them (``ingest.archives``), and only of files.
    if source.suffix in ARCHIVE_SUFFIXES and not is_web_address(source.name):
        return SourceType.ARCHIVE
    raise SourceError("not_a_document", name=source.name, what=Message(what))


def likely_type(name: str) -> SourceType:
    """The kind that a path or address promises by its suffix, while its content is not known."""
    by_suffix = SUFFIXES.get(ParserInput(name, b"").suffix)
    if is_web_address(name) and by_suffix in (None, SourceType.CODE):
        return SourceType.HTML
    return by_suffix or SourceType.TEXT


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
