"""``searchapp es status``."""

from __future__ import annotations

import dataclasses

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting


def register(app: typer.Typer) -> None:
    """Add ``status`` to the group."""
    app.command()(status)


def status(as_json: JsonOption = False) -> None:
    """Show the server, its health, the searchapp indices, and the model they were built with.

    Example: searchapp es status --json
    """
    from searchapp.cluster import status as run

    with waiting("Loading the embedding model", as_json):
        found = run(application())
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    out = console()
    out.print(f"server      {found.server} ({found.cluster}, version {found.version})")
    out.print(f"health      {found.health}")
    out.print(f"configured  {found.configured}")
    out.print(f"indexed     {found.model or 'nothing yet: run searchapp es apply'}")
    if not found.matches:
        out.print("            The index was built with another model than the configured one.", style="red")
    for index in found.indices:
        alias = f" (alias {index.alias})" if index.alias else ""
        size = f"{index.bytes / 1e6:.1f} MB"
        out.print(f"index       {index.name}{alias}: {index.health}, {index.documents} documents, {size}")
