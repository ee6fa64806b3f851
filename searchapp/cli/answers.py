"""An answer on a terminal: written as it comes, with its citations as links, its doubts marked, its sources below."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from searchapp.cli.common import console, waiting
from searchapp.cli.terminal import count, link, place, print_below
from searchapp.messages import Message
from searchapp.model import (
    Answer,
    AnswerEvent,
    Citation,
    Done,
    Hit,
    PassagesRead,
    QueryRead,
    Rewriting,
    SentenceChecked,
    SourcesFound,
    Support,
    Token,
)

if TYPE_CHECKING:
    from rich.console import Console

DOUBT = " (?)"
"""Stands behind a sentence that its passages do not support."""

LONGEST_END = 60
"""Characters of a full stop and the markers behind it, which may come later than it."""

_MARKER = re.compile(r"(\[\d{1,3}\])")
_SENTENCE = re.compile(r"(?:[。！？]|[.!?](?=[\s\[]))(?:\s?\[\d{1,3}\]){0,9}")
_UNFINISHED = re.compile(r"\[\d{0,3}\Z")
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""What a terminal obeys instead of showing it; a model may have read it somewhere."""


class Stream:
    """Writes an answer's text to a terminal as it comes.

    What follows a sentence waits for one event, so that a doubt can be marked where it belongs.
    """

    def __init__(self, out: Console) -> None:
        self._out = out
        self._sources: Sequence[Hit] = ()
        self._held = ""
        self._written = ""

    def take(self, event: AnswerEvent) -> None:
        """Write what is new."""
        if isinstance(event, SourcesFound):
            self._sources = event.hits
        elif isinstance(event, Token):
            text = self._held + event.text.translate(_CONTROL)
            end = self._end_of_sentence(text)
            if unfinished := _UNFINISHED.search(text, 0, end):
                end = unfinished.start()
            self._write(text[:end])
            self._held = text[end:]
        elif isinstance(event, SentenceChecked) and event.sentence.support is Support.UNSUPPORTED:
            self._out.file.write(DOUBT)

    def _end_of_sentence(self, text: str) -> int:
        """Where the last sentence ends of what did not wait yet, in ``text`` or before it; else the end of ``text``."""
        before = len(self._written)
        ends = (found.end() - before for found in _SENTENCE.finditer(self._written + text))
        return max((end for end in ends if end > len(self._held) or end == 0 == len(self._held)), default=len(text))

    def end(self) -> None:
        """Write what waits."""
        self._write(self._held)
        self._held = ""
        self._out.file.write("\n\n")
        self._out.file.flush()

    def _write(self, text: str) -> None:
        for part in _MARKER.split(text):
            number = int(part[1:-1]) if _MARKER.fullmatch(part) else 0
            if 0 < number <= len(self._sources):
                hit = self._sources[number - 1]
                self._out.print(link(part, hit.source, hit.page, self._out, "cyan"), end="")
            else:
                self._out.file.write(part)
        self._out.file.flush()
        self._written = (self._written + text)[-LONGEST_END:]


def print_answer(events: Iterator[AnswerEvent]) -> Answer:
    """Stream an answer to the terminal, then its sources and what there is to tell about it; returns it.

    Into a pipe or file it goes when it is whole.
    """
    out = console()
    with waiting("Searching", quiet=False):
        first = next(events)
        # A follow-up is shown with what it became before anything is searched for.
        rest = events if not isinstance(first, QueryRead) else _after(first, events, out)
    stream = Stream(out) if sys.stdout.isatty() else None
    answer: Answer | None = None
    try:
        for event in itertools.chain([first], rest):
            if isinstance(event, Done):
                answer = event.answer
            elif stream is not None:
                stream.take(event)
                if isinstance(event, PassagesRead) and event.title:
                    told = Message("reading_passages", title=event.title, read=event.read, passages=event.total)
                    out.print(told.text(), style="dim", soft_wrap=True)
    except KeyboardInterrupt:
        if stream is not None:
            stream.end()
        out.print("Stopped before the end of the answer; what is above may not have been checked.", style="dim")
        raise
    assert answer is not None  # noqa: S101 - the answerer's contract
    if stream is not None:
        stream.end()
    else:
        out.file.write(f"{_doubted(answer)}\n\n")
    _print_beside(answer, out)
    return answer


def _print_beside(answer: Answer, out: Console) -> None:
    for part in answer.parts:
        out.print(f"Searched for: {part.text}{'' if part.found else ' (no passage speaks of it)'}", style="dim")
    _print_doubts(answer, out)
    for citation in answer.citations or filter(None, [answer.nearest]):
        _print_source(citation, out)
    if not answer.refused and answer.passages_used < answer.passages_found:
        out.print(f"{answer.passages_used} of {count(answer.passages_found, 'passage')} used", style="dim")
    if answer.citations_removed:
        out.print(f"{count(answer.citations_removed, 'citation')} that named no passage were removed", style="dim")
    for notice in answer.notices:
        out.print(notice.message, style="dim")


def _print_source(citation: Citation, out: Console) -> None:
    from rich.text import Text

    page = f", page {citation.page}" if citation.page else ""
    named = Text(f"[{citation.n}] ") + link(f"{citation.title}{page}", citation.source, citation.page, out, "bold")
    out.print(named, soft_wrap=True)
    print_below(out, Text(place(citation.source, out), style="cyan"), 4)


def _doubted(answer: Answer) -> str:
    text, at = answer.answer, 0
    for sentence in answer.sentences:
        start = text.find(sentence.text, at)
        if start < 0:
            continue
        at = start + len(sentence.text)
        if sentence.support is Support.UNSUPPORTED:
            text = f"{text[:at]}{DOUBT}{text[at:]}"
            at += len(DOUBT)
    return text


def _after(read: QueryRead, events: Iterator[AnswerEvent], out: Console) -> Iterator[AnswerEvent]:
    if read.rewriting is not Rewriting.NONE:
        out.print(f"Searching for: {read.query}", style="dim", soft_wrap=True)
    return itertools.chain([next(events)], events)


def _print_doubts(answer: Answer, out: Console) -> None:
    for support, words in ((Support.UNSUPPORTED, "Not supported"), (Support.WEAK, "Weakly supported")):
        doubtful = [sentence for sentence in answer.sentences if sentence.support is support]
        if doubtful:
            style = "red" if support is Support.UNSUPPORTED else "yellow"
            out.print(f"{words} by the passages: {len(doubtful)} of {len(answer.sentences)} sentences", style=style)
            for sentence in doubtful:
                lacking = f" (not in them: {', '.join(sentence.missing)})" if sentence.missing else ""
                out.print(f"  ? {sentence.text}{lacking}", style=style)
