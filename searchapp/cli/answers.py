"""An answer on a terminal."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

import typer

from searchapp.cli.common import console, print_json, waiting
from searchapp.model import Answer, AnswerEvent, Done, QueryRead, Rewriting, SourcesFound, Support, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


def show(events: Iterator[AnswerEvent], *, as_json: bool) -> Answer:
    """Print an answer: as JSON when it is whole, else as it is written, with its sources behind it."""
    if not as_json:
        return print_answer(events)
    from searchapp.serialise import answer_json

    with waiting("Answering", quiet=not sys.stdout.isatty()):
        *_, last = events
    assert isinstance(last, Done)  # noqa: S101 - the answerer's contract
    print_json(answer_json(last.answer))
    return last.answer


def print_answer(events: Iterator[AnswerEvent]) -> Answer:
    """Stream an answer to the terminal, then its sources and what there is to tell about it; returns it."""
    out = console()
    with waiting("Searching", quiet=False):
        first = next(events)
        # A follow-up is shown with what it became before anything is searched for.
        rest = events if not isinstance(first, QueryRead) else _after(first, events, out)
    streams = sys.stdout.isatty()
    answer: Answer | None = None
    for event in itertools.chain([first], rest):
        if isinstance(event, Token) and streams:
            typer.echo(event.text, nl=False)
        elif isinstance(event, Done):
            answer = event.answer
        elif isinstance(event, SourcesFound) and streams:
            typer.echo()
    assert answer is not None  # noqa: S101 - the answerer's contract
    typer.echo("\n" if streams else answer.answer + "\n")
    _print_doubts(answer, out)
    for citation in answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        out.print(f"[{citation.n}] {citation.title} ({citation.source}{page})", style="cyan", soft_wrap=True)
    if not answer.refused:
        out.print(f"{answer.passages_used} of {answer.passages_found} passages used", style="dim")
    if answer.citations_removed:
        out.print(f"{answer.citations_removed} citations that named no passage were removed", style="dim")
    for notice in answer.notices:
        out.print(notice.message, style="dim")
    return answer


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
