"""``searchapp eval --index-options``: one table over the ways of keeping vectors."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from searchapp.cli.common import application, console, print_json
from searchapp.cli.stages import stages
from searchapp.errors import UsageError


def compare_index_options(dataset: Path, split: str, types: str, as_json: bool) -> None:
    """Measure the variants that ``types`` names, and print them."""
    from rich.table import Table

    from searchapp.cluster.index_options import compare
    from searchapp.cluster.vector_variants import read_variants
    from searchapp.evaluation import read_dataset

    variants, judged = read_variants(types), read_dataset(dataset, split)
    if not judged.has_corpus:
        raise UsageError(f"{dataset} has no corpus.jsonl.", "Each way of keeping vectors needs documents to keep.")
    with stages(as_json) as show:
        compared = compare(application(), judged, variants, show)
    if as_json:
        print_json(dataclasses.asdict(compared))
        return
    table = Table(
        title=f"{compared.dataset} ({compared.split}): {compared.queries} queries, {compared.chunks} passages",
        caption="nDCG@10, recall@10 and latency of the semantic leg; recall against exact search; bytes a passage",
    )
    columns = ("index options", "nDCG@10", "hybrid", "recall@10", "p50 ms", "p99 ms", "memory", "disk", "index s")
    for name in columns:
        table.add_column(name, justify="left" if name == columns[0] else "right")
    for name, row in compared.results.items():
        table.add_row(
            name,
            f"{row.ndcg_at_10:.4f}",
            f"{row.hybrid_ndcg_at_10:.4f}",
            f"{row.recall_at_10:.4f}",
            f"{row.p50_ms:.1f}",
            f"{row.p99_ms:.1f}",
            "" if row.memory_bytes is None else f"{row.memory_bytes:,}",
            f"{row.disk_bytes:,}",
            f"{row.index_seconds:.1f}",
        )
    console().print(table)
