"""PDF: text page by page, bookmarks as headings, and plain words for files that cannot be read.

What a page's layout broke is joined: words hyphenated at line ends, Chinese and Japanese sentences cut by lines.
A file whose page tree is lost, as after a broken download, still gives its pages: each is an object of its own.
"""

from __future__ import annotations

import dataclasses
import io
import logging
import re
from collections.abc import Iterable, Sequence

from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from searchapp.errors import SourceError
from searchapp.messages import Message, joined
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import locked
from searchapp.sources.formats.metadata import sensible_title
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf.fonts import name_glyphs
from searchapp.sources.pdf.outline import Bookmark, bookmarks, place_bookmarks
from searchapp.sources.pdf.recognition import read_scans
from searchapp.sources.pdf.text import PageKeys, WatchedReader, attempt, read_texts

LONGEST_FIRST_LINE = 150
ILLEGIBLE = "\ufffd"

MOST_OBJECTS = 200_000
"""A file that claims more is not searched."""

_CUT = re.compile(r"[-\u2010\u00ad]\n")
_HYPHENATED = re.compile(r"\b(\w*[^\W\d_])[-\u2010\u00ad]\n[^\S\n]*([^\W\d_]\w*)")
_WORD = re.compile(r"[^\W\d_]\w*(?:-\w+)*")
_CJK = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_CJK_TAIL = re.compile(f"[{_CJK}、，；]$")
_CJK_HEAD = re.compile(f"^[{_CJK}、，。；：！？」』）】》]")
_VERTICAL = re.compile(
    f"^(?:[{_CJK}][^\\S\\n]*+[{_CJK}、。，．・ー（）「」『』〔〕]?[^\\S\\n]*+(?:\\n|\\Z)){{6,}}", re.MULTILINE
)
"""Lines of one character each are a column of vertical writing."""

FULL_LINE = 0.8
"""A line this long, measured by the page's longest run of CJK lines, was cut by the margin and not by its writer."""


def parse_pdf(source: ParserInput) -> Parsed:
    """Read a PDF.

    Raises SourceError for one that is damaged, protected by a password, or without any text on its pages.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every blemish; we report what matters
    reader, password = _open(source)
    pages, lost_tree = _pages(reader, source.name)
    known = attempt(lambda: PageKeys(pages))
    if known is None:  # a broken object, over which pypdf stumbles in another way when it comes by again
        reader, password = _open(source)
        pages, lost_tree = _pages(reader, source.name)
    count = len(pages)
    raw = list(read_texts(reader, pages, known))
    unreadable = raw.count(None)
    texts = ["" if _is_illegible(text) else text.strip() for text in join_pages([text or "" for text in raw])]
    scans = [number for number, text in enumerate(texts, start=1) if not text]
    if unreadable == count:
        raise SourceError("pdf_pages_unreadable", name=source.name)
    found = read_scans(source, password, scans)
    for number, text in found.texts.items():
        texts[number - 1] = text
    empty = tuple(number for number in scans if number not in found.texts)
    if len(empty) == count:
        raise SourceError("no_text_layer", name=source.name, pages=count, remedy=found.remedy, lacking=found.lacking)
    notes = [*([Message("pages_found_without_tree")] if lost_tree else []), *found.notes(empty)]
    marks = attempt(lambda: bookmarks(reader)) or []
    title = attempt(lambda: reader.metadata.title if reader.metadata else None)
    builder = DocumentBuilder()
    for number, text in enumerate(texts, start=1):
        for piece, headings in place_bookmarks(text, number, marks):
            builder.add(piece, headings, number)
    title = sensible_title(title) or _title_from_content(marks, texts)
    return dataclasses.replace(
        builder.build(SourceType.PDF, title=title, stem=source.stem, pages=count, pages_without_text=empty),
        note=joined(*notes).encoded() if notes else "",
        lacking=found.lacking,
    )


def _open(source: ParserInput) -> tuple[WatchedReader, str]:
    """The opened file, and the password that opened it (many are encrypted and need none)."""
    reader = attempt(lambda: WatchedReader(io.BytesIO(source.data)))
    if reader is None:
        raise SourceError("pdf_damaged", name=source.name)
    if not reader.is_encrypted:
        return reader, ""
    for password in ("", *source.options.passwords):
        if attempt(lambda password=password: reader.decrypt(password)):  # type: ignore[misc]
            return reader, password
    raise locked(source.name, tried=bool(source.options.passwords))


def _pages(reader: WatchedReader, name: str) -> tuple[list[PageObject], bool]:
    """The pages, their fonts completed, and whether they had to be found without the page tree."""
    pages = attempt(lambda: list(reader.pages))
    lost_tree = pages is None
    if pages is None:
        pages = attempt(lambda: stray_pages(reader))
    if not pages:
        raise SourceError("pdf_page_tree_damaged" if lost_tree else "pdf_without_pages", name=name)
    for page in pages:
        attempt(lambda page=page: name_glyphs(page))  # type: ignore[misc]
    return pages, lost_tree


def _is_illegible(text: str) -> bool:
    """Whether most of the text is characters that the file does not tell: its fonts name none, or are lost."""
    return text.count(ILLEGIBLE) * 2 > len("".join(text.split()))


def _title_from_content(marks: list[Bookmark], texts: list[str]) -> str:
    if marks:
        return marks[0].title
    first = next(one_line(line) for text in texts for line in text.splitlines() if line.strip())
    letters = sum(character.isalpha() for character in first)
    return first if len(first) <= LONGEST_FIRST_LINE and letters * 2 >= len(first) and letters >= 2 else ""


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


def join_pages(texts: Sequence[str]) -> list[str]:
    """The texts of a document's pages with their lines joined; empty pages stay empty."""
    words = words_of(texts) if any(map(_CUT.search, texts)) else frozenset()
    return [join_lines(text, words) for text in texts]


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Every word of a document, lower case, compounds whole: the evidence of what a hyphen at a line end is."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def join_lines(text: str, words: frozenset[str]) -> str:
    """Join words and CJK sentences that were cut at line ends; everything else stays as it is."""
    is_cjk = _HAS_CJK.search(text) is not None
    if is_cjk:
        text = _VERTICAL.sub(lambda column: "".join(column[0].split()) + "\n" * column[0].endswith("\n"), text)
    if _CUT.search(text):
        text = _HYPHENATED.sub(lambda found: _join_word(found, words), text)
    return _join_cjk(text) if is_cjk else text


def _join_word(found: re.Match[str], words: frozenset[str]) -> str:
    head, tail = found[1], found[2]
    if f"{head}-{tail}".lower() in words and f"{head}{tail}".lower() not in words:
        return f"{head}-{tail}"  # the document itself writes it with a hyphen
    if tail[0].islower() and head[-1].islower():
        return f"{head}{tail}"
    return f"{head}-{tail}"


def _join_cjk(text: str) -> str:
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if _CJK_TAIL.search(line.rstrip()))
    if len(lengths) < 2:
        return text
    full = max(FULL_LINE * lengths[int(len(lengths) * 0.9)], 10)
    joined = [lines[0]]
    previous = len(lines[0].strip())
    for line in lines[1:]:
        if previous >= full and _CJK_TAIL.search(joined[-1].rstrip()) and _CJK_HEAD.match(line.lstrip()):
            joined[-1] = joined[-1].rstrip() + line.lstrip()
        else:
            joined.append(line)
        previous = len(line.strip())
    return "\n".join(joined)
