"""Versions of the index: ``es reindex`` builds the next, ``es rollback`` goes back, ``es prune`` removes old ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.es.forcemerge import print_merged
from searchapp.cli.progress import stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from searchapp.cluster.reindex import GateResult, Reindexed


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
    shards: Annotated[
        int | None,
        typer.Option(metavar="N", help="Primary shards of the next version and of those after it. Unset: as now."),
    ] = None,
    forcemerge: Annotated[
        bool, typer.Option("--forcemerge", help='Merge its segments before searches read it (as "es forcemerge").')
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build the next version of the index, check it, and let searches read it. Searches and ingestion go on meanwhile.

    Chunks are cut from the text in the index; no source is read again, and vectors of the same model are reused. Run
    it again after a kill: it goes on. "es rollback" switches back. With --shards the index is split or shrunk to any
    number; nothing is embedded for it.

    Examples:
      searchapp es reindex --model ollama:mxbai-embed-large --dry-run

      searchapp es reindex --model ollama:mxbai-embed-large --gate ./judged --throttle 50

      SEARCHAPP_CHUNK_TOKENS=200 searchapp es reindex

      searchapp es reindex --shards 3 --forcemerge

    """
    from searchapp.cluster import reindex as run
    from searchapp.cluster.reindex import Options

    with stages("Loading the embedding model", quiet=as_json) as show:
        running = application(embedding_model=model)
        options = Options(gate, margin, throttle, dry_run, shards, forcemerge)
        done = run(running, options, show)
    if as_json:
        first = {"source": done.source, "target": done.target, "model": done.model}
        print_json(first | dataclasses.asdict(done) | {"gate": _gate_json(done.gate)})
    else:
        _tell(done, model)
        if shards is not None and running.settings.index_shards not in (None, shards):
            console().print(f"          Set SEARCHAPP_INDEX_SHARDS={shards}, else the next reindex goes back to it.")
    if not (done.switched or done.dry_run):
        raise typer.Exit(1)


def _tell(done: Reindexed, model: str | None) -> None:
    out = console()
    out.print(f"from      {done.source}")
    out.print(f"to        {done.target}: {done.model}, passages of {done.chunk_tokens} tokens at most")
    if done.shards != done.source_shards:
        out.print(f"shards    {done.source_shards} become {done.shards}")
    size = f"{done.documents:,} documents, {done.chunks:,} passages there"
    if done.dry_run:
        out.print(f"to copy   {size}; at most {done.embedded:,} to embed" + (", going on" if done.resumed else ""))
        out.print("Nothing was done (--dry-run).")
        return
    out.print(f"copied    {size}; {done.embedded:,} embedded, {done.reused:,} vectors reused, {done.seconds:.1f} s")
    for check in done.checks:
        out.print(f"check     {check.name}: {check.found}" + ("" if check.passed else " FAILED"))
    if done.merged is not None:
        print_merged(done.merged)
    if done.gate is not None:
        _print_gate(done.gate)
    if done.switched:
        out.print(f"switched  in {done.switch_ms:.0f} ms. searchapp es rollback switches back.")
        if model:
            out.print(f"          Set SEARCHAPP_EMBEDDING_MODEL={model} where searchapp runs, at your leisure.")
    elif done.gate is not None:
        out.print("The gate failed: nothing was switched, and everything is as it was.", style="red")
    else:
        out.print("A check failed: nothing was switched. Run searchapp es reindex again, which goes on;", style="red")
        out.print(f"searchapp es prune --unfinished removes {done.target}. Please report this.", style="red")


def _print_gate(gate: GateResult) -> None:
    from rich.table import Table

    for title, figures in (("live version", gate.live), ("next version", gate.next)):
        table = Table(title=f"{gate.dataset}, {gate.queries} queries: {title}")
        for name in ("mode", "nDCG@10", "recall@100", "MRR@10", "p50 ms"):
            table.add_column(name, justify="left" if name == "mode" else "right")
        for mode, measured in figures.items():
            measures = (measured.ndcg_at_10, measured.recall_at_100, measured.mrr_at_10)
            table.add_row(str(mode), *(f"{value:.4f}" for value in measures), f"{measured.p50_ms:.1f}")
        console().print(table)


def _gate_json(gate: GateResult | None) -> dict[str, object] | None:
    if gate is None:
        return None
    tables = {
        name: {str(mode): dataclasses.asdict(measured) for mode, measured in figures.items()}
        for name, figures in (("live", gate.live), ("next", gate.next))
    }
    return {"dataset": gate.dataset, "queries": gate.queries, "margin": gate.margin, "passed": gate.passed, **tables}


def rollback(as_json: JsonOption = False) -> None:
    """Let searches read the version before the live one again. Run it twice to switch forth again.

    Writes have reached both since "es reindex", so nothing is lost; a document that is missing nevertheless is copied.

    Example: searchapp es rollback
    """
    from searchapp.cluster import rollback as run

    done = run(application())
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    out = console()
    out.print(f"switched  from {done.source} to {done.target} ({done.model}) in {done.switch_ms:.0f} ms")
    if done.repaired:
        out.print(f"copied    {done.repaired} documents that it had missed")


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
    print_pruned(done.kept, done.removed, dry_run=dry_run, live=done.live)


def print_pruned(kept: Iterable[str], removed: Sequence[str], *, dry_run: bool, live: str | None = None) -> None:
    """What stays and what goes, a line each."""
    out = console()
    for name in kept:
        out.print(f"{'live' if name == live else 'kept':<9} {name}")
    for name in removed:
        out.print(f"{'to remove' if dry_run else 'removed':<9} {name}")
    if not removed:
        out.print("There is nothing to remove.")
