"""What the pages of a PDF read as; pages that were read before are remembered, in whatever file they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from searchapp.sources.text_memory import PDF_PAGES_MB, TextMemory

if TYPE_CHECKING:
    from pypdf import PageObject

    from searchapp.sources.pdf_keys import PageKeys, WatchedReader

Result = TypeVar("Result")

MEMORY = TextMemory(PDF_PAGES_MB)
"""By the pages' keys."""


def read_texts(reader: WatchedReader, pages: list[PageObject], known: PageKeys | None) -> Iterator[str | None]:
    """Each page's text, None where it cannot be read. Without ``known`` nothing is remembered.

    A page is remembered only if all that was looked at while it was read went into its key.
    """
    for number, page in enumerate(pages):
        key = known.keys[number] if known else None
        text = MEMORY.text(key.digest) if key else None
        if text is None:
            reader.asked.clear()
            text = attempt(lambda page=page: page.extract_text())  # type: ignore[misc]
            if text is not None and known and key and known.tells(key, reader.asked):
                MEMORY.remember(key.digest, text)
        yield text


def attempt(read: Callable[[], Result]) -> Result | None:
    """What ``read`` returns, or None where pypdf fails: one bad object must not cost the rest of the file."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on broken objects pypdf raises whatever Python does, besides its own errors
        return None
