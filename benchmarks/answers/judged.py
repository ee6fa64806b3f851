"""Questions with the documents that answer them, from RGB and from judged retrieval sets, each in its part.

``seen`` are those that rule and cutoffs of earlier gates were chosen on, whichever half they were reported as.
``chosen`` are those that the gate in force was chosen on; ``hold-out`` were asked once, when all had been settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from benchmarks.answers.constructed import flat, records
from searchapp.evaluation.dataset import read_dataset
from searchapp.model import Document, Section, SourceType
from searchapp.text.language import detect_language

THIRDS = {"zh_refine 1": 0, "zh_refine 2": 1, "zh_refine 3": 2}
"""RGB's largest file in thirds (every third question), each indexed by itself."""

RETRIEVAL = {
    "CMRC 2018": ("zh_cmrc2018_dev", 12, None),
    "SciFact": ("scifact", 1, 1000),
    "MuSiQue": ("multihop_musique", 1, None),
}
"""Folder, every how manieth question, and how many documents beside those that answer (None: all)."""

MOST_QUESTIONS = 300


@dataclass(frozen=True)
class Question:
    """A question with the ids of the documents that answer it and of those that only look like it."""

    number: int
    text: str
    own: frozenset[str]
    hard: frozenset[str]
    part: str


def rgb(folder: Path, name: str) -> tuple[dict[str, Document], list[Question]]:
    """One of RGB's files or a third of one: its chunks as documents, each once, and its questions."""
    first, every = (THIRDS[name], len(THIRDS)) if name in THIRDS else (0, 1)
    part = {1: "chosen", 2: "hold-out"}.get(first, "seen")
    documents: dict[str, Document] = {}
    found: list[Question] = []
    for number, record in enumerate(islice(records(folder / f"{name.split()[0]}.json", None), first, None, every)):
        own, hard = ([_document(text) for text in flat(record[key])] for key in ("positive", "negative"))
        documents |= {document.id: document for document in (*own, *hard)}
        ids = frozenset(document.id for document in own)
        others = frozenset(document.id for document in hard) - ids
        found.append(Question(number, record["query"], ids, others, part))
    return documents, found


def retrieval(folder: Path, name: str) -> tuple[dict[str, Document], list[Question]]:
    """A judged set: half of its questions in each part; nothing is known to look like an answer and be none."""
    path, every, others = RETRIEVAL[name]
    dataset = read_dataset(folder / path, "test")
    keys = list(dataset.queries)[::every][:MOST_QUESTIONS]
    own = {key: frozenset(id_ for id_, grade in dataset.qrels[key].items() if grade > 0) for key in keys}
    wanted = frozenset[str]().union(*own.values())
    documents = {document.id: document for document in _chosen(dataset.documents(), wanted, others)}
    return documents, [
        Question(number, dataset.queries[key], own[key], frozenset(), "hold-out" if number % 2 else "chosen")
        for number, key in enumerate(keys)
    ]


def _chosen(documents: Iterable[Document], wanted: frozenset[str], others: int | None) -> Iterator[Document]:
    for document in documents:
        if document.id in wanted:
            yield document
        elif others is None or others > 0:
            others = None if others is None else others - 1
            yield document


def _document(text: str) -> Document:
    digest = sha256(text.encode()).hexdigest()
    sections = (Section(0, len(text)),)
    return Document(digest[:16], digest[:16], "", SourceType.TEXT, text, sections, digest, detect_language(text))
