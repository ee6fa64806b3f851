"""``searchapp es snapshot``: create, list, restore, drill, delete, prune."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list
from searchapp.cli.es.versions import print_pruned
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
        print_list("snapshots", [_json(one) for one in found])
        return
    if not found:
        console().print("No snapshots yet. Take one: searchapp es snapshot create")
        return
    table = Table()
    for name in ("name", "state", "started (UTC)", "passages", "documents", "model"):
        table.add_column(name, justify="right" if name in ("passages", "documents") else "left")
    for one in found:
        started = f"{one.started:%Y-%m-%d %H:%M:%S}"
        counts = ("?" if count is None else str(count) for count in (one.chunks, one.documents))
        table.add_row(one.name, one.state, started, *counts, one.model)
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

      searchapp es snapshot restore searchapp-20260514-031500-000

    """
    from searchapp.cluster.restoring import restore as run

    with stages("Asking Elasticsearch", quiet=as_json) as show:
        done = run(application(), name, switch=switch, progress=show)
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

    Example: searchapp es snapshot delete searchapp-20260514-031500-000
    """
    from searchapp.cluster import snapshots

    snapshots.delete(application(), name)
    if as_json:
        print_json({"deleted": name})
    else:
        console().print(f"{name} is deleted.")


@group.command()
def drill(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="As es snapshot list shows it. Default: latest.")
    ] = "latest",
    queries: Annotated[int, typer.Option(min=1, max=500, metavar="N", help="How many queries both are asked.")] = 20,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Pass over the mark of a drill that was killed on another machine.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Try whether a snapshot would bring everything back: restore it beside the live index, ask both, remove it.

    Counts are compared with those of the snapshot, and rankings with the live index, of documents that are unchanged
    since. The queries are those that readers judged, where there are any, else headings of a sample of documents.
    Exit code 1: it would not. It needs the space of one more copy of the index. What a killed drill left is removed by
    the next one.

    Examples:
      searchapp es snapshot drill

      searchapp es snapshot drill searchapp-20260514-031500-000 --queries 50

    """
    from searchapp.cli.common import orderly_end
    from searchapp.cluster.drill import drill as run

    with orderly_end(), stages("Asking Elasticsearch", quiet=as_json) as show:
        done = run(application(), name, queries=queries, take_over=take_over, progress=show)
    if as_json:
        print_json({**dataclasses.asdict(done), "passed": done.passed})
    else:
        out = console()
        out.print(f"snapshot  {done.snapshot}, taken {done.taken}, restored and asked in {done.seconds:.1f} s")
        for check in done.checks:
            out.print(f"{'ok' if check.passed else 'FAILED':<9} {check.name}: {check.found}")
        found = done.searches
        if found.ndcg_live is not None and found.ndcg_restored is not None:
            figures = f"{found.ndcg_live:.4f} live, {found.ndcg_restored:.4f} restored"
            out.print(f"nDCG@10   {figures}, by readers' judgements")
        if done.cleaned:
            out.print(f"removed   what an earlier drill left: {', '.join(done.cleaned)}")
    if not done.passed:
        raise typer.Exit(1)


@group.command()
def prune(
    daily: Annotated[int, typer.Option("--keep-daily", min=0, metavar="N", help="Of so many days the newest.")] = 0,
    weekly: Annotated[int, typer.Option("--keep-weekly", min=0, metavar="N", help="Of so many weeks.")] = 0,
    monthly: Annotated[int, typer.Option("--keep-monthly", min=0, metavar="N", help="Of so many months.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove snapshots that are no longer needed: of each of the last days, weeks and months the newest stays.

    Days, weeks and months without a snapshot do not count, in UTC. The newest whole one always stays. Where the server
    has snapshot lifecycle management, "es export" writes a policy for it instead.

    Example: searchapp es snapshot prune --keep-daily 7 --keep-weekly 4 --keep-monthly 12
    """
    from searchapp.cluster import snapshots
    from searchapp.cluster.retention import Keep

    done = snapshots.thin_out(application(), Keep(daily, weekly, monthly), dry_run=dry_run)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    print_pruned(done.kept, done.removed, dry_run=dry_run)


def _json(snapshot: Any) -> dict[str, Any]:
    return {**dataclasses.asdict(snapshot), "started": snapshot.started.isoformat()}
