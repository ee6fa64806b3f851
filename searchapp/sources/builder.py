"""Gathers a document's text piece by piece, so that text and sections cannot disagree, and remembers what was read."""

from __future__ import annotations

import datetime as dt
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress

from cachetools import LRUCache

from searchapp.messages import Message, decoded, joined
from searchapp.model import Section, SourceType
from searchapp.sources.parsed import Parsed
from searchapp.sources.radicals import RADICALS
from searchapp.sources.tables import LONGEST_CAPTION, LONGEST_HEADER, read_table, row_line
from searchapp.text.language import detect_language

SEPARATOR = "\n\n"
"""Stands between two pieces, so that no word of one touches a word of the next."""

LONGEST_TITLE = 300

PDF_PAGES_MB = 32
"""Some 10,000 pages."""

MARKDOWN_MB = 8
"""Some 2,500 pages."""

REMEMBERED_MB = PDF_PAGES_MB + MARKDOWN_MB

ENTRY_BYTES = 250
"""What an entry takes beside its text (measured: 215), so that empty texts are bounded too."""

_TERMINAL = re.compile(
    r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b]*+(?:\x07|\x1b\\)|[ -/]++[0-~]|[78=>cDEHMNOZ])|\x9b[0-?]*+[ -/]*+[@-~]"
)
"""What a terminal obeys and does not show (ECMA-48): colours, moves of the cursor, links, in logs of programs."""

# U+E000 and U+E001 mark highlights in hits: a document that carried them could forge one. Soft hyphens, zero-width
# spaces and byte order marks are invisible and split words for a search; lone surrogates cannot be stored at all.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ue000\ue001\ufffe\uffff\ud800-\udfff]"
)
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_TRAILING_SPACES = re.compile(r"(?<![^\S\n])[^\S\n]++(?=\n|\Z)")
_AROUND_LINE_BREAKS = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")

_LOOKALIKES = re.compile("[\u2e80-\u2ef3\u2f00-\u2fd5\ufb00-\ufb06]")
"""Radicals look like characters (U+2F64 like U+7528) and stand in their place in PDFs that browsers print;
so do ligatures (U+FB02) for the letters fl."""


def clean(text: str, *, verbatim: bool = False) -> str:
    """Text as it is stored: NFC, no control characters, no runs of blanks.

    ``verbatim`` keeps indentation and inner spaces (code); only line ends are tidied.
    """
    if "\x1b" in text or "\x9b" in text:
        text = _TERMINAL.sub("", text)
    text = _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = _LOOKALIKES.sub(lambda found: RADICALS.get(found[0]) or unicodedata.normalize("NFKC", found[0]), text)
    if verbatim:
        return _BLANK_LINES.sub("\n\n", _TRAILING_SPACES.sub("", text)).strip("\n")
    return _BLANK_LINES.sub("\n\n", _AROUND_LINE_BREAKS.sub("\n", _SPACES.sub(" ", text))).strip()


def one_line(text: str) -> str:
    """A title or heading: clean, and without line breaks."""
    return " ".join(clean(text).split())


class DocumentBuilder:
    """Takes a document's pieces in reading order and keeps the offsets.

    Neighbouring pieces with the same headings and page share one section; a heading always begins a new one.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._sections: list[Section] = []
        self._path: list[tuple[int, str]] = []
        self._first_heading = ""
        self._notes: dict[Message, None] = {}
        self.lacking = ""
        """What a file inside the document could not be read without (``SourceError.lacking``)."""

    @property
    def is_empty(self) -> bool:
        """Whether no text was added yet."""
        return not self._pieces

    @property
    def length(self) -> int:
        """Characters that were added so far."""
        return self._length

    def note(self, message: Message) -> None:
        """Say once, beside the document, what of the file is not in its text."""
        self._notes[message] = None

    def end_headings(self, level: int) -> None:
        """Leave the sections of this level and below: what comes next stands under none of their headings."""
        while self._path and self._path[-1][0] >= level:
            self._path.pop()

    def heading(self, level: int, text: str, page: int | None = None) -> None:
        """Begin a section of the given level (1 is the outermost); the line belongs to the text."""
        line = one_line(text)
        if not line:
            return
        self.end_headings(level)
        self._path.append((level, line))
        self._first_heading = self._first_heading or line
        self._append(line, tuple(title for _, title in self._path), page, new_section=True)

    def add(
        self, text: str, headings: Sequence[str] | None = None, page: int | None = None, *, verbatim: bool = False
    ) -> None:
        """Append a piece of text; blank text changes nothing.

        ``headings`` is the piece's own heading path; None means the path that ``heading`` calls have built.
        """
        if headings is None:
            path = tuple(title for _, title in self._path)
        else:
            path = tuple(title for title in map(one_line, headings) if title)
            self._first_heading = self._first_heading or (path[0] if path else "")
        self._append(clean(text, verbatim=verbatim), path, page, new_section=False)

    def include(self, parsed: Parsed, name: str) -> None:
        """Append the text of a file inside the document, under ``name`` as a heading, with its own headings and notes.

        Its pages are not the document's.
        """
        self.end_headings(1)
        self.heading(1, name)
        for section in parsed.sections:
            headings = (one_line(name), *section.headings)
            piece = parsed.text[section.start : section.end].strip("\n")
            self._append(piece, headings, None, new_section=bool(section.table), table=section.table)
        self.end_headings(1)
        self.lacking = self.lacking or parsed.lacking
        found = decoded(parsed.note)
        sentences = found.values["sentences"] if found and found.code == "joined" else [found] if found else []
        for sentence in sentences:
            self.note(Message("in_member", name=name, note=sentence))

    def table(
        self,
        rows: Iterable[Sequence[str]],
        *,
        caption: str = "",
        header_rows: int | None = None,
        page: int | None = None,
    ) -> None:
        """Append a table, a line a row. Its caption and header go with every chunk that is cut from it.

        Of the ``rows``, the first ``header_rows`` name the columns; None leaves it to ``read_table`` to find them, and
        the lines above them that are a title. Rows without text are left out.
        """
        table = read_table(rows, caption=caption, header_rows=header_rows)
        titles = [title for title in map(one_line, table.titles) if title]
        header = one_line(row_line(table.header))
        lines = clean("\n".join(map(row_line, table.rows)), verbatim=True)
        # Names go with every chunk: where they are long, a small file would make a large index.
        names = [] if max(map(len, titles), default=0) > LONGEST_CAPTION or not lines else titles
        names += [header] if header and lines and len(header) <= LONGEST_HEADER else []
        for title in titles:
            if title not in names:
                self.add(title, page=page)
        if header and header not in names:
            lines = f"{header}\n{lines}"
        path = tuple(title for _, title in self._path)
        self._append("\n".join((*names, lines)), path, page, new_section=bool(names), table=tuple(names))

    def build(
        self,
        type: SourceType,  # noqa: A002 - the model's own word
        *,
        title: str,
        stem: str,
        language: str = "",
        modified: dt.datetime | None = None,
        pages: int | None = None,
        pages_without_text: Sequence[int] = (),
    ) -> Parsed:
        """What was gathered. The title falls back to the first heading, then to ``stem``; the language is detected."""
        text = SEPARATOR.join(self._pieces)
        name = one_line(title) or self._first_heading or one_line(stem)
        return Parsed(
            title=name[:LONGEST_TITLE].rstrip(),
            type=type,
            text=text,
            sections=tuple(self._sections),
            language=language or detect_language(text),
            modified=modified,
            pages=pages,
            pages_without_text=tuple(pages_without_text),
            note=joined(*self._notes).encoded() if self._notes else "",
            lacking=self.lacking,
        )

    def _append(
        self,
        piece: str,
        headings: tuple[str, ...],
        page: int | None,
        *,
        new_section: bool,
        table: tuple[str, ...] = (),
    ) -> None:
        if not piece or piece.isspace():
            return
        start = self._length + (len(SEPARATOR) if self._pieces else 0)
        self._pieces.append(piece)
        self._length = start + len(piece)
        last = self._sections[-1] if self._sections else None
        if last and not new_section and (last.headings, last.page, last.table) == (headings, page, ()):
            self._sections[-1] = Section(last.start, self._length, headings, page)
        else:
            self._sections.append(Section(start, self._length, headings, page, table))


class TextMemory(LRUCache[bytes, str]):
    """Texts by the digests of all that they were read from; the longest unused go first. ``most`` is in MiB.

    The parser's process keeps them from one document to the next, so that an edited one costs what was edited.
    Documents of different owners may share it: who asks has the very bytes from which the text was read.
    """

    def __init__(self, most: float) -> None:
        super().__init__(most * (1 << 20), getsizeof=lambda text: sys.getsizeof(text) + ENTRY_BYTES)

    def remember(self, digest: bytes, text: str) -> None:
        """Keep a text, unless it is larger than the whole memory."""
        with suppress(ValueError):
            self[digest] = text
