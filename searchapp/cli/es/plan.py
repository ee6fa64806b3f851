"""What differs, what it takes, and bringing it about: ``es plan`` and ``es apply``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, say_what_leaves, waiting
from searchapp.cli.exit_codes import PENDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchapp.cluster.expected import Expected
    from searchapp.cluster.plan import Change, Plan
    from searchapp.cluster.price import Price

TAKES = {
    "in_place": "in place: es apply does it, searches go on",
    "new_segments": "in place, for what is written or merged from now on: es apply does it",
    "new_index": "needs a new index: es reindex builds it while searches and writes go on",
}
STYLES = {"+": "green", "-": "red", "@": "cyan"}
GIB = 2**30


def plan(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help='Also keep the plan in a file, for "es apply FILE".')
    ] = None,
    expect: Annotated[
        int, typer.Option("--expect", min=0, metavar="N", help="Also try another model on so many documents.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Show how the cluster differs from es/mappings, es/pipelines and the settings, and what each change takes.

    Nothing is changed. Exit code 0: nothing to do; 4: there are changes. "-" is the cluster now, "+" what it will be.
    Where a new index is needed, its price is told: what is embedded, how long by a rate that is measured now, bytes.
    With --expect both models are asked the queries that readers judged, over their documents and as many others as make
    N: how nDCG@10 would change, which takes as long as embedding N documents twice.

    Examples:
      searchapp es plan && echo "nothing to do"

      searchapp es plan --out plan.json

      SEARCHAPP_EMBEDDING_MODEL=ollama:bge-m3 searchapp es plan --expect 200

      searchapp es plan --json | jq -r '.changes[] | .effect + " " + .name'

    """
    from searchapp.cluster import plan as run
    from searchapp.cluster.expected import expected
    from searchapp.cluster.plan import INDEX
    from searchapp.cluster.plan_file import change_json, write_plan
    from searchapp.cluster.price import price
    from searchapp.cluster.state import read_state
    from searchapp.cluster.store import elasticsearch_store

    running = application()
    if expect:
        say_what_leaves(running)
    with waiting("Comparing", as_json):
        # The state comes first: what moves before the comparison is then noticed by es apply.
        state = read_state(elasticsearch_store(running), running.embedder.fingerprint) if out else None
        found = run(running)
        rebuilt = any(change.kind == INDEX and change.effect == "new_index" for change in found.changes)
        costs = price(running) if rebuilt else None
        change = expected(running, expect) if rebuilt and expect else None
        if out and state:
            write_plan(out, found, state, costs)
    if as_json:
        changes = [change_json(change) for change in found.changes]
        priced = {"price": dataclasses.asdict(costs)} if costs else {}
        tried = {"expected": dataclasses.asdict(change)} if change else {}
        print_json({"pending": len(found.changes), "changes": changes, **priced, **tried})
    else:
        _show_plan(found)
        if costs:
            _show_price(costs)
        if change:
            _show_expected(change)
        if out:
            console().print(f"The plan is in {out}: searchapp es apply {out}")
    if found.changes:
        raise typer.Exit(PENDING)


def _show_plan(found: Plan) -> None:
    out = console()
    if not found.changes:
        out.print("Nothing to do: the cluster is as es/ and the settings say.")
        return
    for effect, takes in TAKES.items():
        changes = [change for change in found.changes if change.effect == effect]
        if changes:
            out.print(f"# {takes}\n", style="bold")
            _show_changes(changes)
    counts = [f"{sum(change.effect == effect for change in found.changes)} {effect}" for effect in TAKES]
    out.print(f"{len(found.changes)} changes: {', '.join(counts)}".replace("_", " "))


def _show_changes(changes: Sequence[Change]) -> None:
    out = console()
    for change in changes:
        out.print(f"{change.kind} {change.name}: {change.what}", style="yellow" if change.edited else "bold")
        for line in change.diff:
            out.print(f"  {line}", style=STYLES.get(line[:1], "dim"))
        if change.remedy:
            out.print(f"  {change.remedy}")
        out.print()


def _show_price(costs: Price) -> None:
    """What the new index takes, in a few lines."""
    out = console()
    out.print(f"\nA new index holds about {costs.chunks:,} passages of {costs.documents:,} documents.")
    if not costs.embedded:
        out.print("embedding  nothing: the vectors that are there go over")
    elif costs.minutes is None:
        out.print(f"embedding  at most {costs.embedded:,} passages; not timed, since a sample would leave this machine")
    else:
        rate = f"{costs.per_second:,.1f} passages a second, measured now"
        out.print(f"embedding  at most {costs.embedded:,} passages, {costs.minutes:,.1f} minutes ({rate})")
    if costs.cost is not None:
        out.print(f"cost       {costs.cost:g} at the price of SEARCHAPP_EMBEDDING_PRICE")
    for name, one in costs.bytes.items():
        mark = "*" if name == costs.options else " "
        out.print(f"{mark} {name:<9} {one.disk / GIB:.3f} GB on disk, {one.memory / GIB:.3f} GB of it in memory")
    out.print("Bytes are by formula, without replicas (searchapp es sizing); * is configured.")


def _show_expected(change: Expected) -> None:
    out = console()
    out.print(f"\nnDCG@10    {change.before:.4f} by {change.model_before}")
    out.print(f"           {change.after:.4f} by {change.model_after}: {change.after - change.before:+.4f}")
    out.print(f"           over {change.queries:,} queries that readers judged and {change.documents:,} documents.")


def apply(
    plan: Annotated[
        Path | None, typer.Argument(metavar="FILE", help='A plan of "es plan --out": only if nothing has moved since.')
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also undo what somebody edited by hand in the cluster.")
    ] = False,
    start_over: Annotated[
        bool, typer.Option("--start-over", help="The index is lost: begin an empty one, and let ingest read all again.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Pass over the mark of an apply that was killed on another machine.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the cluster to es/mappings, es/pipelines and the settings: templates, new fields, dynamic settings.

    What is missing is created. Run it as often as you like. A change that needs a new index is left and named (exit
    code 4): "es reindex" makes it. With FILE nothing is done unless cluster, es/ and settings are as they were when the
    plan was made. Of two operators who apply at once one is refused.

    Examples:
      searchapp es apply

      searchapp es plan --out plan.json; searchapp es apply plan.json

    """
    from searchapp.cluster import apply as run
    from searchapp.cluster.plan_file import change_json, read_plan

    saved = read_plan(plan) if plan else None
    with waiting("Applying", as_json):
        done = run(application(), overwrite=overwrite, start_over=start_over, saved=saved, take_over=take_over)
    if as_json:
        steps = [dataclasses.asdict(step) for step in done.steps]
        print_json({"steps": steps, "left": [change_json(change) for change in done.left]})
    else:
        for step in done.steps:
            console().print(f"{step.outcome:<10} {step.kind} {step.name}")
        if done.left:
            console().print(f"\n# left: {TAKES['new_index']}\n", style="bold")
            _show_changes(done.left)
    if done.left:
        raise typer.Exit(PENDING)
