"""The pages of a PDF whose page tree is lost, as after a broken download: each page is an object of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_OBJECTS = 200_000
"""A file that claims more is not searched."""

NOTE = "Its page tree is damaged: only those pages are in that could be found without it."


def stray_pages(reader: PdfReader) -> list[PageObject]:
    """The page objects that the file still holds, in the order in which they lie in it.

    Raises what pypdf does on broken objects, which is whatever Python raises.
    """
    from pypdf import PageObject
    from pypdf.generic import DictionaryObject, IndirectObject

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
