"""Checks an answer's sentences against the passages they cite.

A marker ``[n]`` must name a passage that was sent; others are removed. A sentence is supported when its cited passages
hold enough of its terms and every one of its numbers. A sentence that a model left without a marker gets the marker of
the passage that plainly bears it out, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchapp.answer.evidence import coverage
from searchapp.model import Citation, Hit, Sentence
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, highlights
from searchapp.text.words import content_terms, fold_width

SUPPORTING_COVERAGE = 0.6
"""Share of a sentence's terms that its passages must hold."""

ATTRIBUTING_COVERAGE = 0.75
"""Share at which a sentence without a marker is given one."""

MARKER = re.compile(r"\s*[\[【](\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)[\]】]")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")


def check_sentence(text: str, passages: Sequence[Hit]) -> Sentence:
    """The sentence with valid markers only, the passages it cites (numbers from 1), and whether they support it."""
    cited = [number for number in _markers(text) if 1 <= number <= len(passages)]
    bare = MARKER.sub("", text).strip()
    if not cited:
        cited = _attribution(bare, passages)
    numbers = tuple(dict.fromkeys(cited))
    shown = bare + "".join(f" [{number}]" if at == 0 else f"[{number}]" for at, number in enumerate(numbers))
    return Sentence(shown, numbers, bool(numbers) and supports(bare, [passages[n - 1] for n in numbers]))


def supports(claim: str, passages: Sequence[Hit], least: float = SUPPORTING_COVERAGE) -> bool:
    """Whether the passages together hold enough of the claim's terms, and all of its numbers."""
    evidence = fold_width("\n".join(f"{hit.title}\n{' '.join(hit.headings)}\n{hit.text}" for hit in passages))
    terms = content_terms(claim)
    if not terms:
        return False
    numbers = set(_NUMBER.findall(fold_width(claim)))
    return coverage(terms, evidence) >= least and numbers <= set(_NUMBER.findall(evidence))


def citations_of(sentences: Sequence[Sentence], passages: Sequence[Hit]) -> tuple[Citation, ...]:
    """One citation for each passage that a sentence cites, in order of number, with the passage's telling piece."""
    by_number: dict[int, list[str]] = {}
    for sentence in sentences:
        for number in sentence.citations:
            by_number.setdefault(number, []).append(MARKER.sub("", sentence.text))
    return tuple(
        _citation(number, " ".join(claims), passages[number - 1]) for number, claims in sorted(by_number.items())
    )


def _citation(number: int, claims: str, hit: Hit) -> Citation:
    quote = " … ".join(highlights(claims, hit.text)).replace(MARK_OPEN, "").replace(MARK_CLOSE, "")
    return Citation(number, hit.chunk_id, hit.document_id, hit.title, hit.source, hit.page, quote)


def _markers(text: str) -> list[int]:
    return [int(number) for match in MARKER.finditer(text) for number in re.findall(r"\d+", match.group(1))]


def _attribution(claim: str, passages: Sequence[Hit]) -> list[int]:
    terms = content_terms(claim)
    scored = [(coverage(terms, hit.text), -number) for number, hit in enumerate(passages, start=1)]
    for _, negative in sorted(scored, reverse=True)[:3]:
        if supports(claim, [passages[-negative - 1]], least=ATTRIBUTING_COVERAGE):
            return [-negative]
    return []
