"""A PDF's pages without text: recognised where tesseract can, and named where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from searchapp.sources import ocr
from searchapp.sources.parsed import ParserInput

MOST_NAMED = 10
_LANGUAGES = "set SEARCHAPP_OCR_LANGUAGES to the languages that it is to read"


@dataclass(frozen=True, slots=True)
class Scans:
    """What became of the pages without text: ``texts`` by number, and what would help with the others.

    ``lacking`` are the languages, joined by ``+``, that were wanted and that tesseract does not have here.
    """

    texts: dict[int, str]
    remedy: str
    lacking: str = ""

    def note(self, silent: Sequence[int]) -> str:
        """What a reader of the document should know of its scanned and its ``silent`` pages."""
        parts = []
        if self.texts:
            were = "was" if len(self.texts) == 1 else "were"
            parts.append(f"{_named(list(self.texts))} {were} read from pictures (OCR) and may hold misread words.")
        if silent:
            parts.append(f"{_named(silent)} {'has' if len(silent) == 1 else 'have'} no text. {self.remedy}")
        return " ".join(parts)


def read_scans(source: ParserInput, password: str, numbers: Sequence[int]) -> Scans:
    """Recognise the pages ``numbers`` (from 1), one after the other, as many as the operator allows."""
    options = source.options
    if not numbers or not options.ocr_languages or not options.ocr_max_pages:
        return Scans({}, "Run OCR on it (ocrmypdf, for example) and add the result.")
    ocr.look_again()  # this process may be older than what was installed meanwhile
    languages = ocr.installed(options.ocr_languages)
    lacking = "+".join(name for name in options.ocr_languages.split("+") if name not in languages.split("+"))
    if not languages:
        remedy = f"Install tesseract with {options.ocr_languages} to have scanned pages read; then ingest it again."
        return Scans({}, remedy, lacking)
    texts = {}
    try:
        with ocr.Pages(source.data, password) as pages:
            for number in numbers[: options.ocr_max_pages]:
                source.progress()
                if text := _attempt(pages, number, languages):
                    texts[number] = text
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - what pypdf reads and PDFium does not simply stays unrecognised
        return Scans(texts, "Its pages cannot be drawn; save it again with another program.")
    if len(numbers) > options.ocr_max_pages:
        remedy = f"Raise SEARCHAPP_OCR_MAX_PAGES to have more than {options.ocr_max_pages} read."
    elif lacking:
        remedy = f"Tesseract lacks {', '.join(lacking.split('+'))}: install it, or {_LANGUAGES}."
    else:
        remedy = f"Tesseract found none there; if there is some, {_LANGUAGES}."
    return Scans(texts, remedy, lacking)


def _attempt(pages: ocr.Pages, number: int, languages: str) -> str:
    try:
        return pages.text(number, languages)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - one broken page must not cost the others
        return ""


def _named(numbers: Sequence[int]) -> str:
    names = ", ".join(map(str, numbers[:MOST_NAMED])) + (" and more" if len(numbers) > MOST_NAMED else "")
    return f"Page {names}" if len(numbers) == 1 else f"Pages {names}"
