"""Judged queries: a folder in the layout of BEIR, with or without a corpus of its own, or one file.

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
from searchapp.messages import Message
from searchapp.model import Document, Section, SourceType
from searchapp.text.language import detect_language

Qrels = dict[str, dict[str, int]]
"""For each query the grade of each judged document, both by id; 0: judged, and not what was looked for."""

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"
LAYOUT = Message("judgement_layout")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One split of a judged set: queries that have judgements, by id, and the grade of each judged document.

    Without a corpus of its own it judges the documents of the index that is in use.
    """

    name: str
    split: str
    folder: Path
    queries: dict[str, str]
    qrels: Qrels

    @property
    def has_corpus(self) -> bool:
        """Whether it brings its own documents."""
        return (self.folder / CORPUS).is_file()

    def documents(self) -> Iterator[Document]:
        """The corpus, one document at a time; the document's id is the dataset's own."""
        for line in _lines(self.folder / CORPUS, "_id"):
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


def read_dataset(path: Path, split: str = "test") -> Dataset:
    """Read queries and judgements of one split, or of the one file that ``path`` is.

    Raises NotFoundError when a file is missing, UsageError when one is not what the layout says.
    """
    if path.is_file():
        return _from_file(path)
    qrels_path = path / "qrels" / f"{split}.tsv"
    for needed in (path, path / QUERIES, qrels_path):
        if not needed.exists():
            if splits := sorted(one.stem for one in (path / "qrels").glob("*.tsv")):
                raise NotFoundError("split_missing", path=needed, splits=splits)
            raise NotFoundError("judgements_missing", path=needed, layout=LAYOUT)
    qrels = _read_qrels(qrels_path)
    queries = {str(line["_id"]): _text(line, path / QUERIES) for line in _lines(path / QUERIES, "_id")}
    judged = {query_id: queries[query_id] for query_id in qrels if query_id in queries}
    if not judged:
        raise UsageError("judged_queries_missing", path=qrels_path, queries=QUERIES)
    return Dataset(path.resolve().name, split, path, judged, {query_id: qrels[query_id] for query_id in judged})


def _from_file(path: Path) -> Dataset:
    """A query is its own id here."""
    qrels: Qrels = {}
    if path.suffix.lower() in (".jsonl", ".json", ".ndjson"):
        for line in _lines(path, "query"):
            for document, grade in _judged(line, path):
                qrels.setdefault(str(line["query"]).strip(), {})[document] = grade
    else:
        qrels = _read_qrels(path)
    if not qrels:
        raise UsageError("judgements_empty", path=path, layout=LAYOUT)
    return Dataset(path.stem, path.suffix.lstrip("."), path, {text: text for text in qrels}, qrels)


def _judged(line: dict[str, Any], path: Path) -> list[tuple[str, int]]:
    named: Any = line["relevant"] if "relevant" in line else line.get("document")
    documents: list[Any] = named if isinstance(named, list) else [named]
    grade = line.get("grade", 1)
    if not documents or not all(isinstance(name, str) and name for name in documents) or not isinstance(grade, int):
        raise UsageError("judgement_without_document", path=path, line=json.dumps(line, ensure_ascii=False)[:120])
    return [(document, grade) for document in documents]


def _read_qrels(path: Path) -> Qrels:
    qrels: Qrels = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if not row or (number == 1 and row[-1] in ("score", "grade")):
                continue
            try:
                query, document, grade = (*row, "1") if len(row) == 2 else row
                qrels.setdefault(query.strip(), {})[document.strip()] = int(grade)
            except ValueError as error:
                raise UsageError("judgement_unreadable", number=number, path=path) from error
    return qrels


def _text(line: dict[str, Any], path: Path) -> str:
    if not isinstance(line.get("text"), str):
        raise UsageError("query_without_text", query=str(line["_id"]), path=path, layout=LAYOUT)
    return str(line["text"])


def _lines(path: Path, needed: str) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
                value[needed]
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError(
                    "line_without_id" if needed == "_id" else "line_without_query", number=number, path=path
                ) from error
            yield value
