"""``searchapp ask``: an answer on a terminal, and with --chat a conversation, or a line each from a pipe."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated

import typer

from searchapp.cli.answers import print_answer
from searchapp.cli.common import (
    CollectionOption,
    FieldOption,
    FilterOption,
    JsonOption,
    TagOption,
    application,
    filters_of,
    print_json,
    say_what_leaves,
    waiting,
)
from searchapp.errors import SearchAppError, UsageError
from searchapp.messages import Message
from searchapp.model import Answer, AnswerEvent, Done, Turn


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
    tag: TagOption = None,
    collection: CollectionOption = None,
    field: FieldOption = None,
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

    if not question and not chat:
        raise UsageError("question_missing")
    running, asked = application(), filters_of(filters, tag, field, collection)
    if not as_json:
        say_what_leaves(running, asks=True)
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
