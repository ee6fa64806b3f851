"""``searchapp eval``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.stages import stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from searchapp.evaluation import Evaluation
    from searchapp.evaluation.figures import Floor


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
    mode: Annotated[str, typer.Option(help="hybrid, keyword, semantic, or all.")] = "all",
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

    Judgements with a corpus.jsonl bring their own documents, which go into a throw-away index with the store, model and
    settings in use. Without one they judge the documents of your index, named by path, address, file name, title or id;
    "searchapp judgements export" writes those made on the page.

    Examples: searchapp eval questions.tsv --save before.json

    searchapp eval questions.tsv --baseline before.json --fail-under nDCG@10=0.7

    searchapp eval ./scifact --split train --sweep fusion

    searchapp eval ./scifact --index-options all
    """
    from searchapp.cli.stopping import orderly_end

    if index_options:
        from searchapp.cli.index_options import compare_index_options

        with orderly_end():
            compare_index_options(judged, split, index_options, as_json)
        return
    from searchapp.cli.evaluation_tables import print_evaluation
    from searchapp.evaluation import baseline as kept
    from searchapp.evaluation import evaluate as run
    from searchapp.evaluation import read_dataset
    from searchapp.evaluation.figures import read_floor
    from searchapp.evaluation.serialise import evaluation_json
    from searchapp.evaluation.sweep import read_sweep
    from searchapp.model import SearchMode
    from searchapp.search.query import read_mode

    # All that can be wrong is read before the work begins.
    modes = tuple(SearchMode) if mode == "all" else (read_mode(mode),)
    floors = [read_floor(text) for text in fail_under or ()]
    swept = read_sweep(sweep or ())
    before = kept.load(baseline) if baseline else None
    dataset = read_dataset(judged, split)
    with orderly_end(), stages(as_json) as show:
        evaluation = run(application(), dataset, modes, show, swept)
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
