"""``searchapp es plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting

if TYPE_CHECKING:
    from searchapp.cluster.plan import Change, Plan

PENDING = 4

TAKES = {
    "in_place": "in place: es apply does it, searches go on",
    "new_segments": "in place, for what is written or merged from now on: es apply does it",
    "new_index": "needs a new index: es reindex builds it while searches and writes go on",
}
STYLES = {"+": "green", "-": "red", "@": "cyan"}


def register(app: typer.Typer) -> None:
    """Add ``plan`` to the group."""
    app.command()(plan)


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
        _show(found)
    if found.changes:
        raise typer.Exit(PENDING)


def _show(found: Plan) -> None:
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
        "remedy": change.remedy,
        "diff": list(change.diff),
    }
