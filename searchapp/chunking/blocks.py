"""Sections to blocks, which chunks are cut from: small sections are joined, and headings to the text they stand with.

A heading without text of its own joins what follows it: alone it would be close in meaning to every question about its
subject, and answer none. No block runs over the end of a page, so that a chunk is cited with the page it stands on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from searchapp.model import Document, Section


@dataclass(frozen=True, slots=True)
class Table:
    """A table in a block. Its rows begin at ``rows``, below the lines of its ``names``: caption and header."""

    start: int
    rows: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One or more joined sections. ``body`` is where its text begins, below its headings."""

    start: int
    end: int
    headings: tuple[str, ...]
    page: int | None
    body: int
    tables: tuple[Table, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether it holds headings only."""
        return self.body == self.end

    def table_at(self, position: int) -> Table | None:
        """The table in which ``position`` lies."""
        index = bisect_right(self.tables, position, key=lambda table: table.start) - 1
        return self.tables[index] if index >= 0 and position < self.tables[index].end else None

    def tables_in(self, start: int, end: int) -> Sequence[Table]:
        """The tables of which something stands between two positions."""
        first = max(0, bisect_right(self.tables, start, key=lambda table: table.start) - 1)
        stop = bisect_right(self.tables, end - 1, key=lambda table: table.start)
        return [table for table in self.tables[first:stop] if table.end > start]

    def names_of(self, text: str, start: int, end: int) -> tuple[str, ...]:
        """What stands above a chunk beside its headings: the names of its table, if it is one's part, or all of one.

        A whole table amid prose brings its names with it, and so do several.
        """
        tables = self.tables_in(start, end)
        if len(tables) != 1:
            return ()
        (table,) = tables
        is_cut = table.start < start or end < table.end
        beside = text[max(start, self.body) : table.start] + text[table.end : end]
        return tuple(name for name in table.names if name not in self.headings) if is_cut or not beside.strip() else ()

    def joined(self, other: Block, headings: tuple[str, ...]) -> Block:
        """One block of two, under ``headings``."""
        body = other.body if self.is_bare else self.body
        return Block(self.start, other.end, headings, self.page, body, self.tables + other.tables)


def blocks(document: Document, count: Callable[[int, int], int], limit: int) -> Iterator[Block]:
    """The blocks of ``document`` in order.

    Neighbours on one page, under one outermost heading, are joined while together they have at most ``limit`` tokens
    as ``count`` counts them between two positions.
    """
    before: Block | None = None  # held back, because headings at a page's end have only this to join
    current: Block | None = None
    for part in _parts(document):
        if current is None:
            current = part
        elif current.is_bare and current.page == part.page:
            current = current.joined(part, part.headings)
        elif current.is_bare and before is not None and before.page == current.page:
            before, current = before.joined(current, before.headings), part
        elif not current.is_bare and _may_join(current, part) and count(current.start, part.end) <= limit:
            current = current.joined(part, _common_prefix(current.headings, part.headings))
        else:
            if before is not None:
                yield before
            before, current = current, part
    if before is not None and current is not None and current.is_bare and before.page == current.page:
        before, current = before.joined(current, before.headings), None
    yield from filter(None, (before, current))


def _parts(document: Document) -> Iterator[Block]:
    """The sections, and as one what stands under one heading; but two tables in a row stay two."""
    together: list[Block] = []
    for section in document.sections:
        if section.start >= section.end or document.text[section.start : section.end].isspace():
            continue
        part = _part(document, section)
        if together and not _goes_on(together[-1], part):
            yield _whole(together)
            together = []
        together.append(part)
    if together:
        yield _whole(together)


def _goes_on(before: Block, part: Block) -> bool:
    """Whether a part stands under the heading of the one before: a table beside its prose."""
    return (
        (before.headings, before.page) == (part.headings, part.page)
        and part.body == part.start
        and bool(before.tables) != bool(part.tables)
    )


def _whole(parts: Sequence[Block]) -> Block:
    first = parts[0]
    tables = tuple(table for part in parts for table in part.tables)
    body = next((part.body for part in parts if not part.is_bare), first.body)
    return Block(first.start, parts[-1].end, first.headings, first.page, body, tables)


def _part(document: Document, section: Section) -> Block:
    if not section.table:
        return Block(section.start, section.end, section.headings, section.page, _body(document, section))
    rows = section.start + sum(len(name) + 1 for name in section.table)
    table = Table(section.start, rows, section.end, section.table)
    return Block(section.start, section.end, section.headings, section.page, section.start, (table,))


def _body(document: Document, section: Section) -> int:
    """Where the section's text begins below the heading (or the document's title) that it may begin with."""
    for heading in (*section.headings[-1:], document.title):
        line_end = section.start + len(heading)
        if heading and line_end <= section.end and document.text.startswith(heading, section.start):
            rest = document.text[line_end : section.end]
            if not rest.strip():
                return section.end
            if rest.startswith("\n"):
                return section.end - len(rest.lstrip())
    return section.start


def _may_join(block: Block, part: Block) -> bool:
    related = not block.headings or not part.headings or block.headings[0] == part.headings[0]
    return block.page == part.page and related


def _common_prefix(left: Sequence[str], right: Sequence[str]) -> tuple[str, ...]:
    shared: list[str] = []
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared.append(one)
    return tuple(shared)
