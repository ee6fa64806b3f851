"""An answer that was kept, checked again: which of its sentences still hold, by the index as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from searchapp.answer.checking import nearest
from searchapp.answer.citations import nearness_by
from searchapp.answer.evidence import Evidence
from searchapp.answer.markdown import plain
from searchapp.answer.markers import without_markers
from searchapp.answer.verification import verify
from searchapp.embedding import Embedder, scale_of
from searchapp.errors import UsageError
from searchapp.model import (
    Answer,
    AnswerReplayed,
    Filters,
    SentenceReplayed,
    Standing,
    Support,
)
from searchapp.model.json import from_json
from searchapp.search import Searcher
from searchapp.search.library import Origin
from searchapp.settings import Settings

LARGEST = 64 << 20
"""Bytes of a kept answer or conversation; an answer of a whole book has some hundred thousand, a turn its passages."""

CHUNKS_LOOKED_AT = 8
"""Of edited documents, for one sentence: the best by words and by meaning."""


class Replay:
    """Checks kept answers against one index; raises what searching raises."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings

    def check(self, answer: Answer, filters: Filters | None = None) -> AnswerReplayed:
        """Each sentence of ``answer`` with what became of it; ``filters`` bound what the caller may see."""
        library = self._searcher.library
        origins = library.origins({citation.chunk_id: citation.hash for citation in answer.citations})
        present = library.standing({citation.document_id for citation in answer.citations})
        by_number = {citation.n: citation for citation in answer.citations}
        replayed = []
        for sentence in answer.sentences:
            cited = tuple(by_number[number] for number in sentence.citations if number in by_number)
            claim = plain(without_markers(sentence.text))
            if sentence.support is Support.UNSUPPORTED or not cited:
                standing, support = Standing.UNSUPPORTED, Support.UNSUPPORTED
            elif any(citation.document_id not in present for citation in cited):
                standing, support = Standing.LOST, Support.UNSUPPORTED
            elif all(citation.chunk_id in origins for citation in cited):
                evidence = _evidence([origins[citation.chunk_id] for citation in cited])
                support = self._support(claim, evidence, answer.query)
                standing = Standing.UNDONE if support is Support.UNSUPPORTED else Standing.HOLDS
            else:
                documents = tuple(dict.fromkeys(citation.document_id for citation in cited))
                bounded = replace(filters or Filters(), document_ids=documents)
                evidence = Evidence.of(nearest(self._searcher, claim, bounded, CHUNKS_LOOKED_AT))
                support = self._support(claim, evidence, answer.query)
                standing = Standing.UNDONE if support is Support.UNSUPPORTED else Standing.CHANGED
            replayed.append(SentenceReplayed(text=sentence.text, standing=standing, support=support, citations=cited))
        return AnswerReplayed(
            question=answer.question, model=answer.model, model_digest=answer.model_digest, sentences=tuple(replayed)
        )

    def _support(self, claim: str, evidence: Evidence, question: str) -> Support:
        nearness = nearness_by(self._embedder, scale_of(self._embedder, self._settings))
        return verify(claim, evidence, question, nearness).support


def _evidence(origins: Sequence[Origin]) -> Evidence:
    pairs = [("\n".join((origin.document.title, *origin.chunk.headings)), origin.chunk.text) for origin in origins]
    return Evidence("\n".join("\n".join(pair) for pair in pairs), pairs)


@dataclass(frozen=True, slots=True)
class _Turn:
    n: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class _Exported:
    """Of a conversation that was exported what is checked."""

    turns: tuple[_Turn, ...]


def read_answers(text: bytes, name: str) -> dict[int, Answer]:
    """The answers in ``text`` by their turns: those of an exported conversation, or turn 0, a single answer.

    That one is what ``ask --json`` printed or the page exported. Raises UsageError for anything else.
    """
    try:
        if len(text) > LARGEST:
            raise ValueError("too large")
        try:
            return {0: from_json(Answer, text)}
        except ValueError:
            turns = from_json(_Exported, text).turns
            found = {turn.n: turn.answer for turn in turns if turn.n > 0}
            if not found or len(found) < len(turns):
                raise
            return found
    except ValueError as error:
        raise UsageError("answer_unreadable", name=name) from error
