"""A document again, out of the chunks that are stored of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from searchapp.model import Chunk, Document, DocumentEntry, Section, SourceType

PARAGRAPH_BREAK = "\n\n"


def rebuild_document(entry: DocumentEntry, chunks: Sequence[Chunk]) -> Document:
    """The document whose ``chunks`` these are, with every character at its old offset.

    Chunks hold every non-blank character of their document. What lies between two of them was white space; two or more
    characters of it become the end of a paragraph. Neighbouring chunks of one page and heading path are one section.
    """
    ordered = sorted(chunks, key=lambda chunk: chunk.position)
    parts: list[str] = []
    end = 0
    for chunk in ordered:
        if chunk.start > end:
            parts.append(_white_space(chunk.start - end))
            end = chunk.start
        parts.append(chunk.text[end - chunk.start :])
        end = max(end, chunk.end)
    return Document(
        id=entry.id,
        source=entry.source,
        title=entry.title,
        type=SourceType(entry.type),
        text="".join(parts),
        sections=tuple(_sections(ordered)),
        content_hash=entry.content_hash,
        language=entry.language,
        modified=entry.modified,
        pages=entry.pages,
    )


def _white_space(length: int) -> str:
    return (PARAGRAPH_BREAK + " " * length)[:length]


def _sections(ordered: Sequence[Chunk]) -> list[Section]:
    sections: list[Section] = []
    for (headings, page), group in groupby(ordered, key=lambda chunk: (chunk.headings, chunk.page)):
        members = list(group)
        start = max(members[0].start, sections[-1].end if sections else 0)
        sections.append(Section(start, max(chunk.end for chunk in members), headings, page))
    return sections
