"""A judged set in the layout of BEIR, which ``searchapp eval`` reads: corpus.jsonl, queries.jsonl, qrels/test.tsv."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_set(
    folder: Path,
    documents: Iterable[Mapping[str, str]],
    queries: Iterable[Mapping[str, str]],
    relevant: Iterable[tuple[str, str]],
) -> Path:
    """Write the set into ``folder``, which is made, and return it.

    ``relevant`` are the ids of a query and of a document that answers it, with grade 1.
    """
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    (folder / "corpus.jsonl").write_text(_lines(documents), encoding="utf-8")
    (folder / "queries.jsonl").write_text(_lines(queries), encoding="utf-8")
    judgements = "".join(f"{query}\t{document}\t1\n" for query, document in relevant)
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judgements}", encoding="utf-8")
    return folder


def _lines(values: Iterable[Mapping[str, str]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
