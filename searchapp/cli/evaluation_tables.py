"""The tables that ``searchapp eval`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from searchapp.cli.common import console

if TYPE_CHECKING:
    from rich.table import Table

    from searchapp.evaluation import Evaluation
    from searchapp.evaluation.baseline import Difference
    from searchapp.evaluation.sweep import Row

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
