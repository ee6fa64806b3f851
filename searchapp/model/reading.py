"""What a program reads of a library: numbered lines, lines that were looked for, and the tree of what there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from searchapp.model.json import Moment, Rounded


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document's text."""

    line: int
    """From 1."""
    text: str
    page: int | None
    """The page that it begins on; null where the format has no pages."""


@dataclass(frozen=True, slots=True)
class PassageLines:
    """Where a chunk stands."""

    chunk_id: str
    """What `check` and `similar` take."""
    first: int
    """Its first line."""
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLines:
    """Some of a document's lines, in reading order."""

    document_id: str
    title: str
    source: str
    type: str
    state: str
    """`indexed`, or why there may be no lines yet: `queued`, `running`, `failed`."""
    total: int
    """The lines of the whole document."""
    pages: int | None
    """Its pages; null where the format has none."""
    lines: tuple[Line, ...]
    passages: tuple[PassageLines, ...]
    """The chunks that these lines are of."""
    next: int | None
    """The line behind these, from which to read on; null at the end of the document."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that was looked for, between its neighbours."""

    line: int
    """From 1."""
    text: str
    page: int | None
    before: tuple[str, ...]
    """The lines above it, as many as were asked for and are not among the ones above already."""
    after: tuple[str, ...]
    """The lines below it, up to the next one that was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFound:
    """The lines that were found in one document."""

    document_id: str
    title: str
    source: str
    type: str
    total: int
    """How many of its lines were found, from the one on from which it was read."""
    lines: tuple[FoundLine, ...]
    """The first of them; none where only counts are asked for."""
    next: int | None
    """Where there are more: the line to go on from, with a filter for this document and `line`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrepResults:
    """The lines that were found in the documents that were read."""

    documents: tuple[DocumentFound, ...]
    """Those that have some."""
    total: int
    """How many lines were found in them."""
    read: int
    """Documents that were read, with and without such lines."""
    unread: int
    """Documents that may have more and were not read; `next` leads to them."""
    unread_more: bool
    """Whether there are still more of them than `unread` counts."""
    too_long: tuple[str, ...]
    """The ids of documents that are too long to be read whole, and were not; `lines` of a document reads them."""
    next: str | None
    """What `cursor` takes for the documents that were not read; null where all were."""
    took_ms: Annotated[float, Rounded(1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDocument:
    """A document in a list."""

    document_id: str
    title: str
    source: str
    type: str
    language: str
    state: str
    pages: int | None
    chunks: int
    """Chunks that searches can find."""
    modified: Moment | None
