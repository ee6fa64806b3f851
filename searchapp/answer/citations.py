"""The markers of an answer's sentences: each must name a chunk that was sent, and the chunk must support it.

A marker ``[n]`` that names no such chunk is removed and counted. A sentence that a model left without a marker gets
the marker of the chunk that plainly supports it, if there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from searchapp.answer.evidence import Evidence
from searchapp.answer.markdown import plain
from searchapp.answer.markers import markers, with_markers, without_markers
from searchapp.answer.verification import Finding, Nearness, verify
from searchapp.embedding import SAME_SCALE, Embedder, Scale
from searchapp.errors import SearchAppError
from searchapp.model import Citation, Hit, Reason, Sentence, Support
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, highlights
from searchapp.text.words import content_terms

ATTRIBUTING_AGREEMENT = 0.75
"""Agreement at which a sentence without a marker is given one."""

COMPARED_SENTENCES = 24
"""Sentences of the chunks that are embedded for one sentence of the answer; more would hold up the stream."""


UNCITED = Finding(Support.UNSUPPORTED, Reason.NOTHING_FOUND)


class Checker:
    """Checks the sentences of one answer against the chunks that were sent (``[1]`` is the first)."""

    def __init__(
        self,
        chunks: Sequence[Hit],
        question: str = "",
        embedder: Embedder | None = None,
        scale: Scale = SAME_SCALE,
    ) -> None:
        """``scale`` makes similarities of the ``embedder``'s cosines."""
        self.removed = 0
        """Markers so far that named no chunk."""
        self.sent = len(chunks)
        self._chunks = chunks
        self._question = question
        self._nearness = nearness_by(embedder, scale) if embedder else None
        self._evidence = cache(lambda numbers: Evidence.of([chunks[number - 1] for number in numbers]))

    def check(self, text: str, head: str = "") -> Sentence:
        """The sentence with valid markers only, the chunks it cites, and how far they support it.

        ``head`` is the head of its table where it is a row of one.
        """
        sent = self.sent
        named = markers(text, sent)
        cited = tuple(dict.fromkeys(number for number in named if 1 <= number <= sent))
        self.removed += sum(not 1 <= number <= sent for number in named)
        bare = without_markers(text, sent)
        claim = plain(bare)
        if not cited:
            cited = self._attribution(claim)
        finding = self._verified(claim, cited, plain(head)) if cited else UNCITED
        return Sentence(with_markers(bare, cited), cited, finding.support, finding.missing)

    def _verified(self, claim: str, numbers: tuple[int, ...], head: str) -> Finding:
        everything = self._evidence(tuple(range(1, len(self._chunks) + 1)))
        return verify(claim, self._evidence(numbers), f"{self._question}\n{head}", self._nearness, everything)

    def _attribution(self, claim: str) -> tuple[int, ...]:
        everything = self._evidence(tuple(range(1, len(self._chunks) + 1)))
        findings = [
            (verify(claim, self._evidence((number,)), self._question, None, everything), -number)
            for number in range(1, len(self._chunks) + 1)
        ]
        fitting = [
            (finding.agreement, number)
            for finding, number in findings
            if finding.support is Support.SUPPORTED and finding.agreement >= ATTRIBUTING_AGREEMENT
        ]
        return (-max(fitting)[1],) if fitting else ()


def citations_of(sentences: Sequence[Sentence], chunks: Sequence[Hit]) -> tuple[Citation, ...]:
    """One citation for each chunk that a sentence cites, in order of number, with the chunk's telling piece."""
    by_number: dict[int, list[str]] = {}
    for sentence in sentences:
        for number in sentence.citations:
            by_number.setdefault(number, []).append(without_markers(sentence.text))
    return tuple(
        _citation(number, " ".join(claims), chunks[number - 1]) for number, claims in sorted(by_number.items())
    )


def _citation(number: int, claims: str, hit: Hit) -> Citation:
    quote = telling_piece(claims, hit.text)
    return Citation(number, hit.chunk_id, hit.document_id, hit.title, hit.source, hit.page, quote)


def telling_piece(claims: str, text: str) -> str:
    """What of a chunk's text is nearest to the claims, by their words."""
    return " … ".join(highlights(content_terms(claims), text)).replace(MARK_OPEN, "").replace(MARK_CLOSE, "")


def nearness_by(embedder: Embedder, scale: Scale) -> Nearness:
    """How near a claim is to sentences by this model, as a similarity; -1 where the model cannot be asked."""

    def nearest(claim: str, sentences: Sequence[str]) -> float:
        try:
            vectors = embedder.embed_documents([claim, *sentences[:COMPARED_SENTENCES]])
        except SearchAppError:
            return -1.0  # the words have been compared; an answer does not fail for want of a second look
        return scale.similarity(float((vectors[1:] @ vectors[0]).max())) if len(vectors) > 1 else -1.0

    return nearest
