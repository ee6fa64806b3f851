"""What documents come wrapped in: gzip, ZIP (Office, OpenDocument, e-books) and OLE (older Office, Outlook).

Documents that share a container are distinguished, and each is unpacked with limits: a small file can hold a huge one.
Encrypted ones are opened with the passwords that the operator gave.
"""

from __future__ import annotations

import copy
import io
import os
import struct
import zipfile
import zlib
from typing import Any, NamedTuple

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.parsed import ParserInput

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

_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_TYPES = {
    b"wordprocessingml.": SourceType.DOCX,
    b"ms-word.": SourceType.DOCX,
    b"presentationml.": SourceType.PPTX,
    b"ms-powerpoint.": SourceType.PPTX,
    b"spreadsheetml.": SourceType.XLSX,
    b"ms-excel.": SourceType.XLSX,
}
"""What stands in the content type of a main part, which programs may name as they like."""

GZIP_MAGIC = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS
_STEP = 1 << 20
_FED = 1 << 13
"""Bytes of a packed file that are unpacked at once: what is left of them is copied, for each member anew."""

MOST_MEMBERS = 20_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What the formats allow (ISO/IEC 29500-2, ODF 1.3 part 2, OCF 3.3); Python unpacks the others without a bound."""
ENCRYPTED = 0x1
_FILE_PASS, _END_OF_PART = 0x2F, 0x0A
"""Records of an XLS."""

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)

PASSWORD = "password"  # noqa: S105 - a name for one
"""What a protected document lacks (``SourceError.lacking``)."""


class Found(NamedTuple):
    """A document's kind, or the code of what else it is (``what``)."""

    kind: SourceType | None
    what: str = ""


def in_zip(data: bytes) -> Found:
    """What a ZIP container holds; raises BadZipFile for a damaged one."""
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        names = frozenset(container.namelist())

        def beginning(name: str, size: int) -> bytes:
            if name not in names or container.getinfo(name).compress_type not in METHODS:
                return b""
            with container.open(name) as part:
                return part.read(size)

        kind = _MIMETYPES.get(beginning("mimetype", 100).strip().removesuffix(b"-template"))
        kind = kind or next((kind for part, kind in _MAIN_PARTS.items() if part in names), None)
        if kind is None and (types := beginning(_CONTENT_TYPES, _STEP)):
            kind = next((kind for word, kind in _MAIN_TYPES.items() if word in types and b".main+xml" in types), None)
    return Found(kind or SourceType.ARCHIVE)


def in_ole(data: bytes) -> Found:
    """What kind an OLE container holds; the names of its streams are the same in capitals and small letters."""
    streams = _ole_streams(data)
    if streams is None:
        return Found(None, "is_damaged_office")
    streams = frozenset(map(str.lower, streams))
    if "__properties_version1.0" in streams:
        return Found(SourceType.EMAIL)
    if streams & {"workbook", "book"}:
        return Found(SourceType.XLSX)
    if "worddocument" in streams:
        return Found(SourceType.DOC)
    if "powerpoint document" in streams:
        return Found(SourceType.PPT)
    return Found(None, "is_older_office")


def is_encrypted_office(data: bytes) -> bool:
    """Whether an OLE container holds an encrypted DOCX, PPTX or XLSX."""
    return "encryptedpackage" in map(str.lower, _ole_streams(data) or ())


def is_encrypted_workbook(data: bytes) -> bool:
    """Whether an OLE container holds an XLS whose records are encrypted."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            stream = container.openstream(name) if name else io.BytesIO()
            while len(head := stream.read(4)) == 4:
                record, length = struct.unpack("<HH", head)
                if record in (_FILE_PASS, _END_OF_PART):
                    return bool(record == _FILE_PASS)
                stream.seek(length, os.SEEK_CUR)
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        pass  # as in _ole_streams
    return False


def _ole_streams(data: bytes) -> frozenset[str] | None:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            return frozenset(path[0] for path in container.listdir())
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError):
        return None  # olefile raises what its arithmetic on broken tables leads to


def gunzip(data: bytes, name: str, max_bytes: int) -> bytes:
    """The content of ``data`` if it is gzip, else ``data`` itself.

    Raises SourceError when the content is larger than ``max_bytes`` or cut off.
    """
    if not data.startswith(GZIP_MAGIC):
        return data
    out, position, whole = bytearray(), 0, memoryview(data)
    try:
        while whole[position : position + len(GZIP_MAGIC)] == GZIP_MAGIC:  # gzip files may be strung together
            stream = zlib.decompressobj(_GZIP)
            while not stream.eof:
                fed = whole[position : position + _FED]
                piece = stream.decompress(fed, _STEP)
                position += len(fed) - len(stream.unconsumed_tail) - len(stream.unused_data)
                out += piece
                if len(out) > max_bytes:
                    raise SourceError("unpacked_too_large", name=name, mb=max_bytes >> 20)
                if not piece and not fed and not stream.eof:
                    raise zlib.error("it ends too early")
    except zlib.error as error:
        raise SourceError("gzip_damaged", name=name) from error
    return bytes(out)


class Archive:
    """An opened container whose members may be read whole, by others too: their sizes fit, and are the true ones."""

    def __init__(self, source: ParserInput) -> None:
        """Open it; raises SourceError for one that is damaged, encrypted, or too large once unpacked."""
        self._name = source.name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source.data))
        except BROKEN as error:
            raise self.damaged() from error
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > source.options.max_bytes:
            raise SourceError("unpacked_too_large", name=source.name, mb=source.options.max_bytes >> 20)
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise SourceError("password_unsupported", name=source.name)
        if sum(member.compress_size for member in members) > len(source.data):  # they share their bytes
            raise self.damaged()
        for member in members:
            self._measure(member)
        self.names = frozenset(member.filename for member in members)

    def _measure(self, member: zipfile.ZipInfo) -> None:
        """Raise SourceError where more is in a member than it declares.

        ``zipfile`` and the libraries that read after us unpack a member whole before they look at its size.
        """
        if member.compress_type not in METHODS:
            raise self.damaged()
        unbounded = copy.copy(member)
        unbounded.file_size = 1 << 62
        left = member.file_size
        try:
            part = self._zip.open(unbounded)
        except (*BROKEN, RuntimeError) as error:
            raise self.damaged() from error
        with part:
            try:
                while piece := part.read(_STEP):
                    left -= len(piece)
                    if left < 0:
                        raise self.damaged()
            except BROKEN:
                return  # damaged, but not too large: it may be a picture that nobody reads

    def read(self, name: str) -> bytes:
        """A member's bytes, empty where there is none of that name; raises SourceError when they are damaged."""
        if name not in self.names:
            return b""
        try:
            return self._zip.read(name)
        except (*BROKEN, RuntimeError) as error:
            raise self.damaged() from error

    def xml(self, name: str) -> Any:
        """A member's XML tree (lxml), None where there is none; raises SourceError when it cannot be read."""
        from lxml import etree

        data = self.read(name)
        if not data.strip():
            return None
        try:
            return etree.fromstring(data, xml_parser())
        except etree.LxmlError as error:
            raise self.damaged() from error

    def damaged(self) -> SourceError:
        """What to raise for content that is not as the format demands."""
        return SourceError("archive_damaged", name=self._name)


def xml_parser(**options: Any) -> Any:
    """An XML parser that fetches nothing and expands no entities, whatever a document declares."""
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, **options)


def locked(name: str, *, tried: bool) -> SourceError:
    """What to raise for a document that no password opened."""
    return SourceError("no_password_fits" if tried else "password_needed", name=name, lacking=PASSWORD)


def unlock(source: ParserInput) -> bytes:
    """The bytes of ``source``, decrypted if they are an encrypted Office document.

    Raises SourceError when no password opens it.
    """
    if not source.data.startswith(OLE_MAGIC):
        return source.data
    is_package = is_encrypted_office(source.data)
    if not is_package and not is_encrypted_workbook(source.data):
        return source.data
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    failures: tuple[type[Exception], ...] = (
        DecryptionError, FileFormatError, InvalidKeyError, ParseError,
        ValueError, AssertionError, struct.error, OSError,
    )  # fmt: skip
    # The first is Excel's own, for workbooks that are only protected against changes.
    for password in ("VelvetSweatshop", *source.options.passwords):
        out = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(source.data))
            # A workbook's key is always verified.
            file.load_key(password=password, **({"verify_password": True} if is_package else {}))
            file.decrypt(out)
        except failures:
            continue
        return out.getvalue()
    raise locked(source.name, tried=bool(source.options.passwords))
