"""``searchapp es prune``."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json


def register(app: typer.Typer) -> None:
    """Add ``prune`` to the group."""
    app.command()(prune)


def prune(
    keep: Annotated[int, typer.Option(min=0, help="How many old versions stay; 0 makes es rollback impossible.")] = 1,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Also what a killed es reindex left.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove old versions of the index, never the live one. Writes then no longer have to reach them.

    Examples:
      searchapp es prune --keep 1 --dry-run

      searchapp es prune --keep 0 --unfinished

    """
    from searchapp.cluster import prune as run

    done = run(application(), keep=keep, unfinished=unfinished, dry_run=dry_run)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    out = console()
    for name in done.kept:
        out.print(f"{'live' if name == done.live else 'kept':<9} {name}")
    for name in done.removed:
        out.print(f"{'to remove' if dry_run else 'removed':<9} {name}")
    if not done.removed:
        out.print("There is nothing to remove.")
