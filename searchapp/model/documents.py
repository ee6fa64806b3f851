"""Documents, their sections, and the registry's line about each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class SourceType(StrEnum):
    """What kind of thing a document was read from; also a search filter (``type=pdf``)."""

    PDF = "pdf"
    HTML = "html"
    MARKDOWN = "markdown"
    TEXT = "text"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODT = "odt"
    ODP = "odp"
    ODS = "ods"
    EPUB = "epub"
    CSV = "csv"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document's text under one heading path, on one page.

    ``start`` and ``end`` are character offsets into ``Document.text`` (end exclusive). ``headings`` runs from the
    outermost heading to the nearest; a section that begins with its own heading line has that heading last.
    ``page`` counts from 1 and is None where the format has no pages.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one source, with what is known about it.

    ``sections`` cover ``text`` in order without overlap; only white space may lie between two of them.
    ``content_hash`` is the SHA-256 of the original bytes, in hex. ``pages`` counts pages, or a presentation's slides.
    ``pages_without_text`` lists page numbers (from 1) on which no text was found. ``note`` is a sentence on what a
    reader of the text should know (pages without text, pages that were recognised); empty for most documents.
    ``lacking`` names the languages, joined by ``+``, that tesseract lacked for pages without text.
    """

    id: str
    source: str
    title: str
    type: SourceType
    text: str
    sections: tuple[Section, ...]
    content_hash: str
    language: str = ""
    modified: dt.datetime | None = None
    pages: int | None = None
    pages_without_text: tuple[int, ...] = ()
    note: str = ""
    lacking: str = ""


class DocumentState(StrEnum):
    """Where a document stands in the registry.

    ``unchanged`` is ``indexed``, of a document that was queued and found to be what is indexed already.
    ``quarantined`` documents failed so often that only a person's word (``documents retry``) or an edit brings them
    back.
    """

    QUEUED = "queued"
    RUNNING = "running"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """The registry's line about one document.

    ``source`` is a file path or a web address as the user would recognise it. ``content_hash``, ``chunks`` and the
    like describe the version that is searchable, also while a newer one is read or has failed. ``error`` is empty
    unless ``state`` is ``failed`` or ``quarantined``; then it is a sentence for people. ``note`` tells what is worth
    knowing about a document that was indexed (pages without text, say). ``pages_indexed`` of ``pages`` hold text.
    ``groups`` names who may read it; empty: everybody who may search at all.

    ``queued`` is when it was last asked for, ``started`` when the last try began, ``updated`` when the entry last
    changed its state; ``seconds`` is how long the last ingestion took. While ``state`` is ``running``, ``owner`` names
    the process that works on it and ``lease`` until when others leave it alone. ``attempts`` counts the tries begun
    since it was last indexed, ``failures`` those of them that ended with an error, and ``failed_hash`` is the content
    hash that failed.

    While a web address waits, ``depth`` tells how many links deep its site is to be read with it; 0: the page alone.
    ``lacking`` names the languages in which pages would have been recognised, had tesseract had them (``Document``).
    """

    id: str
    source: str
    title: str
    type: str
    state: DocumentState
    content_hash: str = ""
    language: str = ""
    modified: dt.datetime | None = None
    pages: int | None = None
    chunks: int = 0
    error: str = ""
    note: str = ""
    updated: dt.datetime | None = None
    seconds: float = 0.0
    groups: tuple[str, ...] = ()
    pages_indexed: int | None = None
    attempts: int = 0
    failures: int = 0
    failed_hash: str = ""
    queued: dt.datetime | None = None
    started: dt.datetime | None = None
    owner: str = ""
    lease: dt.datetime | None = None
    depth: int = 0
    lacking: str = ""
