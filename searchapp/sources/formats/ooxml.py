"""The package of an Office Open XML document: its parts, how they refer to each other, and its names without prefixes.

Documents in the strict flavour (ISO/IEC 29500-1) carry other namespaces; they are read as those of everybody else.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from searchapp.errors import SourceError
from searchapp.sources.containers import Archive, xml_parser

_OFFICE = "http://schemas.openxmlformats.org/"
_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    b"wordprocessingml/main": "wordprocessingml/2006/main",
    b"drawingml/main": "drawingml/2006/main",
    b"drawingml/chart": "drawingml/2006/chart",
    b"drawingml/diagram": "drawingml/2006/diagram",
    b"drawingml/wordprocessingDrawing": "drawingml/2006/wordprocessingDrawing",
    b"officeDocument/relationships": "officeDocument/2006/relationships",
    b"officeDocument/math": "officeDocument/2006/math",
}
_PREFIXES = {
    f"{_OFFICE}wordprocessingml/2006/main": "w",
    f"{_OFFICE}drawingml/2006/main": "a",
    f"{_OFFICE}drawingml/2006/chart": "c",
    f"{_OFFICE}drawingml/2006/diagram": "dgm",
    f"{_OFFICE}officeDocument/2006/math": "m",
    f"{_OFFICE}markup-compatibility/2006": "mc",
    "urn:schemas-microsoft-com:vml": "v",
}

W = f"{{{_OFFICE}wordprocessingml/2006/main}}"
R = f"{{{_OFFICE}officeDocument/2006/relationships}}"


class Relationship(NamedTuple):
    """What a part refers to: ``kind`` is the last word of the relationship's type, ``target`` a part's name."""

    kind: str
    target: str


class Package:
    """The parts of an Office document by their names, and their relationships."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def data(self, name: str) -> bytes:
        """A part's bytes, empty where there is none or they are damaged."""
        try:
            return self._archive.read(name)
        except SourceError:
            return b""

    def xml(self, name: str) -> Any:
        """A part's tree (lxml), None where there is none or it is damaged."""
        from lxml import etree

        data = self.data(name)
        if _STRICT in data[:4096]:
            for strict, usual in _TRANSITIONAL.items():
                data = data.replace(_STRICT + strict, (_OFFICE + usual).encode())
        try:
            return etree.fromstring(data, xml_parser()) if data.strip() else None
        except etree.LxmlError:
            return None

    def relationships(self, part: str) -> Mapping[str, Relationship]:
        """What ``part`` refers to by id, inside the package alone; that of an empty name is the package's own."""
        folder, name = posixpath.split(part)
        tree = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in () if tree is None else tree:
            if isinstance(one.tag, str) and one.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, one.get("Target") or "")).lstrip("/")
                found[one.get("Id") or ""] = Relationship((one.get("Type") or "").rpartition("/")[2], target)
        return found

    def main(self, usual: str) -> str:
        """The name of the document's main part, which programs but not the standard call ``usual``."""
        parts = (one.target for one in self.relationships("").values() if one.kind == "officeDocument")
        return next((part for part in parts if part in self._archive.names), usual)


def kind_of(element: Any) -> str:
    """An element's name with its usual prefix, such as ``w:p``; only the name for a namespace that is not read."""
    if not isinstance(element.tag, str):
        return ""
    namespace, _, name = element.tag[1:].rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}:{name}" if prefix else name


def value_of(element: Any, name: str = "") -> str | None:
    """The ``w:val`` of an element's child (of a path of children), or of itself; None where there is none."""
    found = element.find("/".join(W + step for step in name.split("/"))) if name else element
    return None if found is None else found.get(f"{W}val")


def is_on(element: Any, name: str) -> bool | None:
    """Whether a child switches something on (``<w:vanish/>``) or off; None where it says nothing."""
    found = element.find("/".join(W + step for step in name.split("/")))
    return None if found is None else found.get(f"{W}val") not in ("0", "false", "off")


def number_of(text: str | None, default: int = 0) -> int:
    """A whole number as documents write it, ``default`` for anything else, never an endless one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else default
