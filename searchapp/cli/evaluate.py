"""``searchapp eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.stages import stages


def evaluate(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET_DIR", help="Folder in BEIR layout.")],
    split: Annotated[str, typer.Option(help="Which judgements: qrels/<split>.tsv.")] = "test",
    mode: Annotated[str, typer.Option(help="hybrid, keyword, semantic, or all.")] = "all",
    index_options: Annotated[
        str,
        typer.Option(
            metavar="TYPES",
            help="Compare ways of keeping vectors in Elasticsearch instead: all, or hnsw,bbq_hnsw:3,flat and so on; "
            ":3 ranks three times as many again by whole vectors.",
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Measure search quality on judged queries: nDCG@10, recall@100, MRR@10, latency.

    The corpus goes into a throw-away index with the store, model and settings in use, which is removed afterwards.

    Examples: searchapp eval ./scifact --mode hybrid

    searchapp eval ./scifact --index-options all
    """
    if index_options:
        from searchapp.cli.index_options import compare_index_options

        compare_index_options(dataset, split, index_options, as_json)
        return
    from rich.table import Table

    from searchapp.evaluation import evaluate as run
    from searchapp.evaluation import read_dataset
    from searchapp.model import SearchMode
    from searchapp.search.query import read_mode
    from searchapp.serialise import evaluation_json

    modes = tuple(SearchMode) if mode == "all" else (read_mode(mode),)
    judged = read_dataset(dataset, split)
    with stages(as_json) as show:
        evaluation = run(application(), judged, modes, show)
    if as_json:
        print_json(evaluation_json(evaluation))
        return
    table = Table(
        title=f"{evaluation.dataset} ({evaluation.split}): {evaluation.queries} queries, "
        f"{evaluation.documents} documents, {evaluation.chunks} passages"
    )
    for name in ("mode", "nDCG@10", "recall@100", "MRR@10", "p50 ms", "p99 ms"):
        table.add_column(name, justify="left" if name == "mode" else "right")
    for leg, figures in evaluation.results.items():
        table.add_row(
            leg,
            f"{figures.ndcg_at_10:.4f}",
            f"{figures.recall_at_100:.4f}",
            f"{figures.mrr_at_10:.4f}",
            f"{figures.p50_ms:.1f}",
            f"{figures.p99_ms:.1f}",
        )
    console().print(table)
