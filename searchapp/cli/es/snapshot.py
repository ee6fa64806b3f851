"""``searchapp es snapshot``: create, list, restore, delete."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.progress import stages

group = typer.Typer(
    help="Snapshots of passages and registry in the repository that SEARCHAPP_SNAPSHOT_REPOSITORY names.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As searchapp es snapshot list shows it.")]


@group.command()
def create(as_json: JsonOption = False) -> None:
    """Snapshot the live index and the registry of documents. What the repository has already is not copied again.

    Example: SEARCHAPP_SNAPSHOT_REPOSITORY=fs:searchapp searchapp es snapshot create
    """
    from searchapp.cluster import snapshots

    with stages("Asking Elasticsearch", quiet=as_json) as show:
        taken = snapshots.create(application(), show)
    if as_json:
        print_json(_json(taken))
        return
    console().print(f"{taken.name}: {taken.chunks} passages of {taken.documents} documents, {taken.seconds:.1f} s")


@group.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the snapshots, the newest first.

    Example: searchapp es snapshot list
    """
    from rich.table import Table

    from searchapp.cluster import snapshots

    found = snapshots.listed(application())
    if as_json:
        print_json({"snapshots": [_json(one) for one in found]})
        return
    if not found:
        console().print("No snapshots yet. Take one: searchapp es snapshot create")
        return
    table = Table()
    for name in ("name", "state", "started (UTC)", "passages", "documents", "model"):
        table.add_column(name, justify="right" if name in ("passages", "documents") else "left")
    for one in found:
        started = f"{one.started:%Y-%m-%d %H:%M:%S}"
        table.add_row(one.name, one.state, started, str(one.chunks), str(one.documents), one.model)
    console().print(table)


@group.command()
def restore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As es snapshot list shows it, or latest.")],
    switch: Annotated[
        bool, typer.Option("--switch/--no-switch", help="Move the alias and the registry to the restored state.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Restore a snapshot into a new index, count it, and move the alias to it in one step.

    The index that was live stays as an older version. With --no-switch the restored index stands beside it unused.

    Examples:
      searchapp es snapshot restore latest

      searchapp es snapshot restore searchapp-20260514-031500

    """
    from searchapp.cluster import snapshots

    with stages("Asking Elasticsearch", quiet=as_json) as show:
        done = snapshots.restore(application(), name, switch=switch, progress=show)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    out = console()
    out.print(f"{done.index}: {done.chunks} passages of {done.documents} documents, from {done.snapshot}")
    if not done.switched:
        out.print("It is not in use: the alias was not moved.")
    elif done.previous:
        out.print(f"It is live. {done.previous} was before, and is kept.")
    else:
        out.print("It is live.")


@group.command()
def delete(name: NameArgument, as_json: JsonOption = False) -> None:
    """Remove a snapshot from the repository; files that other snapshots share stay.

    Example: searchapp es snapshot delete searchapp-20260514-031500
    """
    from searchapp.cluster import snapshots

    snapshots.delete(application(), name)
    if as_json:
        print_json({"deleted": name})
    else:
        console().print(f"{name} is deleted.")


def _json(snapshot: Any) -> dict[str, Any]:
    return {**dataclasses.asdict(snapshot), "started": snapshot.started.isoformat()}
