"""Text in pictures: two recognisers behind one door, and which of them reads a document.

RapidOCR comes as a package with its models, tesseract from the system with a file for each language. Both run in the
parser's process, offline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from searchapp.messages import Message
from searchapp.sources.recognition import rapid, tesseract

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture: TypeAlias = NDArray[np.uint8]
    """Rows of grey pixels, 255 being white."""

OFF = "ocr"
"""What a document lacks (``SourceError.lacking``) whose pictures are not read because a setting says so."""


class Recogniser(Protocol):
    """Reads pictures; a module."""

    DOTS_PER_INCH: int
    """At which it reads a printed page best."""

    def installed(self, wanted: frozenset[str], /) -> frozenset[str]:
        """Those of the languages, by tesseract's names, that it reads here."""
        ...

    def recognise(self, picture: Picture, languages: str, /) -> str:
        """The text in a picture, whichever way up it lies; empty where there is none."""
        ...


RECOGNISERS: dict[str, Recogniser] = {"rapidocr": rapid, "tesseract": tesseract}
"""The first is the better one where both read the languages (docs/formats.md has the figures)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The recogniser of a document, None where none can; the languages that it reads and those that are lacking.

    Languages are joined by ``+``.
    """

    name: str
    recogniser: Recogniser | None
    languages: str
    lacking: str

    @property
    def remedy(self) -> Message:
        """What would help with pictures that were not read."""
        if self.lacking == OFF:
            return Message("ocr_needed")
        if self.recogniser is None and self.name:
            return Message("recogniser_missing", name=self.name, languages=self.lacking)
        if self.recogniser is None:
            return Message("no_recogniser", languages=self.lacking)
        if self.lacking:
            return Message("ocr_languages_missing", languages=self.lacking.split("+"))
        return Message("ocr_found_nothing")


class Wishes(Protocol):
    """What the operator asks for: settings, or what a parser is given of them."""

    @property
    def ocr(self) -> str:
        """A recogniser's name, ``auto`` or ``off``."""
        ...

    @property
    def ocr_languages(self) -> str:
        """Tesseract's names, joined by ``+``; empty for no recognition."""
        ...

    @property
    def ocr_max_pages(self) -> int:
        """Of one document."""
        ...


def choose(wishes: Wishes) -> Choice:
    """The recogniser that is asked for, or of those that are here the one that reads the most languages."""
    if wishes.ocr == "off" or not wishes.ocr_languages or not wishes.ocr_max_pages:
        return Choice("", None, "", OFF)
    wanted = wishes.ocr_languages.split("+")
    named = wishes.ocr if wishes.ocr in RECOGNISERS else ""
    found = {name: one.installed(frozenset(wanted)) for name, one in RECOGNISERS.items() if named in ("", name)}
    best = max(found, key=lambda name: len(found[name]))  # of equals the first
    read = found[best]
    lacking = "+".join(language for language in wanted if language not in read)
    if not read:
        return Choice(named, None, "", lacking)
    return Choice(best, RECOGNISERS[best], "+".join(language for language in wanted if language in read), lacking)


def look_again() -> None:
    """Forget what was found before: a recogniser or a language may have been installed meanwhile."""
    tesseract.look_again()
    rapid.look_again()
