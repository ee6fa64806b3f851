"""Documents, their sections, and the registry's line about each."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, TypeAlias

from searchapp.model.chunks import Chunk
from searchapp.model.filing import Filing
from searchapp.model.json import HIDDEN, MessageText, Moment, Rounded

ID_DIGITS = 20

Space: TypeAlias = "tuple[str, ...] | None"
"""The groups of a caller who is bounded by them, as the place where what they add stands; None: an operator's."""

Fields: TypeAlias = Mapping[str, tuple[str, ...]]
"""A document's own fields: values by name, such as ``{"author": ("Li",)}``. No name has an equals sign."""


def document_id(source: str, space: Space = None) -> str:
    """The id that belongs to a canonical source: the first 20 hex digits of its SHA-256, the same on every run.

    Each space has a document of its own of a source, so that nobody meets another's by naming it (decision 55).
    """
    named = source.encode("utf-8", errors="surrogatepass")
    if space is not None:
        named += b"\0" + json.dumps(sorted(set(space))).encode()
    return hashlib.sha256(named).hexdigest()[:ID_DIGITS]


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
    IMAGE = "image"
    RTF = "rtf"
    DOC = "doc"
    PPT = "ppt"
    NOTEBOOK = "notebook"
    JSON = "json"
    YAML = "yaml"
    XML = "xml"
    SUBTITLES = "subtitles"
    LATEX = "latex"
    CODE = "code"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document's text under one heading path, on one page.

    ``start`` and ``end`` are character offsets into ``Document.text`` (end exclusive). ``headings`` runs from the
    outermost heading to the nearest; a section that begins with its own heading line has that heading last.
    ``page`` counts from 1 and is None where the format has no pages. A table is a section of its own: ``table`` holds
    the lines with which it begins, its caption and its header, as far as it has them.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    page: int | None = None
    table: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one source, with what is known about it.

    ``sections`` cover ``text`` in order without overlap; only white space may lie between two of them.
    ``content_hash`` is the SHA-256 of the original bytes, in hex. ``pages`` counts pages, or a presentation's slides.
    ``pages_without_text`` lists page numbers (from 1) on which no text was found. ``note`` is a sentence on what a
    reader of the text should know (pages without text, pages that were recognised); empty for most documents.
    ``lacking`` names the languages, joined by ``+``, that tesseract lacked for pages without text. ``stated`` is the
    hash of what sidecars and path rules state of it, and ``own`` what it says of itself, without them, as JSON.
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
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    fields: Fields = field(default_factory=dict)
    stated: str = ""
    own: str = ""


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
    """The registry's line about a document."""

    # What tells of the content is that of the version that is searchable, also while a newer one is read or failed.

    id: str
    """Made from the source and the groups of who added it, so that it stays the same when the document is changed or
    ingested again."""
    source: str  # a file path or a web address, as the user would recognise it
    title: str
    type: str
    state: DocumentState
    content_hash: str = ""
    """SHA-256 of the original that is searchable; empty before the first time."""
    language: str = ""
    modified: Moment | None = None
    pages: int | None = None
    pages_indexed: int | None = None  # those that hold text
    chunks: int = 0
    """Chunks that searches can find."""
    unembedded: int = 0
    """Those of them that are found by their words alone so far: their vectors follow."""
    attempts: int = 0  # tries begun since it was last indexed
    failures: int = 0  # those of them that ended with an error
    failed_hash: str = field(default="", metadata=HIDDEN)
    """The content hash that failed."""
    error: MessageText = ""
    """A sentence for people where the state is ``failed`` or ``quarantined``, else empty."""
    note: MessageText = ""  # what is worth knowing about one that was indexed: pages without text, say
    queued: Moment | None = None  # when it was last asked for
    started: Moment | None = None  # when the last try began
    updated: Moment | None = None  # when the state last changed
    seconds: Annotated[float, Rounded(3)] = 0.0  # how long the last ingestion took
    groups: tuple[str, ...] = ()
    """Who may read it; empty: everybody who may search."""
    owner: str = ""  # the process that works on it while it is running
    lease: Moment | None = None  # until when others leave it alone
    depth: int = 0
    """How many links deep its site is read while it waits."""
    lacking: str = ""  # languages in which pages would have been recognised, had tesseract had them
    tags: tuple[str, ...] = ()
    """Of its front matter, its sidecar, or a path rule, and those that were given by hand."""
    collections: tuple[str, ...] = ()
    """The names of the collections that it is in."""
    fields: Fields = field(default_factory=dict)
    """Other fields that these state: values by name."""
    stated: str = field(default="", metadata=HIDDEN)
    """The hash of what sidecars and path rules state of it."""
    own: str = field(default="", metadata=HIDDEN)
    """What it says of itself without them, as JSON; empty where that is not known."""
    filing: str = field(default="", metadata=HIDDEN)
    """Where tags, collections and groups come from (``Filing``); empty where nothing was given by hand."""

    @property
    def filed(self) -> Filing:
        """Where its tags, collections and groups come from."""
        if self.filing:
            return Filing.read(self.filing)
        return Filing(stated_tags=self.tags, stated_collections=self.collections, readers=self.groups)

    @property
    def readers(self) -> tuple[str, ...]:
        """The groups that it is for without any collection."""
        return self.filed.readers if self.filing else self.groups

    def for_groups(self, groups: tuple[str, ...]) -> DocumentEntry:
        """It with other ``readers``; the store adds those of collections when it is written."""
        if not self.filing:
            return replace(self, groups=groups)
        return replace(self, filing=replace(self.filed, readers=groups).text())

    @property
    def space(self) -> Space:
        """Where it stands: with those who added it, who are its readers for ever, or with the operators (None)."""
        return self.groups if self.id == document_id(self.source, self.groups) else None


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """Some of a document's chunks, in reading order."""

    document: DocumentEntry
    total: int
    """The chunks of the whole document."""
    passages: tuple[Chunk, ...]
