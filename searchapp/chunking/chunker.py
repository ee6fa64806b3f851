"""Cuts the blocks of a document into chunks, between paragraphs, else sentences, else tokens."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from searchapp.chunking.blocks import Block, Table, blocks
from searchapp.embedding.base import Embedder
from searchapp.model import Chunk, Document
from searchapp.text.sentences import sentence_spans
from searchapp.tokens import Tokenizer

CONTEXT_SHARE = 0.25
"""Most of the budget that title and headings may take, a table's header as much again, a line of its caption half."""

SMALL_SECTION_SHARE = 0.5
"""Sections are joined while together they stay below this share of the budget."""

CHARACTERS_PER_TOKEN = 12
"""A chunk is also bounded in characters: word-piece models make one token of a word of any length."""

TARGET_TOKENS = 384
"""Models that read thousands of tokens still search better in chunks of this size."""

FULL_ENOUGH = 0.6
"""A chunk may end early, at the end of a paragraph, once it fills this share of its room."""

SEPARATOR = "\n"
JOINT = " › "
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")

Span = tuple[int, int]


def chunk_document(
    document: Document, embedder: Embedder, overlap: int = 24, tokens: int = TARGET_TOKENS
) -> list[Chunk]:
    """Cut ``document`` into chunks that ``embedder`` reads whole.

    Every non-blank character of the document lies in at least one chunk. ``overlap`` is the most tokens that a chunk
    repeats from the one before it, in whole sentences, within one section. A chunk has ``tokens`` at the most, and
    never more than the model reads.
    """
    prompt = len(embedder.tokenizer.spans(embedder.fingerprint.document_prompt))
    budget = min(embedder.fingerprint.max_tokens, tokens) - prompt
    return list(_Chunker(document, embedder.tokenizer, budget, overlap).chunks())


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut further: a sentence, or a window of one that is too long."""

    start: int
    end: int
    ends_paragraph: bool


class _Chunker:
    def __init__(self, document: Document, tokenizer: Tokenizer, budget: int, overlap: int) -> None:
        self.document = document
        self.text = document.text
        self.tokenizer = tokenizer
        self.budget = budget
        self.overlap = overlap
        self.cut: dict[tuple[str, float], str] = {}
        self.rooms: dict[tuple[int, int], int] = {}
        # By paragraphs, which the tokenizer may know from the document's version before; no token crosses their ends.
        paragraphs = list(_paragraphs(self.text, 0, len(self.text)))
        starts = tokenizer.starts([self.text[start:end] for start, end in paragraphs])
        self.token_starts = [
            begin + start for (begin, _), some in zip(paragraphs, starts, strict=True) for start in some
        ]

    def chunks(self) -> Iterator[Chunk]:
        position = 0
        for block in blocks(self.document, self.count, int(self.budget * SMALL_SECTION_SHARE)):
            for start, end in self.block_spans(block):
                embedded_text = self.context(block, start, end) + self.text[start:end]
                for part_start, part_end, part_text, tokens in self.fitted(block, start, end, embedded_text):
                    yield self.chunk(block, position, part_start, part_end, part_text, tokens)
                    position += 1

    def block_spans(self, block: Block) -> Iterator[Span]:
        """Pack the block's paragraphs, sentences and tokens, in this order of preference, into spans that fit."""
        units = list(self.units(block))
        first = 0
        while first < len(units):
            room = self.room(block, units[first].start)
            last = first
            while (
                last + 1 < len(units)
                and self.fits(units[first].start, units[last + 1].end, room)
                and self.may_share(block, units[first].start, units[last + 1].start, room)
            ):
                last += 1
            if last + 1 == len(units):
                yield units[first].start, units[last].end
                return
            last = self.paragraph_end(units, first, last, room)
            yield units[first].start, units[last].end
            first = self.overlapping_start(block, units, first, last)

    def room(self, block: Block, start: int) -> int:
        """Tokens that a chunk from ``start`` on has beside the longest context that it can get."""
        table = self.cut_table(block, start)
        place = block.start, -1 if table is None else table.start
        if place not in self.rooms:
            self.rooms[place] = max(8, self.budget - self.tokenizer.counts([self.line(block, "", table)])[0])
        return self.rooms[place]

    def cut_table(self, block: Block, start: int) -> Table | None:
        """The table of which a chunk from ``start`` on lacks the beginning."""
        table = block.table_at(start)
        return table if table is not None and table.start < start else None

    def may_share(self, block: Block, start: int, following: int, room: int) -> bool:
        """Whether what follows may stand in the chunk from ``start`` on: no more than one table of it is cut."""
        if not block.tables:
            return True
        next_table = block.table_at(following)
        if (table := self.cut_table(block, start)) is not None:
            return table is next_table
        if next_table is None or following > next_table.start or not block.tables_in(start, next_table.start):
            return True
        return self.fits(start, next_table.end, room)

    def paragraph_end(self, units: Sequence[_Unit], first: int, last: int, room: int) -> int:
        """Prefer the last end of a paragraph, if the chunk stays large enough."""
        for index in range(last, first, -1):
            if self.count(units[first].start, units[index].end) < room * FULL_ENOUGH:
                break
            if units[index].ends_paragraph:
                return index
        return last

    def overlapping_start(self, block: Block, units: Sequence[_Unit], first: int, last: int) -> int:
        """Step back from the next unit over whole ones, within the overlap, as long as the next one still fits."""
        if units[last].ends_paragraph or block.table_at(units[last].start):
            return last + 1  # a row is understood by its header, not by the row before it
        start = last + 1
        while (
            start - 1 > first
            and self.count(units[start - 1].start, units[last].end) <= self.overlap
            and self.fits(units[start - 1].start, units[last + 1].end, self.room(block, units[start - 1].start))
        ):
            start -= 1
        return start

    def units(self, block: Block) -> Iterator[_Unit]:
        # The first sentence takes the headings before it along, so that no chunk is cut off behind them; so does a
        # table's first row its caption and header.
        lead: int | None = None if block.is_bare else block.start
        behind = block.body
        for paragraph in _paragraphs(self.text, block.start, block.end):
            spans: list[Span] = []
            for start, end in sentence_spans(self.text, *paragraph):
                table = block.table_at(start)
                if table is not None and start < table.rows:
                    lead = start if lead is None else lead
                    behind = table.rows
                if lead is not None and end <= behind:
                    continue
                begin, lead = (start, None) if lead is None else (lead, None)
                fits = self.fits(begin, end, self.room(block, begin))
                spans.extend([(begin, end)] if fits else self.windows(begin, end, self.room(block, end - 1)))
            for span in spans:
                yield _Unit(*span, ends_paragraph=span is spans[-1])

    def windows(self, start: int, end: int, room: int) -> Iterator[Span]:
        """Cut a stretch without sentence ends into windows of tokens, at white space where there is some near."""
        while start < end:
            stop = self.window_end(start, end, room)
            yield start, stop
            start = stop
            while start < end and self.text[start].isspace():
                start += 1

    def window_end(self, start: int, end: int, room: int) -> int:
        index = bisect_left(self.token_starts, start) + room
        stop = end if index >= len(self.token_starts) else min(end, self.token_starts[index])
        stop = max(start + 1, min(stop, start + room * CHARACTERS_PER_TOKEN))
        if stop < end:
            space = max(self.text.rfind(" ", start + (stop - start) // 2, stop), start)
            stop = space if space > start else stop
        return stop

    def fits(self, start: int, end: int, room: int) -> bool:
        return self.count(start, end) <= room and end - start <= room * CHARACTERS_PER_TOKEN

    def count(self, start: int, end: int) -> int:
        """Tokens of ``text[start:end]`` by the document's own tokenization; exact at white space, close elsewhere."""
        return bisect_left(self.token_starts, end) - bisect_left(self.token_starts, start)

    def context(self, block: Block, start: int, end: int) -> str:
        """Title and heading path, less the headings that the chunk itself begins with, and the names of a cut table."""
        return self.line(block, self.text[start : min(end, start + 300)], self.cut_table(block, start))

    def line(self, block: Block, opening: str, table: Table | None) -> str:
        path = [self.document.title, *(heading for heading in block.headings if heading != self.document.title)]
        names = [] if table is None else [name for name in table.names if name not in path]
        lines = [
            self.shortened(JOINT.join(part for part in path if part and not opening.startswith(part)), CONTEXT_SHARE),
            *(self.shortened(name, CONTEXT_SHARE / 2) for name in names[:-1]),
            *(self.shortened(name, CONTEXT_SHARE) for name in names[-1:]),
        ]
        line = JOINT.join(filter(None, lines))
        return line + SEPARATOR if line else ""

    def shortened(self, line: str, share: float) -> str:
        """A line, cut to its share of the budget."""
        if (line, share) not in self.cut:  # most chunks of a document share their path with others
            room = int(self.budget * share)
            spans = self.tokenizer.spans(line)
            self.cut[line, share] = line[: spans[room - 1][1]] if len(spans) > room else line
        return self.cut[line, share]

    def fitted(self, block: Block, start: int, end: int, embedded: str) -> Iterator[tuple[int, int, str, int]]:
        """The span with its exact token count; halved where counting over the whole document was too low."""
        tokens = self.tokenizer.counts([embedded])[0]
        if tokens <= self.budget or end - start < 2:
            yield start, end, embedded, tokens
            return
        middle = self.text.rfind(" ", start + 1, (start + end) // 2)
        middle = middle if middle > start else (start + end) // 2
        for left, right in ((start, middle), (middle, end)):
            if self.text[left:right].strip():
                part = self.context(block, left, right) + self.text[left:right]
                yield from self.fitted(block, left, right, part)

    def chunk(self, block: Block, position: int, start: int, end: int, embedded: str, tokens: int) -> Chunk:
        digest = sha256(embedded.encode()).hexdigest()[:32]
        return Chunk(
            id=f"{self.document.id}-{position:05d}-{digest[:8]}",
            document_id=self.document.id,
            position=position,
            text=self.text[start:end],
            embedded_text=embedded,
            start=start,
            end=end,
            tokens=tokens,
            hash=digest,
            headings=(*block.headings, *block.names_of(self.text, start, end)),
            page=block.page,
        )


def _paragraphs(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for match in _PARAGRAPH.finditer(text, start, end):
        if match.start() > begin:
            yield begin, match.start()
        begin = match.end()
    if text[begin:end].strip():
        yield begin, end
