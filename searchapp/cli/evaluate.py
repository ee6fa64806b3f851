"""``searchapp eval``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.completion import values
from searchapp.cli.progress import stages

if TYPE_CHECKING:
    from rich.table import Table

    from searchapp.evaluation import Evaluation
    from searchapp.evaluation.baseline import Difference
    from searchapp.evaluation.figures import Floor
    from searchapp.evaluation.sweep import Row


def evaluate(
    judged: Annotated[
        Path,
        typer.Argument(
            metavar="JUDGED",
            help="Folder in BEIR layout (queries.jsonl, qrels/SPLIT.tsv, perhaps corpus.jsonl), or a file of lines: "
            "query, document, grade (.tsv, .jsonl).",
        ),
    ],
    split: Annotated[str, typer.Option(help="Which judgements of a folder: qrels/SPLIT.tsv.")] = "test",
    mode: Annotated[
        str,
        typer.Option(
            help="hybrid, keyword, semantic, or all.", autocompletion=values("searchapp.model:SearchMode", "all")
        ),
    ] = "all",
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep this run, to be compared with later.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with a run that --save kept, by a paired test.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEASURE=VALUE",
            help="Exit with 1 when hybrid search (or the one --mode) has less, such as nDCG@10=0.7. "
            "May be given several times.",
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SETTINGS",
            help="Try settings too: fusion, index, or values of one, such as semantic_weight=0.6,0.8; of several "
            "options every combination is tried.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure search quality on judged queries: nDCG@10, recall@100, MRR@10, latency.

    Judgements with a corpus.jsonl bring their own documents, which go into a throw-away index with the store, model and
    settings in use. Without one they judge the documents of your index, named by path, address, file name, title or id;
    "searchapp judgements export" writes those made on the page.

    Examples: searchapp eval questions.tsv --save before.json

    searchapp eval questions.tsv --baseline before.json --fail-under nDCG@10=0.7

    searchapp eval ./scifact --split train --sweep fusion
    """
    from searchapp.cli.common import orderly_end
    from searchapp.evaluation import baseline as kept
    from searchapp.evaluation import evaluate as run
    from searchapp.evaluation import read_dataset
    from searchapp.evaluation.figures import read_floor
    from searchapp.evaluation.serialise import evaluation_json
    from searchapp.evaluation.sweep import read_sweep
    from searchapp.model import SearchMode
    from searchapp.search.query import read_mode

    # All that can be wrong is read before the work begins.
    running = application()
    modes = tuple(SearchMode) if mode == "all" else (read_mode(mode),)
    floors = [read_floor(text) for text in fail_under or ()]
    swept = read_sweep(sweep or (), running.settings)
    before = kept.load(baseline) if baseline else None
    dataset = read_dataset(judged, split)
    with orderly_end(), stages("Loading the embedding model", quiet=as_json) as show:
        evaluation = run(running, dataset, modes, show, swept)
    if save:
        kept.save(evaluation, save)
    compared = kept.differences(evaluation, before) if before is not None else ()
    if as_json:
        print_json(evaluation_json(evaluation, compared))
    else:
        print_evaluation(evaluation, compared)
    if _falls_short(evaluation, modes, floors):
        raise typer.Exit(1)


def _falls_short(evaluation: Evaluation, modes: Sequence[str], floors: Sequence[Floor]) -> bool:
    from searchapp.evaluation.figures import mean
    from searchapp.model import SearchMode

    mode = SearchMode.HYBRID if SearchMode.HYBRID in modes else SearchMode(modes[0])
    values = evaluation.values[mode]
    short = [(floor, mean(values, floor.measure)) for floor in floors if mean(values, floor.measure) < floor.least]
    for floor, reached in short:
        console(stderr=True).print(f"{mode} {floor.measure} is {reached:.4f}, below {floor.least:g}.", style="red")
    return bool(short)


CHANCE = 0.05
"""Below this p a difference is marked: the usual level."""


def print_evaluation(evaluation: Evaluation, compared: Sequence[Difference]) -> None:
    """A row a mode, then the settings that were swept, then what changed since the baseline."""
    from searchapp.evaluation.placing import shown

    out = console()
    of = f"{evaluation.documents:,} documents, " if evaluation.documents else ""
    table = _table(
        f"{evaluation.dataset} ({evaluation.split}): {evaluation.queries:,} queries, "
        f"{of}{evaluation.chunks:,} passages",
        ("mode", "nDCG@10", "recall@100", "MRR@10", "p50 ms", "p99 ms"),
    )
    for mode, figures in evaluation.results.items():
        measures = (figures.ndcg_at_10, figures.recall_at_100, figures.mrr_at_10)
        table.add_row(mode, *(f"{value:.4f}" for value in measures), f"{figures.p50_ms:.1f}", f"{figures.p99_ms:.1f}")
    out.print(table)
    if evaluation.sweep:
        out.print(_swept(evaluation.sweep))
    if compared:
        out.print(_compared(compared))
    if evaluation.unknown:
        one = len(evaluation.unknown) == 1
        console(stderr=True).print(
            f"{len(evaluation.unknown)} judged document{' is' if one else 's are'} not in the index and "
            f"count{'s' if one else ''} as not found: {shown(evaluation.unknown)}.",
            style="yellow",
        )


def _swept(rows: Sequence[Row]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row.settings))
    table = _table(
        "Hybrid search by setting",
        (*names, "nDCG@10", "recall@100", "MRR@10", "p", ""),
        "p: how likely a difference in nDCG@10 from the settings in use is mere chance",
    )
    best = max(row.ndcg_at_10 for row in rows)
    for row in rows:
        measures = (row.ndcg_at_10, row.recall_at_100, row.mrr_at_10)
        marks = [word for word, holds in (("in use", row.in_use), ("best", row.ndcg_at_10 == best)) if holds]
        table.add_row(
            *(row.settings.get(name, "") for name in names),
            *(f"{value:.4f}" for value in measures),
            f"{row.p:.4f}",
            ", ".join(marks),
        )
    return table


def _compared(differences: Sequence[Difference]) -> Table:
    queries = min(one.queries for one in differences)
    table = _table(
        f"Against the baseline, over {queries:,} shared queries",
        ("mode", "measure", "before", "now", "change", "better", "worse", "p"),
        f"p: how likely so large a change is mere chance (paired randomisation test); * below {CHANCE:g}",
    )
    for one in differences:
        table.add_row(
            one.mode,
            one.measure,
            f"{one.before:.4f}",
            f"{one.now:.4f}",
            f"{one.now - one.before:+.4f}",
            str(one.better),
            str(one.worse),
            f"{one.p:.4f}{'*' if one.p < CHANCE else ' '}",
        )
    return table


def _table(title: str, columns: Sequence[str], caption: str = "") -> Table:
    from rich.table import Table

    table = Table(title=title, caption=caption or None)
    for name in columns:
        table.add_column(name, justify="left" if name in ("mode", "measure", "") else "right")
    return table
