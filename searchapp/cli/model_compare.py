"""``searchapp models compare``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.cli.progress import stages

if TYPE_CHECKING:
    from searchapp.evaluation.models import Comparison, ModelFigures

MEGABYTE = 1_000_000


def compare(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL...", help="provider:model, or the name of a sentence-transformers model; more than one."
        ),
    ] = None,
    on: Annotated[
        Path | None,
        typer.Option(metavar="JUDGED", help='Judged queries: a folder in BEIR layout or a file, as for "eval".'),
    ] = None,
    split: Annotated[str, typer.Option(help="Which judgements of a folder: qrels/SPLIT.tsv.")] = "test",
    sample: Annotated[
        int, typer.Option(metavar="N", min=0, help="Only so many documents of your index, always the same ones.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Compare embedding models over your documents: what they find, chunks a second, bytes.

    The model in use is always among them. Each has a temporary store of its own with the same documents; your index is
    only read. With --on the queries are judged ones. With --sample alone they are the titles and headings of your own
    documents, each judged by its own document: a weak judgement, which says how far models agree rather than which is
    better. Exits with 3 when some of the models could not be measured.

    Examples: searchapp models compare all-MiniLM-L6-v2 --sample 200

    searchapp models compare all-MiniLM-L6-v2 ollama:bge-m3 --on questions.tsv

    searchapp models compare all-MiniLM-L6-v2 --on ./scifact --json
    """
    from searchapp.cli.common import orderly_end
    from searchapp.errors import UsageError
    from searchapp.evaluation import models as compared
    from searchapp.evaluation import read_dataset
    from searchapp.evaluation.serialise import comparison_json

    if on is None and not sample:
        raise UsageError("comparison_empty")
    dataset = read_dataset(on, split) if on else None
    running = application()
    with orderly_end(), stages("Loading the embedding model", quiet=as_json) as show:
        found = compared.compare(running, [running.settings.embedding_model, *(models or ())], dataset, sample, show)
    if as_json:
        print_json(comparison_json(found))
    else:
        _print(found)
    if failed := sum(bool(one.error) for one in found.models):
        raise typer.Exit(1 if failed == len(found.models) else SOME_FAILED)


def _print(found: Comparison) -> None:
    from rich.table import Table

    from searchapp.evaluation.placing import shown

    judged = "weakly judged headings of their own" if found.weak else f"judged queries ({found.dataset})"
    measured = [one for one in found.models if not one.error]
    table = Table(title=f"{found.documents:,} documents, {found.queries:,} {judged}")
    table.add_column("")
    for one in measured:
        table.add_column(_short(one.model), justify="right", overflow="fold")
    for name, value in ROWS.items():
        table.add_row(name, *(value(one) for one in measured))
    console().print(table)
    for (first, second), share in found.agreement.items():
        console().print(
            f"{_short(first)} and {_short(second)} have {share:.0%} of the ten best documents by meaning in common."
        )
    for one in found.models:
        if one.error:
            console(stderr=True).print(f"{one.model}: {one.error.message} {one.error.remedy}".rstrip(), style="red")
    if found.unknown:
        console(stderr=True).print(
            f"Judged documents that the index lacks count as not found: {shown(found.unknown)}.", style="yellow"
        )


def _short(model: str) -> str:
    return model.removeprefix("sentence-transformers:")


def _ndcg(of: ModelFigures, mode: str) -> str:
    from searchapp.model import SearchMode

    return f"{of.ndcg_at_10[SearchMode(mode)]:.4f}"


ROWS: Mapping[str, Callable[[ModelFigures], str]] = {
    "nDCG@10, by meaning alone": lambda of: _ndcg(of, "semantic"),
    "nDCG@10, hybrid": lambda of: _ndcg(of, "hybrid"),
    "passages": lambda of: f"{of.passages:,}",
    "passages a second": lambda of: f"{of.passages_per_second:,.1f}",
    "bytes of a passage's vector": lambda of: f"{of.vector_bytes:,}",
    "weights, MB": lambda of: "-" if of.disk_bytes is None else f"{of.disk_bytes / MEGABYTE:,.0f}",
    "dimensions": lambda of: str(of.dims),
    "tokens that it reads": lambda of: f"{of.max_tokens:,}",
}
"""The table: a row a figure, since names of models are long."""
