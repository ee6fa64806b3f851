"""``searchapp ask``."""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import FilterOption, JsonOption, application, console, print_json, waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from searchapp.model import Answer, AnswerEvent


def ask(
    question: Annotated[str, typer.Argument(help="A question to your documents.")],
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=50, help="Passages to answer from.")] = 8,
    model: Annotated[str | None, typer.Option("--model", help="Ollama model, in place of the configured one.")] = None,
    filters: FilterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from your documents; every claim names its passage.

    Without a running Ollama the answer is quoted from the documents instead of written.

    Examples:
      searchapp ask "What happens when the disk is full?"

      searchapp ask 如何更换嵌入模型 --filter language=zh

    """
    from searchapp.search import parse_filters
    from searchapp.serialise import answer_json

    events = application().answerer.ask(question, filters=parse_filters(filters or ()), size=size, model=model)
    if as_json:
        print_json(answer_json(_last(events)))
        return
    print_answer(events)


def print_answer(events: Iterator[AnswerEvent]) -> None:
    """Stream an answer to the terminal, then its sources."""
    from searchapp.model import Done, SourcesFound, Support, Token

    out = console()
    answer: Answer | None = None
    with waiting("Searching", quiet=False):
        first = next(events)
    streams = sys.stdout.isatty()
    for event in itertools.chain([first], events):
        if isinstance(event, Token) and streams:
            typer.echo(event.text, nl=False)
        elif isinstance(event, Done):
            answer = event.answer
        elif isinstance(event, SourcesFound) and streams:
            typer.echo()
    if answer is None:
        return
    typer.echo("\n" if streams else answer.answer + "\n")
    for support, words in ((Support.UNSUPPORTED, "Not supported"), (Support.WEAK, "Weakly supported")):
        doubtful = [sentence for sentence in answer.sentences if sentence.support is support]
        if doubtful:
            style = "red" if support is Support.UNSUPPORTED else "yellow"
            out.print(f"{words} by the passages: {len(doubtful)} of {len(answer.sentences)} sentences", style=style)
            for sentence in doubtful:
                lacking = f" (not in them: {', '.join(sentence.missing)})" if sentence.missing else ""
                out.print(f"  ? {sentence.text}{lacking}", style=style)
    for citation in answer.citations:
        page = f", page {citation.page}" if citation.page else ""
        out.print(f"[{citation.n}] {citation.title} ({citation.source}{page})", style="cyan", soft_wrap=True)
    if not answer.refused:
        out.print(f"{answer.passages_used} of {answer.passages_found} passages used", style="dim")
    if answer.citations_removed:
        out.print(f"{answer.citations_removed} citations that named no passage were removed", style="dim")
    for notice in answer.notices:
        out.print(notice.message, style="dim")


def _last(events: Iterator[AnswerEvent]) -> Answer:
    from searchapp.model import Done

    done = [event.answer for event in events if isinstance(event, Done)]
    return done[-1]
