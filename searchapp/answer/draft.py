"""An answer while it grows: pieces of text come in, tokens and checked sentences go out.

A model's output is hostile input: it may be blank, broken, endless, or say the same for ever. What is wrong with it is
told by ``fault``, and the text that is kept ends before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from searchapp.answer.citations import Checker
from searchapp.answer.echoed import without_prompt
from searchapp.answer.outgoing import ready, written
from searchapp.answer.statements import Reader, Statement
from searchapp.answer.thinking import without_thoughts
from searchapp.model import AnswerEvent, Sentence, SentenceChecked, Token
from searchapp.text.words import fold_width

MOST_BLANKS = 200
"""White space in a row after which a model has nothing more to say."""

MOST_REPEATS = 3
"""Times that a sentence may come; a refrain in a real answer comes twice at most."""

LEAST_SENTENCE = 6
"""Letters of a sentence that is looked for again; "Yes." may come often."""

LEAST_LOOP = 60
"""Characters that a repeated stretch must fill in all; "ha ha ha" and a table's rule are shorter."""

LOOKED_BACK = 600
"""Characters of the text's end in which a loop is looked for."""

STEP = 16
"""Characters after which faults are looked for: at the same places however the text was cut into pieces."""

_LOOP = re.compile(r"(?P<unit>.{1,120}?)(?P=unit){3,}\Z", re.DOTALL)
# Control characters, the marks of highlights (private use), and what stands for broken UTF-8.
_NOISE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffd\ue000-\uf8ff\ud800-\udfff]")


class Fault(StrEnum):
    """Why a model was stopped."""

    BLANK = "blank"
    REPEATED = "repeated"


class Draft:
    """Collects a model's text and has its sentences checked by ``checker``."""

    def __init__(self, checker: Checker, rules: str = "") -> None:
        """``rules`` are those of the prompt, which are left out where the model repeats them."""
        self.fault: Fault | None = None
        self._checker = checker
        self._rules = rules
        self._raw = ""
        self._aloud = self._thinks = False
        self.repeats_prompt = False
        """Whether the model wrote what it was sent; that is left out."""
        self._begin()

    def _begin(self) -> None:
        self.text = ""
        self.sentences: list[Sentence] = []
        self._sent = 0
        self._finished = 0
        self._reader = Reader()
        self._statements: list[Statement] = []
        self._leads: list[str] = []
        self._lead = ""  # of the sentence that comes next
        self._seen: dict[str, int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether the model has said nothing that can be read."""
        return not any(character.isalnum() for character in self.text)

    @property
    def thought_aloud(self) -> bool:
        """Whether the text began with thoughts that nothing marked as such until they ended."""
        return self._aloud

    @property
    def is_thinking(self) -> bool:
        """Whether thoughts have begun in the text, and not ended."""
        return self._thinks

    def add(self, piece: str) -> None:
        """Take the next piece of text; sets ``fault`` when the model should be stopped."""
        while piece and not self.fault:
            room = STEP - len(self._raw) % STEP
            self._raw += piece[:room]
            piece = piece[room:]
            if len(self._raw) % STEP == 0:
                self._take()
                self._read()
                self._inspect()
        if not self.fault:
            self._take()

    def _take(self, *, whole: bool = False) -> None:
        reading = without_thoughts(_readable(self._raw), whole=whole)
        answer, repeats = without_prompt(reading.answer, self._rules, whole=whole)
        self.repeats_prompt = self.repeats_prompt or repeats
        known = max(self._sent, self._end)
        if not answer.startswith(self.text[:known]):
            self._begin()  # what was sent so far were thoughts; the whole answer, which comes last, is without them
        self.text, self._thinks = answer, reading.thinking
        self._aloud = self._aloud or reading.unmarked

    def _inspect(self) -> None:
        if self.fault:
            return
        if len(self._raw) - len(self._raw.rstrip()) > MOST_BLANKS:
            self.fault = Fault.BLANK
            return
        loop = _LOOP.search(self.text, max(0, len(self.text) - LOOKED_BACK))
        if loop and len(loop.group()) >= LEAST_LOOP and any(character.isalnum() for character in loop["unit"]):
            self.fault = Fault.REPEATED
            self.text = self.text[: loop.end("unit")]

    def may_be(self, phrase: str) -> bool:
        """Whether the text so far is ``phrase``, the beginning of it, or nothing yet; marks around it do not count."""
        words = self.text.strip(" \n\t.*\"'").upper()
        return words.startswith(phrase) or phrase.startswith(words)

    def events(self, *, complete: bool = False) -> Iterator[AnswerEvent]:
        """What is new: the text since the last call, and the statements that are finished.

        One is finished when it is settled where it ends, since its markers may follow its full stop; with ``complete``
        the last one is too.
        """
        if complete and not self.fault:
            self._take(whole=True)
        self._read(complete=complete)
        end = len(self.text) if complete else ready(self.text, self._sent)
        if self._sent < end:
            yield Token(written(self.text, self._sent, end, self._statements, self._checker.sent))
            self._sent = end
        while self._finished < len(self.sentences):
            self._finished += 1
            yield SentenceChecked(self.sentences[self._finished - 1], self._leads[self._finished - 1])

    @property
    def _end(self) -> int:
        """Where the last finished statement ends."""
        return self._statements[-1].end if self._statements else 0

    def _read(self, *, complete: bool = False) -> None:
        for statement in self._reader.read(self.text, complete=complete):
            said = self.text[statement.start : statement.end]
            gap = self.text[self._end : statement.start]
            again = self._repeats(said)
            if again:
                self._lead += gap.rpartition("\n")[0]  # what is said again goes with its list's mark
            else:
                self.sentences.append(self._checker.check(said, statement.head))
                self._leads.append(self._lead + gap)
                self._lead = ""
            self._statements.append(statement)
            if self.fault is Fault.REPEATED and again:
                self.text = self.text[: statement.end]
                return

    def checked_text(self) -> str:
        """The text with the markers that hold, its layout kept."""
        said = [lead + sentence.text for lead, sentence in zip(self._leads, self.sentences, strict=True)]
        return "".join([*said, self._lead, self.text[self._end :]]).strip()

    def _repeats(self, sentence: str) -> bool:
        key = "".join(character for character in fold_width(sentence).casefold() if character.isalnum())
        if len(key) < LEAST_SENTENCE:
            return False
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] >= MOST_REPEATS:
            self.fault = Fault.REPEATED
        return self._seen[key] > 1


def _readable(raw: str) -> str:
    """The raw text without its beginning's blanks, and characters nobody can read."""
    # The halves of a character beyond the BMP may come in two pieces.
    whole = raw.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return _NOISE.sub("", whole.replace("\r\n", "\n")).lstrip()
