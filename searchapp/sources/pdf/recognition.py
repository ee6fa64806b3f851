"""A PDF's pages that are pictures: recognised where something is installed that can, and named where not.

A scanned page may carry a few words of its own: a stamp, a page number, the line of a library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchapp.messages import Message
from searchapp.sources.parsed import ParserInput
from searchapp.sources.pdf.text import attempt
from searchapp.sources.recognition import Choice, choose, look_again

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

    from searchapp.sources.recognition import Picture, Recogniser

MOST_NAMED = 10

LONGEST_SIDE = 5000
"""In pixels: a poster is drawn smaller, so that one page cannot take all the memory."""

STAMP = 300
"""Letters and digits that a stamp has at the most."""

COVERED = 0.5
"""A page that is a picture is covered by pictures to this share at the least."""

CELLS = 20
"""A page's coverage is looked at in so many rows and columns."""

MOST_PICTURES = 2000

GAIN = 1.2
"""So many times the letters of the page's own text must be recognised, or that text stays alone."""


@dataclass(frozen=True, slots=True)
class Scans:
    """What became of the pages that are pictures: ``texts`` by number, and what would help with the others.

    ``stamped`` are pages of which only the stamp is text; ``lacking`` as in ``Choice``.
    """

    texts: dict[int, str]
    remedy: Message
    lacking: str = ""
    stamped: tuple[int, ...] = ()

    def notes(self, silent: Sequence[int]) -> list[Message]:
        """What a reader of the document should know of its scanned and its ``silent`` pages."""
        groups = (
            ("pages_recognised", list(self.texts)),
            ("pages_without_text", silent),
            ("pages_stamped", self.stamped),
        )
        notes = [named(code, numbers) for code, numbers in groups if numbers]
        return [*notes, self.remedy] if silent or self.stamped else notes


def read_scans(source: ParserInput, password: str, texts: Sequence[str]) -> Scans:
    """Recognise the pages that are pictures, one after the other, as many as the operator allows.

    ``texts`` are those of all pages; numbers count from 1.
    """
    few = [number for number, text in enumerate(texts, start=1) if letters(text) <= STAMP]
    if not few:
        return Scans({}, Message("ocr_needed"))
    look_again()  # this process may be older than what was installed meanwhile
    choice = choose(source.options)
    found: dict[int, str] = {}
    stamped: list[int] = []
    try:
        with _opened(source, password) as document:
            scans = list(_scans(document, few, texts))
            wordless = any(not texts[number - 1] for number in scans)
            if choice.recogniser is None:
                stamped = [number for number in scans if texts[number - 1]]
                return Scans({}, choice.remedy, choice.lacking if stamped or wordless else "", tuple(stamped))
            for number in scans[: source.options.ocr_max_pages]:
                source.progress()
                text = _attempt(document, number, choice)
                if text := with_stamp(text, texts[number - 1]):
                    found[number] = text
            beyond = scans[source.options.ocr_max_pages :]
            stamped = [number for number in beyond if texts[number - 1]]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - what pypdf reads and PDFium does not simply stays unrecognised
        return Scans(found, Message("pages_not_drawable"))
    remedy = Message("ocr_pages_limited", most=source.options.ocr_max_pages) if beyond else choice.remedy
    return Scans(found, remedy, choice.lacking if scans else "", tuple(stamped))


def with_stamp(found: str, own: str) -> str:
    """What was recognised, and lines of the page's ``own`` text that are not in it; empty where it adds nothing."""
    if letters(found) <= GAIN * letters(own):
        return ""
    known = _squeezed(found)
    return "\n".join([found, *(line for line in own.splitlines() if _squeezed(line) not in known)])


def letters(text: str) -> int:
    """How many letters and digits it has."""
    return sum(map(str.isalnum, text))


def named(code: str, numbers: Sequence[int]) -> Message:
    """A sentence about pages, of which the first are named."""
    more = 1 if len(numbers) > MOST_NAMED else 0
    return Message(code, pages=numbers[:MOST_NAMED], count=len(numbers), more=more)


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _opened(source: ParserInput, password: str) -> PdfDocument:
    from pypdfium2 import PdfDocument

    return PdfDocument(source.data, password=password or None)


def _scans(document: PdfDocument, few: Sequence[int], texts: Sequence[str]) -> Iterator[int]:
    """Those of the pages with ``few`` letters that have none, or stand on a picture."""
    for number in few:
        if not texts[number - 1] or attempt(lambda number=number: _is_picture(document[number - 1])):  # type: ignore[misc]
            yield number


def _is_picture(page: PdfPage) -> bool:
    import numpy as np
    from pypdfium2.raw import FPDF_PAGEOBJ_FORM, FPDF_PAGEOBJ_IMAGE

    left, bottom, right, top = page.get_bbox()
    seen = np.zeros((CELLS, CELLS), dtype=bool)
    kinds = [FPDF_PAGEOBJ_IMAGE, FPDF_PAGEOBJ_FORM]
    for count, piece in enumerate(page.get_objects(filter=kinds, max_depth=1)):
        if count > MOST_PICTURES:
            break
        if piece.type == FPDF_PAGEOBJ_FORM and not any(page.get_objects([FPDF_PAGEOBJ_IMAGE], form=piece)):
            continue
        x1, y1, x2, y2 = piece.get_bounds()
        columns = [round(CELLS * min(max((x - left) / (right - left), 0), 1)) for x in (x1, x2)]
        rows = [round(CELLS * min(max((y - bottom) / (top - bottom), 0), 1)) for y in (y1, y2)]
        seen[rows[0] : rows[1], columns[0] : columns[1]] = True
    return bool(seen.mean() >= COVERED)


def _attempt(document: PdfDocument, number: int, choice: Choice) -> str:
    recogniser = choice.recogniser
    if recogniser is None:
        return ""
    return attempt(lambda: recogniser.recognise(_drawn(document[number - 1], recogniser), choice.languages)) or ""


def _drawn(page: PdfPage, recogniser: Recogniser) -> Picture:
    import numpy as np

    longest = max(page.get_size()) or 1.0
    bitmap = page.render(scale=min(recogniser.DOTS_PER_INCH / 72, LONGEST_SIDE / longest), grayscale=True)
    picture: Picture = np.squeeze(bitmap.to_numpy()).copy()
    bitmap.close()
    page.close()
    return picture
