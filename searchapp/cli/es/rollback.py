"""``searchapp es rollback``."""

from __future__ import annotations

import dataclasses

import typer

from searchapp.cli.common import JsonOption, application, console, print_json


def register(app: typer.Typer) -> None:
    """Add ``rollback`` to the group."""
    app.command()(rollback)


def rollback(as_json: JsonOption = False) -> None:
    """Let searches read the version before the live one again. Run it twice to switch forth again.

    Writes have reached both since "es reindex", so nothing is lost; a document that is missing nevertheless is copied.

    Example: searchapp es rollback
    """
    from searchapp.cluster import rollback as run

    done = run(application())
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    out = console()
    out.print(f"switched  from {done.source} to {done.target} ({done.model}) in {done.switch_ms:.0f} ms")
    if done.repaired:
        out.print(f"copied    {done.repaired} documents that it had missed")
