"""Files inside a PDF: attachments, of the document or pinned to a page, and the files of a portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from searchapp.sources.builder import one_line
from searchapp.sources.members import Member
from searchapp.sources.pdf.text import attempt

MOST_LISTED = 10_000
"""Entries of the tree of names, and its nodes, that are looked at."""


def attached(reader: PdfReader, pages: Iterable[PageObject], *, is_locked: bool) -> Iterator[Member]:
    """The files, each once. Those that are ``is_locked``, in a PDF that is not, come without their bytes."""
    seen: set[IndirectObject] = set()
    for described in _described(reader, pages):
        embedded = attempt(lambda described=described: _stream(described))  # type: ignore[misc]
        if embedded is None or embedded in seen:
            continue
        seen.add(embedded)
        name = attempt(lambda described=described: _name(described)) or ""  # type: ignore[misc]
        data = None if is_locked else attempt(lambda embedded=embedded: _data(embedded))  # type: ignore[misc]
        yield Member(name, data or b"")


def _described(reader: PdfReader, pages: Iterable[PageObject]) -> Iterator[DictionaryObject]:
    """The file specifications, of which some may not hold a file."""
    root = attempt(lambda: _resolved(reader.trailer["/Root"]))
    if isinstance(root, DictionaryObject):
        names = attempt(lambda: _resolved(_resolved(root.get("/Names"))["/EmbeddedFiles"]))
        yield from filter(_is_dictionary, _leaves(names))
        for listed in (root, *pages):
            yield from filter(_is_dictionary, _entries(listed, "/AF"))
    for page in pages:
        for annotation in filter(_is_dictionary, _entries(page, "/Annots")):
            if annotation.get("/Subtype") == "/FileAttachment":
                pinned = attempt(lambda annotation=annotation: _resolved(annotation.get("/FS")))  # type: ignore[misc]
                if isinstance(pinned, DictionaryObject):
                    yield pinned


def _entries(holder: DictionaryObject, name: str) -> Iterator[Any]:
    listed = attempt(lambda: _resolved(holder.get(name)))
    for entry in listed[:MOST_LISTED] if isinstance(listed, ArrayObject) else ():
        yield attempt(lambda entry=entry: _resolved(entry))  # type: ignore[misc]


def _leaves(tree: Any) -> Iterator[Any]:
    """What a tree of names holds (ISO 32000-2, 7.9.6), however it is knotted."""
    waiting, looked_at = [tree], 0
    while waiting and looked_at < MOST_LISTED:
        node = waiting.pop()
        looked_at += 1
        if isinstance(node, DictionaryObject):
            yield from list(_entries(node, "/Names"))[1::2]
            waiting += reversed(list(_entries(node, "/Kids")))


def _stream(described: DictionaryObject) -> IndirectObject | None:
    held = _resolved(described.get("/EF"))
    if not isinstance(held, DictionaryObject):
        return None  # it names a file elsewhere
    found = next((held.raw_get(key) for key in ("/UF", "/F", "/DOS", "/Mac", "/Unix") if key in held), None)
    return found if isinstance(found, IndirectObject) else None  # as every stream is


def _data(embedded: IndirectObject) -> bytes:
    found = embedded.get_object()
    return bytes(found.get_data()) if isinstance(found, StreamObject) else b""


def _name(described: DictionaryObject) -> str:
    found = (described.get(key) for key in ("/UF", "/F", "/Desc"))
    return one_line(str(next((one for one in found if one), ""))).replace("\\", "/").rpartition("/")[2]


def _resolved(value: Any) -> Any:
    return value.get_object() if value is not None and hasattr(value, "get_object") else value


def _is_dictionary(value: Any) -> bool:
    return isinstance(value, DictionaryObject)
