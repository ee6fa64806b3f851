"""``searchapp es reindex``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json

if TYPE_CHECKING:
    from searchapp.cluster.gate import GateResult
    from searchapp.cluster.reindex import Reindexed


def register(app: typer.Typer) -> None:
    """Add ``reindex`` to the group."""
    app.command()(reindex)


def reindex(
    model: Annotated[
        str | None, typer.Option(metavar="PROVIDER:MODEL", help="Model of the next version. Unset: the configured one.")
    ] = None,
    gate: Annotated[
        Path | None,
        typer.Option(metavar="DATASET_DIR", help="Judged queries (BEIR layout) over documents of this index."),
    ] = None,
    margin: Annotated[float, typer.Option(help="How much nDCG@10 the gate may cost, from 0 to 1.")] = 0.01,
    throttle: Annotated[
        float | None, typer.Option(min=0.1, metavar="N", help="Most passages a second, to spare the machine.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the next version of the index, check it, and let searches read it. Searches and ingestion go on meanwhile.

    Passages are cut from the text in the index; no source is read again, and vectors of the same model are reused. Run
    it again after a kill: it goes on. "es rollback" switches back.

    Examples:
      searchapp es reindex --model ollama:mxbai-embed-large --dry-run

      searchapp es reindex --model ollama:mxbai-embed-large --gate ./judged --throttle 50

      SEARCHAPP_CHUNK_TOKENS=200 searchapp es reindex

    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from searchapp.cluster import reindex as run
    from searchapp.cluster.reindex import Options

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=as_json) as progress:
        tasks = {"": progress.add_task("Loading the embedding model", total=None)}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                progress.remove_task(tasks.popitem()[1])
                tasks[what] = progress.add_task(what[0].upper() + what[1:], total=total or None)
            progress.update(tasks[what], completed=done, total=total or None)

        done = run(application(embedding_model=model), Options(gate, margin, throttle, dry_run), show)
    if as_json:
        print_json(dataclasses.asdict(done) | {"gate": _gate_json(done.gate)})
    else:
        _tell(done, model)
    if not (done.switched or done.dry_run):
        raise typer.Exit(1)


def _tell(done: Reindexed, model: str | None) -> None:
    out = console()
    out.print(f"from      {done.source}")
    out.print(f"to        {done.target}: {done.model}, passages of {done.chunk_tokens} tokens at most")
    size = f"{done.documents:,} documents, {done.chunks:,} passages there"
    if done.dry_run:
        out.print(f"to copy   {size}; at most {done.embedded:,} to embed" + (", going on" if done.resumed else ""))
        out.print("Nothing was done (--dry-run).")
        return
    out.print(f"copied    {size}; {done.embedded:,} embedded, {done.reused:,} vectors reused, {done.seconds:.1f} s")
    for check in done.checks:
        out.print(f"check     {check.name}: {check.found}" + ("" if check.passed else " FAILED"))
    if done.gate is not None:
        _print_gate(done.gate)
    if done.switched:
        out.print(f"switched  in {done.switch_ms:.0f} ms. searchapp es rollback switches back.")
        if model:
            out.print(f"          Set SEARCHAPP_EMBEDDING_MODEL={model} where searchapp runs, at your leisure.")
    else:
        out.print("The gate failed: nothing was switched, and everything is as it was.", style="red")


def _print_gate(gate: GateResult) -> None:
    from rich.table import Table

    for title, figures in (("live version", gate.live), ("next version", gate.next)):
        table = Table(title=f"{gate.dataset}, {gate.queries} queries: {title}")
        for name in ("mode", "nDCG@10", "recall@100", "MRR@10", "p50 ms"):
            table.add_column(name, justify="left" if name == "mode" else "right")
        for mode, leg in figures.items():
            measures = (leg.ndcg_at_10, leg.recall_at_100, leg.mrr_at_10)
            table.add_row(str(mode), *(f"{value:.4f}" for value in measures), f"{leg.p50_ms:.1f}")
        console().print(table)


def _gate_json(gate: GateResult | None) -> dict[str, object] | None:
    if gate is None:
        return None
    tables = {
        name: {str(mode): dataclasses.asdict(leg) for mode, leg in figures.items()}
        for name, figures in (("live", gate.live), ("next", gate.next))
    }
    return {"dataset": gate.dataset, "queries": gate.queries, "margin": gate.margin, "passed": gate.passed, **tables}
