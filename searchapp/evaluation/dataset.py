"""Judged queries in the layout of BEIR: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv``.

The layout is that of Thakur et al. 2021, arXiv:2104.08663.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from searchapp.errors import NotFoundError, UsageError
from searchapp.model import Document, Section, SourceType
from searchapp.sources.language import detect_language


@dataclass(frozen=True, slots=True)
class Dataset:
    """One split of a judged set: queries that have judgements, by id, and the grade of each judged document."""

    name: str
    split: str
    folder: Path
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]

    def documents(self) -> Iterator[Document]:
        """The corpus, one document at a time; the document's id is the dataset's own."""
        for line in _lines(self.folder / "corpus.jsonl"):
            text = str(line.get("text", ""))
            title = str(line.get("title") or "")
            yield Document(
                id=str(line["_id"]),
                source=f"{self.name}/{line['_id']}",
                title=title,
                type=SourceType.TEXT,
                text=text or title,
                sections=(Section(0, len(text or title)),),
                content_hash=sha256(f"{title}\0{text}".encode()).hexdigest(),
                language=detect_language(text),
            )


def read_dataset(folder: Path, split: str = "test") -> Dataset:
    """Read queries and judgements of one split.

    Raises NotFoundError when a file is missing, UsageError when one is not what the layout says.
    """
    qrels_path = folder / "qrels" / f"{split}.tsv"
    for path in (folder / "corpus.jsonl", folder / "queries.jsonl", qrels_path):
        if not path.is_file():
            raise NotFoundError(
                f"{path} does not exist.",
                "A dataset is a folder with corpus.jsonl, queries.jsonl and qrels/<split>.tsv (BEIR layout).",
            )
    qrels = _read_qrels(qrels_path)
    queries = {str(line["_id"]): str(line["text"]) for line in _lines(folder / "queries.jsonl")}
    judged = {query_id: queries[query_id] for query_id in qrels if query_id in queries}
    if not judged:
        raise UsageError(f"{qrels_path} judges none of the queries in queries.jsonl.", "Check the ids in both files.")
    return Dataset(folder.resolve().name, split, folder, judged, {query_id: qrels[query_id] for query_id in judged})


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if not row or (number == 1 and row[-1] == "score"):
                continue
            try:
                query_id, document_id, grade = row
                qrels.setdefault(query_id, {})[document_id] = int(grade)
            except ValueError as error:
                raise UsageError(
                    f"Line {number} of {path} is not a judgement.", "Each line is: query id, document id, grade (tabs)."
                ) from error
    return qrels


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                value = json.loads(line)
                value["_id"]
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    f"Line {number} of {path} is not a JSON object with an _id.", "The file holds one object a line."
                ) from error
            yield value
