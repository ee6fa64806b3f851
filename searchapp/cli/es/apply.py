"""``searchapp es apply``."""

from __future__ import annotations

import dataclasses

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting


def register(app: typer.Typer) -> None:
    """Add ``apply`` to the group."""
    app.command()(apply)


def apply(as_json: JsonOption = False) -> None:
    """Put the index templates of es/mappings and create what is missing. Indices that exist are not changed.

    Example: SEARCHAPP_ELASTICSEARCH_URL=http://localhost:9200 searchapp es apply
    """
    from searchapp.cluster import apply as run

    with waiting("Loading the embedding model", as_json):
        steps = run(application())
    if as_json:
        print_json({"steps": [dataclasses.asdict(step) for step in steps]})
        return
    for step in steps:
        console().print(f"{step.outcome:<10} {step.kind} {step.name}")
