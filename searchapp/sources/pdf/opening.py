"""Opens a PDF, also one that is protected or damaged.

A file whose cross references are lost is rebuilt by PDFium, which finds objects that pypdf does not. One whose page
tree is lost, as after a broken download, still gives its pages: each is an object of its own.
"""

from __future__ import annotations

import dataclasses
import io
from dataclasses import dataclass

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.sources.containers import locked
from searchapp.sources.parsed import ParserInput
from searchapp.sources.pdf.text import attempt

MOST_OBJECTS = 200_000
"""A file that claims more is not searched for pages."""

_WITHOUT_PROTECTION = 3
"""FPDF_REMOVE_SECURITY: the copy needs no password."""


@dataclass(frozen=True, slots=True)
class OpenedPdf:
    """A PDF whose pages can be read. ``password`` opened the bytes in ``source``, which may be a rebuilt copy's.

    ``locks_files`` tells that the attached files are encrypted, and nothing else.
    """

    source: ParserInput
    reader: PdfReader
    password: str
    pages: list[PageObject]
    notes: tuple[Message, ...] = ()
    locks_files: bool = False


def open_pdf(source: ParserInput) -> OpenedPdf:
    """Raises SourceError for a PDF that is damaged beyond reading, without pages, or protected by a password."""
    reader = attempt(lambda: PdfReader(io.BytesIO(source.data)))
    unlocked = attempt(lambda: _without_locked_files(reader))
    locks_files = unlocked is not None
    if unlocked is not None:
        source = dataclasses.replace(source, data=unlocked)
        reader = attempt(lambda: PdfReader(io.BytesIO(source.data)))
    password = _unlock(source, reader) if reader is not None and reader.is_encrypted else ""
    pages = attempt(lambda: list(reader.pages)) if reader is not None else None
    if reader is not None and pages:
        return OpenedPdf(source, reader, password, pages, locks_files=locks_files)
    rebuilt = attempt(lambda: _rebuilt(source))
    if rebuilt is not None:
        return rebuilt
    if reader is None:
        raise SourceError("pdf_damaged", name=source.name)
    lost_tree = pages is None
    strays = attempt(lambda: stray_pages(reader)) if lost_tree else None
    if not strays:
        raise SourceError("pdf_page_tree_damaged" if lost_tree else "pdf_without_pages", name=source.name)
    return OpenedPdf(source, reader, password, strays, (Message("pages_found_without_tree"),), locks_files)


def stray_pages(reader: PdfReader) -> list[PageObject]:
    """The page objects that the file still holds, in the order in which they lie in it.

    Raises what pypdf does on broken objects, which is whatever Python raises.
    """
    places = sorted((place, number) for objects in reader.xref.values() for number, place in objects.items())
    pages = []
    for _, number in places[:MOST_OBJECTS]:
        try:
            found = reader.get_object(number)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - an object that is lost or broken is no page
            continue
        if isinstance(found, DictionaryObject) and found.get("/Type") == "/Page":
            page = PageObject(reader, IndirectObject(number, 0, reader))
            page.update(found)
            pages.append(page)
    return pages


def _unlock(source: ParserInput, reader: PdfReader) -> str:
    """The password that opens the file: many are encrypted and need none."""
    for password in ("", *source.options.passwords):
        if attempt(lambda password=password: reader.decrypt(password)):  # type: ignore[misc]
            return password
    raise locked(source.name, tried=bool(source.options.passwords))


def _without_locked_files(reader: PdfReader | None) -> bytes | None:
    """The same PDF without its protection, if that holds for attached files alone: PDFium would ask for a password.

    Neither streams nor strings are encrypted then (ISO 32000-2, 7.6.6).
    """
    if reader is None or not reader.is_encrypted:
        return None
    protection = reader.trailer["/Encrypt"].get_object()
    if not isinstance(protection, DictionaryObject) or protection.get("/V") not in (4, 5):
        return None
    if any(protection.get(what, "/Identity") != "/Identity" for what in ("/StmF", "/StrF")):
        return None
    reader._encryption = None  # nothing that is read from now on is encrypted
    out = io.BytesIO()
    PdfWriter(clone_from=reader).write(out)
    return out.getvalue()


def _rebuilt(source: ParserInput) -> OpenedPdf:
    """Raises what PDFium and pypdf do where nothing can be rebuilt."""
    from pypdfium2 import PdfDocument, PdfiumError

    for password in ("", *source.options.passwords):
        try:
            document = PdfDocument(source.data, password=password or None)
        except PdfiumError as error:
            if "password" not in str(error).lower():
                raise
            continue
        out = io.BytesIO()
        with document:
            document.save(out, flags=_WITHOUT_PROTECTION)
        reader = PdfReader(out)
        pages = list(reader.pages)
        if not pages:
            break
        copy = dataclasses.replace(source, data=out.getvalue())
        return OpenedPdf(copy, reader, "", pages, (Message("pdf_rebuilt"),))
    raise ValueError("no pages")
