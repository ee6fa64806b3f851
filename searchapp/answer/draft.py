"""An answer while it grows: pieces of text come in, tokens and checked sentences go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchapp.answer.citations import check_sentence
from searchapp.model import AnswerEvent, Hit, Sentence, SentenceChecked, Token
from searchapp.text.sentences import sentence_spans


class Draft:
    """Collects a model's text over ``passages`` (citation ``[1]`` is the first)."""

    def __init__(self, passages: Sequence[Hit]) -> None:
        self.text = ""
        self.sentences: list[Sentence] = []
        self._passages = passages
        self._sent = 0
        self._spans: list[tuple[int, int]] = []

    def add(self, piece: str) -> None:
        """Take the next piece of text."""
        self.text += piece

    def may_be(self, phrase: str) -> bool:
        """Whether the text so far is ``phrase``, the beginning of it, or nothing yet; marks around it do not count."""
        words = self.text.strip(" \n\t.*\"'").upper()
        return words.startswith(phrase) or phrase.startswith(words)

    def events(self, *, complete: bool = False) -> Iterator[AnswerEvent]:
        """What is new: the text since the last call, and the sentences that are finished.

        A sentence is finished when another one has begun, since its markers may follow its full stop; with
        ``complete`` the last one is too.
        """
        if self._sent < len(self.text):
            yield Token(self.text[self._sent :])
            self._sent = len(self.text)
        spans = list(sentence_spans(self.text, self._spans[-1][1] if self._spans else 0))
        for start, end in spans if complete else spans[:-1]:
            self._spans.append((start, end))
            self.sentences.append(check_sentence(self.text[start:end], self._passages))
            yield SentenceChecked(self.sentences[-1])

    def checked_text(self) -> str:
        """The text with the markers that hold, its line breaks kept."""
        parts: list[str] = []
        for index, ((start, _), sentence) in enumerate(zip(self._spans, self.sentences, strict=True)):
            gap = self.text[self._spans[index - 1][1] : start] if index else ""
            parts += [gap or " " if index else "", sentence.text]
        return "".join(parts)
