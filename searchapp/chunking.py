"""Documents to chunks: structure first (headings, pages, paragraphs), then the embedding model's token budget.

A chunk is a contiguous stretch of ``Document.text``. Small neighbouring sections of one page share a chunk; a large
section is cut between paragraphs, else between sentences, else between tokens. A heading without text of its own joins
what follows it: alone it would be close in meaning to every question about its subject, and answer none. What the
model reads (``embedded_text``) begins with the document's title and heading path, so that a chunk is understood
without its surroundings.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from searchapp.embedding.base import Embedder
from searchapp.model import Chunk, Document, Section
from searchapp.text.sentences import sentence_spans
from searchapp.tokens import Tokenizer

CONTEXT_SHARE = 0.25
"""Most of the budget that title and headings may take."""

SMALL_SECTION_SHARE = 0.5
"""Sections are joined while together they stay below this share of the budget."""

CHARACTERS_PER_TOKEN = 12
"""A chunk is also bounded in characters: word-piece models make one token of a word of any length."""

TARGET_TOKENS = 384
"""Models that read thousands of tokens still search better in chunks of this size."""

FULL_ENOUGH = 0.6
"""A chunk may end early, at the end of a paragraph, once it fills this share of its room."""

SEPARATOR = "\n"
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
class _Block:
    """One or more joined sections: what chunks are cut from. ``body`` is where its text begins, below its headings."""

    start: int
    end: int
    headings: tuple[str, ...]
    page: int | None
    body: int

    @property
    def is_bare(self) -> bool:
        """Whether it holds headings only."""
        return self.body == self.end


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
        self.cut: dict[str, str] = {}
        # By paragraphs, which the tokenizer may know from the document's version before; no token crosses their ends.
        paragraphs = list(_paragraphs(self.text, 0, len(self.text)))
        starts = tokenizer.starts([self.text[start:end] for start, end in paragraphs])
        self.token_starts = [
            begin + start for (begin, _), some in zip(paragraphs, starts, strict=True) for start in some
        ]

    def chunks(self) -> Iterator[Chunk]:
        position = 0
        for block in self.blocks():
            for start, end in self.block_spans(block):
                embedded_text = self.context(block, start, end) + self.text[start:end]
                for part_start, part_end, part_text, tokens in self.fitted(block, start, end, embedded_text):
                    yield self.chunk(block, position, part_start, part_end, part_text, tokens)
                    position += 1

    def blocks(self) -> Iterator[_Block]:
        """Join small neighbouring sections of one page under one outermost heading, and bare headings to text."""
        limit = int(self.budget * SMALL_SECTION_SHARE)
        before: _Block | None = None  # held back, because headings at the document's end have only this to join
        current: _Block | None = None
        for section in filter(self.has_text, self.document.sections):
            body = self.body(section)
            if current is None:
                current = _Block(section.start, section.end, section.headings, section.page, body)
            elif current.is_bare:
                current = _Block(current.start, section.end, section.headings, section.page, body)
            elif self.may_join(current, section, limit):
                shared = _common_prefix(current.headings, section.headings)
                current = _Block(current.start, section.end, shared, current.page, current.body)
            else:
                if before is not None:
                    yield before
                before, current = current, _Block(section.start, section.end, section.headings, section.page, body)
        if before is not None and current is not None and current.is_bare:
            before, current = _Block(before.start, current.end, before.headings, before.page, before.body), None
        yield from filter(None, (before, current))

    def has_text(self, section: Section) -> bool:
        return not self.text[section.start : section.end].isspace() and section.start < section.end

    def body(self, section: Section) -> int:
        """Where the section's text begins below the heading (or the document's title) that it may begin with."""
        for heading in (*section.headings[-1:], self.document.title):
            line_end = section.start + len(heading)
            if heading and line_end <= section.end and self.text.startswith(heading, section.start):
                rest = self.text[line_end : section.end]
                if not rest.strip():
                    return section.end
                if rest.startswith("\n"):
                    return section.end - len(rest.lstrip())
        return section.start

    def may_join(self, block: _Block, section: Section, limit: int) -> bool:
        related = not block.headings or not section.headings or block.headings[0] == section.headings[0]
        return block.page == section.page and related and self.count(block.start, section.end) <= limit

    def block_spans(self, block: _Block) -> Iterator[Span]:
        """Pack the block's paragraphs, sentences and tokens, in this order of preference, into spans that fit."""
        # The whole path is the longest context that a chunk of this block can get.
        room = max(8, self.budget - self.tokenizer.counts([self.context(block, block.end, block.end)])[0])
        units = list(self.units(block, room))
        first = 0
        while first < len(units):
            last = first
            while last + 1 < len(units) and self.fits(units[first].start, units[last + 1].end, room):
                last += 1
            if last + 1 == len(units):
                yield units[first].start, units[last].end
                return
            last = self.paragraph_end(units, first, last, room)
            yield units[first].start, units[last].end
            first = self.overlapping_start(units, first, last, room)

    def paragraph_end(self, units: Sequence[_Unit], first: int, last: int, room: int) -> int:
        """Prefer the last end of a paragraph, if the chunk stays large enough."""
        for index in range(last, first, -1):
            if self.count(units[first].start, units[index].end) < room * FULL_ENOUGH:
                break
            if units[index].ends_paragraph:
                return index
        return last

    def overlapping_start(self, units: Sequence[_Unit], first: int, last: int, room: int) -> int:
        """Step back from the next unit over whole ones, within the overlap, as long as the next one still fits."""
        if units[last].ends_paragraph:
            return last + 1
        start = last + 1
        while (
            start - 1 > first
            and self.count(units[start - 1].start, units[last].end) <= self.overlap
            and self.fits(units[start - 1].start, units[last + 1].end, room)
        ):
            start -= 1
        return start

    def units(self, block: _Block, room: int) -> Iterator[_Unit]:
        # The first sentence takes the headings before it along, so that no chunk is cut off behind them.
        lead: int | None = None if block.is_bare else block.start
        for paragraph in _paragraphs(self.text, block.start, block.end):
            spans: list[Span] = []
            for start, end in sentence_spans(self.text, *paragraph):
                if lead is not None and end <= block.body:
                    continue
                begin, lead = (start, None) if lead is None else (lead, None)
                spans.extend([(begin, end)] if self.fits(begin, end, room) else self.windows(begin, end, room))
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

    def context(self, block: _Block, start: int, end: int) -> str:
        """Title and heading path, the headings that the chunk itself begins with left out, cut to their share."""
        opening = self.text[start : min(end, start + 300)]
        path = [self.document.title, *(heading for heading in block.headings if heading != self.document.title)]
        path = [part for part in path if part and not opening.startswith(part)]
        line = " › ".join(path)
        if line not in self.cut:  # most chunks of a document share their path with others
            room = int(self.budget * CONTEXT_SHARE)
            spans = self.tokenizer.spans(line)
            self.cut[line] = line[: spans[room - 1][1]] if len(spans) > room else line
        line = self.cut[line]
        return line + SEPARATOR if line else ""

    def fitted(self, block: _Block, start: int, end: int, embedded: str) -> Iterator[tuple[int, int, str, int]]:
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

    def chunk(self, block: _Block, position: int, start: int, end: int, embedded: str, tokens: int) -> Chunk:
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
            headings=block.headings,
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


def _common_prefix(left: Sequence[str], right: Sequence[str]) -> tuple[str, ...]:
    shared: list[str] = []
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        shared.append(one)
    return tuple(shared)
