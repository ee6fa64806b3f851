"""Whole documents for an answer: which ones a question means, and their own words where no model writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from searchapp.answer.markers import with_markers, without_markers
from searchapp.answer.whole_document.central import QUOTED, central
from searchapp.answer.whole_document.question import Task, WholeQuestion, whole_question
from searchapp.messages import Message
from searchapp.model import DocumentEntry, Filters, Hit, Notice, Sentence
from searchapp.search.library import Library

MOST_PASSAGES = 480
"""Chunks that are read for one answer, of two documents half as many each: some 180,000 tokens."""

MOST_NAMED = 5
"""Documents that are offered where it is not clear which one is meant."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Documents to be read from the first chunk on; ``hits`` are in reading order, a document after the other.

    ``total`` counts all their chunks, also those beyond the bound.
    """

    task: Task
    titles: tuple[str, ...]
    hits: tuple[Hit, ...]
    total: int

    def notice(self, read: int) -> Notice:
        """How much of the documents was read."""
        titles = [f"“{title}”" for title in self.titles]
        if read >= self.total:
            said = Message("read_whole", passages=self.total, titles=titles)
        else:
            said = Message("read_part", read=read, passages=self.total, titles=titles)
        return Notice(said.code, said.text(), str(read))

    def quoted(self, chunks: Sequence[Hit]) -> tuple[Sentence, ...]:
        """What the documents say themselves, of ``chunks``, which are the first of ``hits`` or some of them."""
        parts = by_document(chunks)
        most = max(QUOTED // len(parts), 1) if parts else 0
        return tuple(_moved(sentence, start) for start, part in parts for sentence in central(part, most))


@dataclass(frozen=True, slots=True)
class Unclear:
    """Several documents could be meant: some of their titles."""

    titles: tuple[str, ...]

    def message(self) -> Message:
        """What is asked back."""
        return Message("which_document", titles=[f"“{title}”" for title in self.titles])


def meant(
    question: str, filters: Filters, library: Library, *, in_conversation: bool = False
) -> Whole | Unclear | None:
    """The documents that ``question`` wants summarised or compared; None where it asks of no whole document.

    Only what ``filters`` leave, groups among them, is looked at. ``in_conversation``, "it" may be what was spoken of
    before, unless a filter names documents. Raises the store's errors.
    """
    asked = whole_question(question)
    if asked is None or (asked.pronoun and in_conversation and not filters.document_ids):
        return None
    found = _entries(asked, filters, library)
    if isinstance(found, Unclear):
        return found
    hits: tuple[Hit, ...] = ()
    total = 0
    for entry in found:
        part, count = library.read(entry, filters, len(hits) + 1, MOST_PASSAGES // len(found))
        hits, total = hits + part, total + count
    return Whole(asked.task, tuple(entry.title or entry.source for entry in found), hits, total) if hits else None


def by_document(chunks: Sequence[Hit]) -> list[tuple[int, Sequence[Hit]]]:
    """The chunks of each document, with the place of the first of them."""
    starts = [at for at, hit in enumerate(chunks) if not at or hit.document_id != chunks[at - 1].document_id]
    return [(start, chunks[start:end]) for start, end in zip(starts, [*starts[1:], len(chunks)], strict=True)]


def _entries(asked: WholeQuestion, filters: Filters, library: Library) -> tuple[DocumentEntry, ...] | Unclear:
    wanted = 2 if asked.task is Task.COMPARISON else 1
    left = library.left(filters, MOST_NAMED) if asked.pointed else ()
    if len(left) == wanted:
        return left
    for names in asked.names:
        found = [library.named(name, filters) for name in names]
        if all(len(entries) == 1 for entries in found) and len({entries[0].id for entries in found}) == wanted:
            return tuple(entries[0] for entries in found)
    return Unclear(tuple((entry.title or entry.source)[:120] for entry in left)) if len(left) > wanted else ()


def _moved(sentence: Sentence, by: int) -> Sentence:
    numbers = tuple(number + by for number in sentence.citations)
    return replace(sentence, text=with_markers(without_markers(sentence.text), numbers), citations=numbers)
