"""``searchapp es pipeline``: put, simulate, status."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting
from searchapp.cli.completion import values
from searchapp.cli.terminal import short

group = typer.Typer(
    help="Have Elasticsearch make the vectors (SEARCHAPP_EMBEDDING_MODEL=elasticsearch:<inference id>).",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@group.command()
def put(
    endpoint: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help="How to make a missing endpoint: elastic, imported or ollama.",
            autocompletion=values("searchapp.cluster.pipelines:Endpoint"),
        ),
    ] = "",
    model: Annotated[str, typer.Option(help="Another model than the endpoint's file in es/pipelines names.")] = "",
    url: Annotated[
        str, typer.Option(help="With ollama: where Elasticsearch reaches it, /v1/embeddings included.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, show what would be sent, change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make the inference endpoint, if it is missing, and the ingest pipeline. Licence and server are checked first.

    Examples:
      SEARCHAPP_EMBEDDING_MODEL=elasticsearch:e5 searchapp es pipeline put --endpoint elastic

      searchapp es pipeline put --endpoint ollama --model bge-m3 --url http://ollama:11434/v1/embeddings --dry-run

    """
    from searchapp.cluster import pipelines
    from searchapp.errors import UsageError

    if endpoint and endpoint not in list(pipelines.Endpoint):
        raise UsageError("endpoint_file_missing", name=endpoint, known=list(pipelines.Endpoint))
    how = pipelines.Endpoint(endpoint) if endpoint else None
    with waiting("Waiting for the endpoint's model", as_json):
        done = pipelines.put(application(), how, model=model, url=url, dry_run=dry_run)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    out = console()
    if done.endpoint_body is None:
        out.print(f"endpoint  {done.endpoint} is there already")
    else:
        verb = "would be created" if done.dry_run else "created"
        out.print(f"endpoint  {done.endpoint} {verb}: {json.dumps(done.endpoint_body)}")
    for name, outcome in done.pipelines.items():
        out.print(f"pipeline  {name} {outcome}")


@group.command()
def simulate(text: Annotated[str, typer.Argument(help="A passage.")], as_json: JsonOption = False) -> None:
    """Run a chunk through the pipeline without keeping it: shows the vector, or why there is none (exit code 1).

    Example: searchapp es pipeline simulate "how are backups made"
    """
    from searchapp.cluster import pipelines

    with waiting("Waiting for the endpoint's model", as_json):
        made = pipelines.simulate(application(), text)
    error = made.get("embedding_error")
    if as_json:
        print_json(made)
    elif error:
        console().print(f"No vector: {error}")
    else:
        vector = made.get("embedding", [])
        console().print(f"{len(vector)} dimensions: {short(str(vector), 100)}")
    if error:
        raise typer.Exit(1)


@group.command()
def status(as_json: JsonOption = False) -> None:
    """Show licence, server, endpoint and pipeline, and what is missing. Exit code 1 when something is.

    Example: searchapp es pipeline status
    """
    from searchapp.cluster import pipelines

    checks = pipelines.status(application())
    if as_json:
        shown = [{"name": one.name, "found": one.found, "fine": one.fine, "remedy": one.remedy} for one in checks]
        print_json({"checks": shown})
    else:
        out = console()
        for check in checks:
            out.print(f"{'ok' if check.fine else 'MISSING':<8} {check.name}: {check.found}")
            if check.remedy:
                out.print(f"         {check.remedy}")
    if not all(check.fine for check in checks):
        raise typer.Exit(1)
