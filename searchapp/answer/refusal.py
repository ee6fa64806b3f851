"""Why nothing is answered: the words of the question that no chunk holds together, and the chunk that is nearest."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from searchapp.answer.answerability import MOST_PASSAGES, Window, asked_about, each_alone, windows
from searchapp.answer.context import is_zh
from searchapp.answer.writers import Writer
from searchapp.messages import Language, Message, reader_language
from searchapp.model import Answer, AnswerEvent, Citation, Done, Hit, Token
from searchapp.text.words import fold_width, has_cjk, words

NOBODY = Writer("")

MOST_WORDS = 8
"""Words that are named; of a long question the first ones tell enough."""

MOST_QUOTED = 300
"""Characters of the nearest place."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is said in the place of an answer. ``nearest`` is numbered as the hits are, from 1."""

    text: str
    lacking: tuple[str, ...]
    nearest: Citation | None


def refusal(question: str, hits: Sequence[Hit]) -> Refusal:
    """The refusal of ``question``, whose best hits are ``hits``, in the language of the question."""
    language: Language = "zh" if is_zh(question) else "en" if question.isascii() else reader_language()
    asked = fold_width(question)
    lacking, place, window = min(
        (_shortfall(one, hits[:MOST_PASSAGES]) for one in each_alone(asked)),
        key=lambda found: found[2].share if found[2] else 0.0,
    )
    named = [f"“{word}”" for word in lacking]
    said = [Message("refused")]
    nearest = None
    if window is None:
        said += [Message("refused_nothing_near", words=named)] if named else []
    else:
        hit = hits[place]
        nearest = Citation(
            place + 1, hit.chunk_id, hit.document_id, hit.title, hit.source, hit.page, window.said[:MOST_QUOTED]
        )
        title = hit.title or hit.source
        said.append(
            Message("refused_lacking", title=title, place=place + 1, words=named)
            if named
            else Message("refused_nearest", title=title, place=place + 1)
        )
    return Refusal(Message("joined", sentences=said).text(language), lacking, nearest)


def refused(
    question: str, hits: Sequence[Hit], used: int, writer: Writer = NOBODY
) -> Generator[AnswerEvent, None, None]:
    """The events of a refusal; ``used`` chunks were sent to ``writer``."""
    why = refusal(question, hits)
    yield Token(why.text)
    yield Done(
        Answer(
            question=question,
            answer=why.text,
            model=writer.name,
            refused=True,
            lacking=why.lacking,
            nearest=why.nearest,
            extractive=False,
            passages_used=used,
            passages_found=len(hits),
            citations=(),
            sentences=(),
            notices=writer.notices,
        )
    )


def _shortfall(question: str, hits: Sequence[Hit]) -> tuple[tuple[str, ...], int, Window | None]:
    """The words that the best place of all lacks, as the question has them; that place, and in which hit it is."""
    terms = asked_about(question)
    best = [max(windows(terms, hit), key=lambda window: window.share) for hit in hits]
    place = max(range(len(best)), key=lambda at: best[at].share, default=-1)
    window = best[place] if place >= 0 else None
    return _as_written(question, terms - window.terms if window else terms), place, window


def _as_written(question: str, terms: set[str]) -> tuple[str, ...]:
    written = [(question.find(term), term) for term in terms if has_cjk(term)]
    written += [(word.start, question[word.start : word.end]) for word in words(question) if word.term in terms]
    return tuple(dict.fromkeys(text for _, text in sorted(written)))[:MOST_WORDS]
