"""``searchapp ask --chat``: a conversation on a terminal, or a line each from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from searchapp.cli.answers import show
from searchapp.cli.common import print_json
from searchapp.errors import SearchAppError, UsageError
from searchapp.model import Filters, Turn
from searchapp.serialise import error_json

if TYPE_CHECKING:
    from searchapp.answer import Answerer

NEW, EDIT, LEAVE = "/new", "/query", "/quit"
HELP = f'Follow-ups may leave out what was said before. {NEW} begins anew, "{EDIT} QUESTION" searches for other words, '
HELP += f"{LEAVE} leaves."


def converse(answerer: Answerer, first: str, *, filters: Filters, size: int, model: str | None, as_json: bool) -> bool:
    """Answer ``first`` and then each line that is typed, in the light of those before; whether any answer broke off.

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
            events = answerer.ask(
                text, history=history, query=text if edited else "", filters=filters, size=size, model=model
            )
            answer = show(events, as_json=as_json)
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
        print_json(error_json(error))
    else:
        typer.echo(f"Error: {error}", err=True)
