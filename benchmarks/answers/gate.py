"""Whether questions are refused exactly where nothing answers them, on RGB's questions over a real index.

Four worlds for each question: all passages of the set, only those of one other question, all but its own ones, and only
its own hard negatives (right topic, no answer; where the set has them). Questions with even numbers were used to set
the thresholds, the odd ones are reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.answers.constructed import ELSEWHERE, flat, records
from searchapp.answer.evidence import has_evidence
from searchapp.model import Document, Filters, SearchRequest, Section, SourceType
from searchapp.sources.language import detect_language
from searchapp.wiring import Application

PASSAGES = 8
"""Passages that an answer is asked from by default."""

WORLDS = ("answerable", "another question's", "all but its own", "hard negatives")


@dataclass(frozen=True)
class Question:
    """A question with the ids of the documents that answer it and of those that only look like it."""

    number: int
    text: str
    own: frozenset[str]
    hard: frozenset[str]


def questions(path: Path, every: int = 1) -> tuple[dict[str, Document], list[Question]]:
    """The set's passages as documents, each once, and its questions; ``every`` third, say, of a large set."""
    documents: dict[str, Document] = {}
    found: list[Question] = []
    for number, record in enumerate(list(records(path, None))[::every]):
        own, hard = ([_document(text) for text in flat(record[name])] for name in ("positive", "negative"))
        documents |= {document.id: document for document in (*own, *hard)}
        ids = frozenset(document.id for document in own)
        found.append(Question(number, record["query"], ids, frozenset(document.id for document in hard) - ids))
    return documents, found


def _document(text: str) -> Document:
    digest = sha256(text.encode()).hexdigest()
    sections = (Section(0, len(text)),)
    return Document(digest[:16], digest[:16], "", SourceType.TEXT, text, sections, digest, detect_language(text))


def index(application: Application, documents: Iterable[Document]) -> Iterator[str]:
    """Ingest the passages; gives each id when it is done."""
    for outcome in application.ingester.ingest_documents(iter(documents)):
        if outcome.error:
            raise RuntimeError(outcome.error)
        yield outcome.document_id


def refusals(application: Application, asked: list[Question]) -> Iterator[tuple[int, str, bool]]:
    """The number of each question, each world it has, and whether it is refused there."""
    for place, question in enumerate(asked):
        other = asked[(place + ELSEWHERE) % len(asked)]
        own = question.own | question.hard
        worlds = {
            "answerable": Filters(),
            "another question's": Filters(document_ids=tuple((other.own | other.hard) - own)),
            "all but its own": Filters(excluded_document_ids=tuple(own)),
            "hard negatives": Filters(document_ids=tuple(question.hard)),
        }
        known = application.embedder.tokenizer.known_share(question.text)
        for world, filters in worlds.items():
            if world == "hard negatives" and not question.hard:
                continue
            hits = application.searcher.search(SearchRequest(question.text, size=PASSAGES, filters=filters)).hits
            yield question.number, world, not has_evidence(question.text, hits, known)


def shares(found: Iterable[tuple[int, str, bool]], *, odd: bool) -> dict[str, float]:
    """Share of right decisions by world: answerable questions are to be let through, all others refused."""
    right: dict[str, list[bool]] = defaultdict(list)
    for number, world, refused in found:
        if number % 2 == odd:
            right[world].append(refused != (world == "answerable"))
    return {world: sum(right[world]) / len(right[world]) for world in WORLDS if right[world]}
