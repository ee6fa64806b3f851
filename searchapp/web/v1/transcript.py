"""The text of an answer for clients that cannot take a word back: sentence by sentence, each checked first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from searchapp.messages import Message
from searchapp.model import Answer, AnswerEvent, Citation, Done, Hit, SentenceChecked, SourcesFound, Support
from searchapp.web.v1.numbering import Numbering, without_markers

MOST_NAMED, NAMED_CHARACTERS = 5, 80
"""Sentences that are named as not borne out, and characters of each."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A marker at ``text[start:end]``, and the passage that it leads to."""

    start: int
    end: int
    document_id: str
    chunk_id: str
    title: str
    page: int | None


class Transcript:
    """Becomes the text of one answer; ``take`` gives what is new of it."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        """The text ends before the first of ``stops``."""
        self.text = ""
        self.answer: Answer | None = None
        """The whole answer, its passages numbered as in the text; None before its end, and where the text stopped."""
        self.is_stopped = False
        self._stops = stops
        self._told = 0
        self._as_answered = ""  # the same text with the numbers of the answer
        self._hits: Sequence[Hit] = ()
        self._nearest: Citation | None = None
        self._numbering = Numbering()
        self._mentions: list[Mention] = []

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The markers of the text, in its order."""
        return tuple(one for one in self._mentions if one.end <= len(self.text))

    def take(self, event: AnswerEvent) -> str:
        """What is new, and may be sent."""
        if self.is_stopped:
            return ""
        match event:
            case SourcesFound():
                self._hits = event.hits
            case SentenceChecked():
                lead = event.lead if self.text else event.lead.lstrip()
                self._as_answered += lead + event.sentence.text
                self._append(lead, ())
                self._append(event.sentence.text, event.sentence.citations)
            case Done():
                self._finish(event.answer)
        return self._ready(whole=isinstance(event, Done))

    def _finish(self, answer: Answer) -> None:
        self._nearest = answer.nearest
        rest = answer.answer.removeprefix(self._as_answered)
        named = {answer.nearest.n} if answer.nearest else set()
        if rest == answer.answer and self.text:  # what came before were thoughts that nothing had marked as such
            rest, named = f"\n\n{rest}", {one.n for one in answer.citations}
        self._append(rest, named)
        self.answer = self._numbering.answer(answer, self.text)
        told = [notice.message for notice in self.answer.notices]
        told += [str(doubtful)] if (doubtful := _doubtful(answer)) else []
        self._append("".join(f"\n\n> {one}" for one in told), ())

    def _append(self, text: str, cited: Collection[int]) -> None:
        """Add ``text``, whose markers of these passages get their new numbers."""
        rewritten, markers = self._numbering.rewritten(text, cited)
        for marker in markers:
            if passage := self._passage(marker.number):
                place = (len(self.text) + marker.start, len(self.text) + marker.end)
                title = passage.title or passage.source
                self._mentions.append(Mention(*place, passage.document_id, passage.chunk_id, title, passage.page))
        self.text += rewritten

    def _passage(self, number: int) -> Citation | Hit | None:
        if self._nearest is not None and self._nearest.n == number:
            return self._nearest
        return self._hits[number - 1] if 1 <= number <= len(self._hits) else None

    def _ready(self, *, whole: bool) -> str:
        """The part of the text that was not given yet, but for what may begin a stop."""
        places = (self.text.find(stop, self._told) for stop in self._stops)
        if found := [place for place in places if place >= 0]:
            self.text, self.answer, self.is_stopped = self.text[: min(found)], None, True
        end = len(self.text)
        if not (whole or self.is_stopped):
            end -= max((_begun(self.text, stop) for stop in self._stops), default=0)
        ready, self._told = self.text[self._told : end], max(self._told, end)
        return ready


def _begun(text: str, stop: str) -> int:
    """How many characters at the end of ``text`` begin ``stop``; these are held back."""
    return next((size for size in range(len(stop) - 1, 0, -1) if text.endswith(stop[:size])), 0)


def _doubtful(answer: Answer) -> Message | None:
    """What tells which sentences are not borne out; None where all are, or none is, of which a notice tells."""
    without = [one for one in answer.sentences if one.support is Support.UNSUPPORTED]
    if not without or len(without) == len(answer.sentences):
        return None
    named = [_shortened(without_markers(one.text)) for one in without[:MOST_NAMED]]
    return Message("sentences_doubtful", doubtful=len(without), all=len(answer.sentences), sentences=named)


def _shortened(text: str) -> str:
    return f"“{text[:NAMED_CHARACTERS]}…”" if len(text) > NAMED_CHARACTERS else f"“{text}”"
