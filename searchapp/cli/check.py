"""``searchapp check``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp import limits
from searchapp.cli.common import (
    CollectionOption,
    FieldOption,
    FilterOption,
    JsonOption,
    TagOption,
    application,
    console,
    filters_of,
    print_json,
    say_what_leaves,
    waiting,
)
from searchapp.cli.exit_codes import SOME_FAILED


def check(
    text: Annotated[str, typer.Argument(help="A sentence, or some.")],
    passages: Annotated[
        list[str] | None,
        typer.Option("--passage", "-p", help="A chunk_id to check against; several count together. Else: the nearest."),
    ] = None,
    filters: FilterOption = None,
    tag: TagOption = None,
    collection: CollectionOption = None,
    field: FieldOption = None,
    size: Annotated[
        int, typer.Option("--size", "-n", min=1, max=limits.CHECKED_AGAINST, help="Passages looked for.")
    ] = 8,
    as_json: JsonOption = False,
) -> None:
    """Check whether passages support each sentence of a text, and why or why not.

    No language model takes part. Exit code 3: a sentence is not supported.

    Examples:
      searchapp check "Gloves are of class D."

      searchapp check "备份保留三十天。" --filter language=zh --json

    """
    from searchapp.model.json import to_json

    running = application()
    if not as_json:
        say_what_leaves(running)
    asked = filters_of(filters, tag, field, collection)
    with waiting("Checking", as_json):
        checked = running.checks.check(text, asked, passages=passages or (), size=size)
    if as_json:
        print_json(to_json(checked))
    else:
        out = console()
        for one in checked.sentences:
            out.print(f"{one.support.value:<12} {one.text}")
            out.print(f"             {one.explanation}", style="dim")
            for passage in one.passages:
                page = f", page {passage.page}" if passage.page else ""
                quote = " ".join(passage.quote.split())
                out.print(f"             {passage.title or passage.source}{page}: {quote}", style="dim")
        for notice in checked.notices:
            out.print(notice.message, style="yellow")
    if not checked.supported:
        raise typer.Exit(SOME_FAILED)
