"""The markers of an answer's sentences: each must name a chunk that was sent, and the chunk must support it.

A marker ``[n]`` that names no such chunk is removed and counted. A sentence that a model left without a marker gets
the marker of the chunk that plainly supports it, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from searchapp.answer.verification import Evidence, Finding, Nearness, verify
from searchapp.embedding import SAME_SCALE, Embedder, Scale
from searchapp.errors import SearchAppError
from searchapp.model import Citation, Hit, Sentence, Support
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, highlights
from searchapp.text.sentences import MARKER
from searchapp.text.words import content_terms

ATTRIBUTING_AGREEMENT = 0.75
"""Agreement at which a sentence without a marker is given one."""

COMPARED_SENTENCES = 24
"""Sentences of the chunks that are embedded for one sentence of the answer; more would hold up the stream."""

_MARKER = re.compile(rf"(?<!\s)\s*+{MARKER}")
_RANGE = re.compile(r"(?<!\d)(\d+)\s*+[-–~]\s*+(\d+)")


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
        self._chunks = chunks
        self._question = question
        self._nearness = nearness_by(embedder, scale) if embedder else None
        self._evidence = cache(lambda numbers: Evidence.of([chunks[number - 1] for number in numbers]))

    def check(self, text: str) -> Sentence:
        """The sentence with valid markers only, the chunks it cites, and how far they support it."""
        named = markers(text)
        cited = tuple(dict.fromkeys(number for number in named if 1 <= number <= len(self._chunks)))
        self.removed += sum(not 1 <= number <= len(self._chunks) for number in named)
        bare = without_markers(text)
        if not cited:
            cited = self._attribution(bare)
        finding = self._verified(bare, cited) if cited else Finding(Support.UNSUPPORTED)
        return Sentence(with_markers(bare, cited), cited, finding.support, finding.missing)

    def _verified(self, claim: str, numbers: tuple[int, ...]) -> Finding:
        return verify(claim, self._evidence(numbers), self._question, self._nearness)

    def _attribution(self, claim: str) -> tuple[int, ...]:
        findings = [
            (verify(claim, self._evidence((number,)), self._question), -number)
            for number in range(1, len(self._chunks) + 1)
        ]
        fitting = [
            (finding.agreement, number)
            for finding, number in findings
            if finding.support is Support.SUPPORTED and finding.agreement >= ATTRIBUTING_AGREEMENT
        ]
        return (-max(fitting)[1],) if fitting else ()


def markers(text: str) -> list[int]:
    """The numbers that the markers in ``text`` name, in order: ``[1]``, ``【2、3】``, ``[4-6]``."""
    found: list[int] = []
    for match in _MARKER.finditer(text):
        spelled = _RANGE.sub(_spelled_out, match.group())
        found += [int(number) for number in re.findall(r"\d+", spelled)]
    return found


def without_markers(text: str) -> str:
    """The text alone."""
    return _MARKER.sub("", text).strip()


def with_markers(text: str, numbers: Sequence[int]) -> str:
    """The text with its markers behind it."""
    return f"{text} {''.join(f'[{number}]' for number in numbers)}" if numbers else text


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
    quote = " … ".join(highlights(content_terms(claims), hit.text)).replace(MARK_OPEN, "").replace(MARK_CLOSE, "")
    return Citation(number, hit.chunk_id, hit.document_id, hit.title, hit.source, hit.page, quote)


def _spelled_out(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    return ",".join(map(str, range(first, last + 1))) if first < last <= first + 20 else match.group()


def nearness_by(embedder: Embedder, scale: Scale) -> Nearness:
    """How near a claim is to sentences by this model, as a similarity; -1 where the model cannot be asked."""

    def nearest(claim: str, sentences: Sequence[str]) -> float:
        try:
            vectors = embedder.embed_documents([claim, *sentences[:COMPARED_SENTENCES]])
        except SearchAppError:
            return -1.0  # the words have been compared; an answer does not fail for want of a second look
        return scale.similarity(float((vectors[1:] @ vectors[0]).max())) if len(vectors) > 1 else -1.0

    return nearest
