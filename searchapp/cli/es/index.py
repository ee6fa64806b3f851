"""How the cluster stands beside es/ and the settings, and bringing it there: ``es status, plan, apply, aliases``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting

if TYPE_CHECKING:
    from searchapp.cluster.plan import Change, Plan


def status(as_json: JsonOption = False) -> None:
    """Show the server, its health, the versions of the index with their models, and what is to be done.

    "searchapp doctor" looks at everything and tells how to fix it.

    Example: searchapp es status --json
    """
    from searchapp.cluster import status as run

    with waiting("Looking", as_json):
        found = run(application())
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    out = console()
    out.print(f"server      {found.server} ({found.cluster}, version {found.version}, licence {found.licence})")
    out.print(f"health      {found.health}, {found.nodes} node(s)")
    out.print(f"configured  {found.configured}")
    out.print(f"indexed     {found.model or ('?' if found.fault else 'nothing yet: run searchapp es apply')}")
    if not found.matches:
        out.print("            The index was built with another model than the configured one.", style="red")
    places = {place.name: place for place in found.versions}
    for index in found.indices:
        place = places.get(index.name)
        what = place.state if place else "registry"
        held = f"{index.documents:,} entries"
        if place:
            held = f"{place.documents:,} documents, {index.documents:,} passages"
        model = f", {place.model}" if place and place.model else ""
        size = f"{index.bytes / 1e6:.1f} MB, {index.shards} shard(s), {index.replicas} replica(s)"
        out.print(f"{what:<11} {index.name}: {index.health}, {held}, {size}{model}")
    if found.states:
        out.print(f"documents   {', '.join(f'{count:,} {state}' for state, count in sorted(found.states.items()))}")
    if found.fault:
        out.print(f"aliases     {found.fault} searchapp es aliases fixes them.", style="red")
    elif found.pending:
        out.print(f"plan        {found.pending} change(s): searchapp es plan shows them")
    else:
        out.print("plan        nothing to do")


PENDING = 4

TAKES = {
    "in_place": "in place: es apply does it, searches go on",
    "new_segments": "in place, for what is written or merged from now on: es apply does it",
    "new_index": "needs a new index: es reindex builds it while searches and writes go on",
}
STYLES = {"+": "green", "-": "red", "@": "cyan"}


def plan(as_json: JsonOption = False) -> None:
    """Show how the cluster differs from es/mappings, es/pipelines and the settings, and what each change takes.

    Nothing is changed. Exit code 0: nothing to do; 4: there are changes. "-" is the cluster now, "+" what it will be.

    Examples:
      searchapp es plan && echo "nothing to do"

      searchapp es plan --json | jq -r '.changes[] | .effect + " " + .name'

    """
    from searchapp.cluster import plan as run

    with waiting("Comparing", as_json):
        found = run(application())
    if as_json:
        print_json({"pending": len(found.changes), "changes": [_json(change) for change in found.changes]})
    else:
        _show_plan(found)
    if found.changes:
        raise typer.Exit(PENDING)


def _show_plan(found: Plan) -> None:
    out = console()
    if not found.changes:
        out.print("Nothing to do: the cluster is as es/ and the settings say.")
        return
    for effect, takes in TAKES.items():
        changes = [change for change in found.changes if change.effect == effect]
        if not changes:
            continue
        out.print(f"# {takes}\n", style="bold")
        for change in changes:
            out.print(f"{change.kind} {change.name}: {change.what}", style="yellow" if change.edited else "bold")
            for line in change.diff:
                out.print(f"  {line}", style=STYLES.get(line[:1], "dim"))
            if change.remedy:
                out.print(f"  {change.remedy}")
            out.print()
    counts = [f"{sum(change.effect == effect for change in found.changes)} {effect}" for effect in TAKES]
    out.print(f"{len(found.changes)} changes: {', '.join(counts)}".replace("_", " "))


def _json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "name": change.name,
        "what": change.what,
        "effect": str(change.effect),
        "edited_by_hand": change.edited,
        "remedy": str(change.remedy),
        "diff": list(change.diff),
    }


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


def aliases(
    live: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=1, help="Fix them: let searches read this version, and no other."),
    ] = None,
    remove_index: Annotated[
        bool,
        typer.Option("--remove-index", help="Fix them: delete the index that stands in the alias's place, for good."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which version searches read and which ones writes reach, and fix that after an accident.

    Sane aliases are left to "es reindex" and "es rollback". Exit code 1: they are not sane.

    Examples:
      searchapp es aliases

      searchapp es aliases --live 2

    """
    from searchapp.cluster.aliases import aliases as look
    from searchapp.cluster.aliases import fix

    running = application()
    found = fix(running, live, remove_index=remove_index) if live or remove_index else look(running)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        out = console()
        for place in found.places:
            held = f"{place.documents:,} documents, {place.chunks:,} passages"
            out.print(f"{place.state:<10} {place.name}: {held}  {place.model}")
        if found.fault:
            out.print(f"{found.fault}\n{found.fix} fixes it.", style="red")
        elif not found.places:
            out.print("There is no index yet: run searchapp es apply.")
    if found.fault:
        raise typer.Exit(1)
