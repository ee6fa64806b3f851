"""``searchapp ask``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli.common import FilterOption, JsonOption, application


def ask(
    question: Annotated[str, typer.Argument(help="A question to your documents; with --chat the first one.")] = "",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=50, help="Passages to answer from.")] = 8,
    model: Annotated[
        str | None, typer.Option("--model", help="Ollama model, in place of the configured one (searchapp models).")
    ] = None,
    chat: Annotated[bool, typer.Option("--chat", help="Go on with follow-up questions, a line each.")] = False,
    filters: FilterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from your documents; every claim names its passage.

    Without a running Ollama the answer is quoted from the documents instead of written. An answer that breaks off is
    shown as far as it came, and the exit code is 1.

    Examples:
      searchapp ask "What happens when the disk is full?"

      searchapp ask 如何更换嵌入模型 --filter language=zh

      searchapp ask --chat "How is a snapshot restored in 8.x?"

    """
    from searchapp.cli.answers import show
    from searchapp.errors import UsageError
    from searchapp.search import parse_filters

    if not question and not chat:
        raise UsageError("There is no question.", "Write it behind the command, or ask several with --chat.")
    answerer, asked = application().answerer, parse_filters(filters or ())
    if chat:
        from searchapp.cli.chat import converse

        failed = converse(answerer, question, filters=asked, size=size, model=model, as_json=as_json)
    else:
        failed = show(answerer.ask(question, filters=asked, size=size, model=model), as_json=as_json).broken_off
    if failed:
        raise typer.Exit(1)
