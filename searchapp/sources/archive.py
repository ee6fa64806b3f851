"""The ZIP container of Office documents and e-books, opened with limits: a small file can hold a huge one."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from searchapp.errors import SourceError
from searchapp.sources.parsed import ParserInput
from searchapp.sources.unlock import sealed

MOST_MEMBERS = 20_000
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


class Archive:
    """An opened container whose members may be read whole: their declared sizes, which ``zipfile`` enforces, fit."""

    def __init__(self, source: ParserInput) -> None:
        """Open it; raises SourceError for one that is damaged, encrypted, or too large once unpacked."""
        self._name = source.name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source.data))
        except _BROKEN as error:
            raise self.damaged() from error
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > source.options.max_bytes:
            raise SourceError(
                f"{source.name} is larger than {source.options.max_bytes >> 20} MiB once unpacked.",
                "Raise SEARCHAPP_MAX_FILE_MB if it is meant to be that large.",
            )
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise sealed(source.name)
        self.names = frozenset(member.filename for member in members)

    def read(self, name: str) -> bytes:
        """A member's bytes, empty where there is none of that name; raises SourceError when they are damaged."""
        if name not in self.names:
            return b""
        try:
            return self._zip.read(name)
        except (*_BROKEN, RuntimeError) as error:
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
        return SourceError(
            f"{self._name} is damaged: its parts cannot be unpacked.",
            "Get a fresh copy, or open it in its own program and save it again.",
        )


def xml_parser() -> Any:
    """An XML parser that fetches nothing and expands no entities, whatever a document declares."""
    from lxml import etree

    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
