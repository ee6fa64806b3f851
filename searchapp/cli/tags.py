"""``searchapp tags``: tags by hand, beside those of front matter, sidecars and path rules."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_list
from searchapp.cli.filing import BelowOption, DocumentsArgument, ids_of, tell

app = typer.Typer(help="Tags of documents.", no_args_is_help=True, rich_markup_mode=None)

TagArgument = Annotated[str, typer.Argument(metavar="TAG", help="A tag, whole.")]


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the tags with the number of documents that have them, the commonest first.

    Example: searchapp tags list
    """
    from searchapp.access import LOCAL

    counts = application().tags.counts(LOCAL)
    if as_json:
        print_list("tags", dict(counts))
        return
    for tag, count in counts.items():
        console().print(f"{count:>7}  {tag}", soft_wrap=True)
    if not counts:
        console().print("No tags yet. Give one: searchapp tags add TAG DOCUMENT")


@app.command()
def add(
    tag: TagArgument, documents: DocumentsArgument = None, below: BelowOption = None, as_json: JsonOption = False
) -> None:
    """Give documents a tag. It stays whatever is ingested. Exit code 3: some documents are not there.

    Example: searchapp tags add urgent contract.pdf
    """
    from searchapp.access import LOCAL

    running = application()
    tell(running.tags.change(ids_of(running, documents, below), [tag], [], LOCAL), as_json)


@app.command()
def remove(
    tag: TagArgument, documents: DocumentsArgument = None, below: BelowOption = None, as_json: JsonOption = False
) -> None:
    """Take a tag from documents. Exit code 3: some keep it, since front matter, a sidecar or a path rule states it.

    Example: searchapp tags remove urgent contract.pdf
    """
    from searchapp.access import LOCAL

    running = application()
    tell(running.tags.change(ids_of(running, documents, below), [], [tag], LOCAL), as_json)
