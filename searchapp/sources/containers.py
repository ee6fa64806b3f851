"""Tells documents apart that share a container: ZIP (Office, OpenDocument, e-books) and OLE (older Office, Outlook)."""

from __future__ import annotations

import io
import zipfile
from typing import NamedTuple

from searchapp.model import SourceType

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MIMETYPES = {
    b"application/epub+zip": SourceType.EPUB,
    b"application/vnd.oasis.opendocument.text": SourceType.ODT,
    b"application/vnd.oasis.opendocument.presentation": SourceType.ODP,
    b"application/vnd.oasis.opendocument.spreadsheet": SourceType.ODS,
}
_MAIN_PARTS = {
    "word/document.xml": SourceType.DOCX,
    "ppt/presentation.xml": SourceType.PPTX,
    "xl/workbook.xml": SourceType.XLSX,
    "xl/workbook.bin": SourceType.XLSX,
    "META-INF/container.xml": SourceType.EPUB,
}


class Found(NamedTuple):
    """A document's kind, or what else it is (``what``, a clause for people)."""

    kind: SourceType | None
    what: str = ""


def in_zip(data: bytes) -> Found:
    """What a ZIP container holds; raises BadZipFile for a damaged one."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        names = frozenset(container.namelist())
        mimetype = container.read("mimetype")[:100].strip() if "mimetype" in names else b""
    kind = _MIMETYPES.get(mimetype.removesuffix(b"-template"))
    kind = kind or next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)
    return Found(kind, "" if kind else "it is a ZIP archive")


def in_ole(data: bytes) -> Found:
    """What an OLE container holds."""
    streams = _ole_streams(data)
    if streams is None:
        return Found(None, "it is a damaged older Office document")
    if "__properties_version1.0" in streams:
        return Found(SourceType.EMAIL)
    if streams & {"Workbook", "Book"}:
        return Found(SourceType.XLSX)
    if "WordDocument" in streams:
        return Found(None, "it is a Word 97-2003 document (.doc): save it as .docx")
    if "PowerPoint Document" in streams:
        return Found(None, "it is a PowerPoint 97-2003 presentation (.ppt): save it as .pptx")
    return Found(None, "it is an older Office document")


def is_encrypted_office(data: bytes) -> bool:
    """Whether an OLE container holds an encrypted DOCX, PPTX or XLSX."""
    return "EncryptedPackage" in (_ole_streams(data) or ())


def _ole_streams(data: bytes) -> frozenset[str] | None:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return frozenset(path[0] for path in container.listdir())
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return None  # olefile raises what its arithmetic on broken tables leads to
