"""``searchapp es aliases``."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json


def register(app: typer.Typer) -> None:
    """Add ``aliases`` to the group."""
    app.command()(aliases)


def aliases(
    live: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=1, help="Mend them: let searches read this version, and no other."),
    ] = None,
    remove_index: Annotated[
        bool,
        typer.Option("--remove-index", help="Mend them: delete the index that stands in the alias's place, for good."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which version searches read and which ones writes reach, and mend that after an accident.

    Sane aliases are left to "es reindex" and "es rollback". Exit code 1: they are not sane.

    Examples:
      searchapp es aliases

      searchapp es aliases --live 2

    """
    from searchapp.cluster.aliases import aliases as look
    from searchapp.cluster.aliases import mend

    running = application()
    found = mend(running, live, remove_index=remove_index) if live or remove_index else look(running)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        out = console()
        for place in found.places:
            held = f"{place.documents:,} documents, {place.chunks:,} passages"
            out.print(f"{place.state:<10} {place.name}: {held}  {place.model}")
        if found.fault:
            out.print(f"{found.fault}\n{found.mend} mends it.", style="red")
        elif not found.places:
            out.print("There is no index yet: run searchapp es apply.")
    if found.fault:
        raise typer.Exit(1)
