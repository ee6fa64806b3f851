"""``searchapp es apply``."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting


def register(app: typer.Typer) -> None:
    """Add ``apply`` to the group."""
    app.command()(apply)


def apply(
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also undo what somebody edited by hand in the cluster.")
    ] = False,
    start_over: Annotated[
        bool, typer.Option("--start-over", help="The index is lost: begin an empty one, and let ingest read all again.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the cluster to es/mappings, es/pipelines and the settings: templates, new fields, dynamic settings.

    What is missing is created. Run it as often as you like. A change that needs a new index is refused, and nothing is
    changed then: "es plan" shows it, "es reindex" makes it.

    Example: SEARCHAPP_ELASTICSEARCH_URL=http://localhost:9200 searchapp es apply
    """
    from searchapp.cluster import apply as run

    with waiting("Applying", as_json):
        steps = run(application(), overwrite=overwrite, start_over=start_over)
    if as_json:
        print_json({"steps": [dataclasses.asdict(step) for step in steps]})
        return
    for step in steps:
        console().print(f"{step.outcome:<10} {step.kind} {step.name}")
