"""An answer without a language model: the chunks' own sentences that are nearest to the question, quoted."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.answer.markers import with_markers, without_markers
from searchapp.answer.said import said_in
from searchapp.answer.subjects import Kind, asked_of
from searchapp.answer.tables import columns, is_row, with_columns
from searchapp.embedding import SAME_SCALE, Embedder, Scale
from searchapp.model import Hit, Sentence, Support
from searchapp.text.inner_headings import headings_over
from searchapp.text.sentences import is_whole, sentences
from searchapp.text.words import content_terms

SENTENCES = 3
OF_EACH_PART = 2
CANDIDATES = 48
"""Sentences that are embedded; more would make the answer slower than a model's."""

COVERAGE_WEIGHT = 2.0
"""Words weigh more than nearness: a model trained on English finds any two Chinese sentences near."""

LEAST_SHARE = 0.5
"""A sentence with less than this share of the best one's score speaks of something else."""

LEAST_CHARACTERS = 12
"""Shorter lines are headings and fragments of tables."""


def coverage(terms: set[str], text: str) -> float:
    """Share (0 to 1) of ``terms`` that occur in ``text``; 0 when there are none."""
    return len(terms & content_terms(text)) / len(terms) if terms else 0.0


def extract(
    question: str, chunks: Sequence[Hit], embedder: Embedder, scale: Scale = SAME_SCALE
) -> tuple[Sentence, ...]:
    """Up to three sentences, in order of rank, each citing the chunk that it is quoted from (numbers from 1).

    Where some speak of all that the question names, those that speak of another are left out.

    ``scale`` makes similarities of the ``embedder``'s cosines.
    """
    terms = content_terms(question)
    found: dict[str, int] = {}
    wanted = asked_of("", question)
    lacking: dict[str, int] = {}
    in_full: dict[str, str] = {}  # a table's row is read with the first one, which names its columns
    headings: dict[str, str] = {}
    for number, hit in enumerate(chunks, start=1):
        heads = "\n".join((hit.title, *hit.headings))
        parts = sentences(hit.text)
        heads_of = columns(parts)
        below = headings_over(hit.text)
        for sentence, head, heading, said in zip(parts, heads_of, below, said_in(heads, hit.text), strict=False):
            names = sentence == heading and not any(
                map(str.isdigit, sentence)
            )  # a line with a number may say something
            is_heading = (
                names or sentence == hit.title or sentence in hit.headings or (sentence in heads_of and not head)
            )
            if len(sentence) >= LEAST_CHARACTERS and not is_heading and not sentence.endswith(("?", "？")):
                lacks = sum(
                    said.is_of_another(one, wanted) or not (one.kind is Kind.YEAR or said.may_speak_of(one))
                    for one in wanted
                )
                if lacks < lacking.get(sentence, lacks + 1):
                    found[sentence], lacking[sentence] = number, lacks
                    in_full[sentence] = f"{head}\n{sentence}" if head else sentence
                    headings[sentence] = heading
    fewest = min(lacking.values(), default=0)
    found = {sentence: number for sentence, number in found.items() if lacking[sentence] == fewest}
    covered = {sentence: _covered(terms, in_full[sentence], headings[sentence]) for sentence in found}
    candidates = sorted(found, key=lambda sentence: (-covered[sentence], found[sentence]))[:CANDIDATES]
    if not candidates:
        return ()
    near = embedder.embed_documents([in_full[one] for one in candidates]) @ embedder.embed_query(question)
    # Meaning finds the subject, words the point; a better chunk breaks ties.
    score = {
        sentence: scale.similarity(float(cosine)) + COVERAGE_WEIGHT * covered[sentence] - 0.01 * found[sentence]
        for sentence, cosine in zip(candidates, near, strict=True)
    }
    least = LEAST_SHARE * max(score.values())
    near_enough = [sentence for sentence in candidates if score[sentence] >= least] or candidates
    # A line without a stop is a subheading or was cut by a chunk's end; whole sentences go before it.
    best = sorted(near_enough, key=lambda one: (is_row(one) or not is_whole(one), -score[one]))[:SENTENCES]
    return tuple(_quoted(sentence, in_full[sentence].rpartition("\n")[0], found[sentence]) for sentence in best)


def _covered(terms: set[str], text: str, heading: str) -> float:
    """The ``coverage`` of a sentence; what only the heading over it says counts half, as for all sentences below it."""
    said = coverage(terms, text)
    return (said + coverage(terms, f"{heading}\n{text}")) / 2 if heading else said


def quoted(parts: Sequence[tuple[Sentence, ...]]) -> tuple[Sentence, ...]:
    """The quotations for each part of a question, the best of each, and of one that has no other parts all."""
    most = SENTENCES if len(parts) == 1 else OF_EACH_PART
    return tuple(dict.fromkeys(sentence for part in parts for sentence in part[:most]))


def _quoted(sentence: str, head: str, number: int) -> Sentence:
    # A row without the names of its columns need not say what it seems to.
    said = with_columns(head, sentence) if is_row(sentence) and head else sentence
    support = Support.WEAK if is_row(sentence) and said == sentence else Support.SUPPORTED
    # The document's own references are none to what was sent.
    return Sentence(with_markers(without_markers(said) or said, (number,)), (number,), support)
