"""``searchapp ask``: an answer on a terminal, and with --chat a conversation, or a line each from a pipe."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import FilterOption, JsonOption, application, console, print_json, say_what_leaves, waiting
from searchapp.errors import SearchAppError, UsageError
from searchapp.messages import Message
from searchapp.model import (
    Answer,
    AnswerEvent,
    Done,
    PassagesRead,
    QueryRead,
    Rewriting,
    SourcesFound,
    Support,
    Token,
    Turn,
)

if TYPE_CHECKING:
    from rich.console import Console


def ask(
    question: Annotated[str, typer.Argument(help="A question to your documents; with --chat the first one.")] = "",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=50, help="Passages to answer from.")] = 8,
    model: Annotated[
        str | None, typer.Option("--model", help="Ollama model, in place of the configured one (searchapp models).")
    ] = None,
    think: Annotated[
        bool | None,
        typer.Option(
            "--think/--no-think", help="Whether a model that can think does so first; else SEARCHAPP_LLM_THINK."
        ),
    ] = None,
    chat: Annotated[bool, typer.Option("--chat", help="Go on with follow-up questions, a line each.")] = False,
    filters: FilterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from your documents; every claim names its chunk.

    Without a running Ollama the answer is quoted from the documents instead of written. An answer that breaks off is
    shown as far as it came, and the exit code is 1.

    Examples:
      searchapp ask "What happens when the disk is full?"

      searchapp ask 如何更换嵌入模型 --filter language=zh

      searchapp ask "Summarise the press shop handbook"

      searchapp ask --chat "How is a snapshot restored in 8.x?"

    """
    from searchapp.errors import UsageError
    from searchapp.search import parse_filters

    if not question and not chat:
        raise UsageError("question_missing")
    running, asked = application(), parse_filters(filters or ())
    if not as_json:
        say_what_leaves(running)
    ask_it = partial(running.answerer.ask, filters=asked, size=size, model=model, think=think)
    failed = converse(ask_it, question, as_json=as_json) if chat else show(ask_it(question), as_json=as_json).broken_off
    if failed:
        raise typer.Exit(1)


def show(events: Iterator[AnswerEvent], *, as_json: bool) -> Answer:
    """Print an answer: as JSON when it is whole, else as it is written, with its sources behind it."""
    if not as_json:
        return print_answer(events)
    from searchapp.model.json import to_json

    with waiting("Answering", quiet=not sys.stdout.isatty()):
        *_, last = events
    assert isinstance(last, Done)  # noqa: S101 - the answerer's contract
    print_json(to_json(last.answer))
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
        elif isinstance(event, PassagesRead) and event.title and streams:
            told = Message("reading_passages", title=event.title, read=event.read, passages=event.total)
            out.print(told.text(), style="dim", soft_wrap=True)
    assert answer is not None  # noqa: S101 - the answerer's contract
    typer.echo("\n" if streams else answer.answer + "\n")
    for part in answer.parts:
        out.print(f"Searched for: {part.text}{'' if part.found else ' (no passage speaks of it)'}", style="dim")
    _print_doubts(answer, out)
    for citation in answer.citations or filter(None, [answer.nearest]):
        page = f", page {citation.page}" if citation.page else ""
        out.print(f"[{citation.n}] {citation.title} ({citation.source}{page})", style="cyan", soft_wrap=True)
    if not answer.refused and answer.passages_found:
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


NEW, EDIT, LEAVE = "/new", "/query", "/quit"
HELP = (
    f'Follow-ups may leave out what was said before. {NEW} starts again, "{EDIT} QUESTION" searches for other words, '
)
HELP += f"{LEAVE} leaves."


def converse(ask_it: Callable[..., Iterator[AnswerEvent]], first: str, *, as_json: bool) -> bool:
    """Answer ``first`` and then each line that is typed, in the light of those before; whether any answer broke off.

    ``ask_it`` is ``Answerer.ask`` with the options of all of them.

    With ``as_json`` each line gets one line of JSON: an answer, or an error.
    """
    if sys.stdin.isatty() and not as_json:
        typer.echo(HELP, err=True)
    history: list[Turn] = []
    failed = False
    for line in _lines(first):
        if line == LEAVE:
            break
        if line == NEW:
            history.clear()
            continue
        edited = line.startswith(EDIT)
        text = line.removeprefix(EDIT).strip() if edited else line
        try:
            answer = show(ask_it(text, history=history, query=text if edited else ""), as_json=as_json)
        except UsageError as error:  # a question that cannot be asked ends no conversation
            _tell(error, as_json)
            continue
        failed = failed or answer.broken_off
        if edited and history:
            history.pop()  # the words that were changed take the place of the last question
        history.append(Turn(answer.query, answer.answer))
    return failed


def _lines(first: str) -> Iterator[str]:
    if first:
        yield first
    while True:
        if sys.stdin.isatty():
            typer.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            return
        if line.strip():
            yield line.strip()


def _tell(error: SearchAppError, as_json: bool) -> None:
    if as_json:
        print_json({"error": dataclasses.asdict(error.failure())})
    else:
        typer.echo(str(Message("error_shown", what=error.sentence.whole)), err=True)
