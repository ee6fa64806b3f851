"""Documents that are read whole by a language model, in as many calls as its window makes of them.

What fits is read at once. Else the model takes notes on one part after the other, whose sentences are checked against
what they cite as an answer's are, and notes that do not fit are read in parts again. So each number in the last call
is that of a chunk, however often it was passed on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count

from searchapp.answer.citations import Checker
from searchapp.answer.context import TEMPLATE_TOKENS, Context, fenced, prompt
from searchapp.answer.conversation import Chat
from searchapp.answer.draft import Draft
from searchapp.answer.markers import with_markers, without_markers
from searchapp.answer.material import Material, Plan, at_once
from searchapp.answer.prompt_sanitizer import sanitized
from searchapp.answer.whole_document.central import central
from searchapp.answer.whole_document.documents import Whole
from searchapp.answer.writers import Writer, Writers
from searchapp.errors import UsageError
from searchapp.model import AnswerEvent, Hit, PassagesRead, Support
from searchapp.tokens import Tokenizer

MOST_CALLS = 32
"""Parts of which notes are taken before the last call; what lies behind them is not read."""

NOTE_TOKENS = 256
"""The most that is written of one part."""

MOST_ROUNDS = 4
"""Times that notes are taken on notes; each is shorter by half at least."""

NOTES_OF_A_PART = 3
"""Sentences that are quoted of a part of which the model said nothing that holds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be read: a chunk, or a note on some; ``numbers`` are those of the chunks that it rests on."""

    hit: Hit
    numbers: tuple[int, ...]


class Reader:
    """Reads for one question with one model."""

    def __init__(
        self, whole: Whole, question: str, tokenizer: Tokenizer, window: int, kept: int, control: Collection[str]
    ) -> None:
        """``window`` is the model's in tokens, of which ``kept`` are left free for the answer."""
        self._whole = whole
        self._window = window
        self._question = sanitized(question, control)
        self._tokenizer = tokenizer
        self._control = control
        self._rules = prompt(whole.task, question)
        self._note_rules = prompt("notes", question)
        self._note_tokens = min(NOTE_TOKENS, kept, window // 6)
        room = window - TEMPLATE_TOKENS
        rules, notes, asked = tokenizer.counts([self._rules, self._note_rules, self._question])
        self._room = room - kept - rules - asked
        self._note_room = room - self._note_tokens - notes - asked
        if asked > window // 4 or min(self._room, self._note_room) < window // 8:
            raise UsageError("window_too_small", window=window)

    def plan(self, hits: Sequence[Hit], reply: Chat, given_up: Callable[[], bool]) -> Plan:
        """What of ``hits`` is read, and how. Raises UsageError where not even one fits."""
        pieces = [Piece(hit, (number,)) for number, hit in enumerate(hits, start=1)]
        if self._fits(pieces):
            return at_once(self._last(pieces, tuple(hits)))
        parts = self._bounded(self._parts(pieces))
        used = tuple(piece.hit for part in parts for piece in part)
        return Plan(used, lambda: self._in_parts(parts, used, reply, given_up))

    def _bounded(self, parts: list[list[Piece]]) -> list[list[Piece]]:
        """The first parts of each document, their chunks numbered without a gap."""
        each = MOST_CALLS // len(self._whole.titles)
        taken: Counter[str] = Counter()
        number = count(1)
        kept = []
        for part in parts:
            document = part[0].hit.document_id
            taken[document] += 1
            if taken[document] <= each:
                kept.append([replace(piece, numbers=(next(number),)) for piece in part])
        return kept

    def _in_parts(
        self, parts: list[list[Piece]], used: tuple[Hit, ...], reply: Chat, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, Context]:
        read, pieces = 0, list[Piece]()
        for turn in range(MOST_ROUNDS):
            pieces = []
            for part in parts:
                yield PassagesRead(part[0].hit.title, read, self._whole.total)
                pieces += self._noted(part, reply)
                if given_up():
                    return Context((), used, 0)
                read += 0 if turn else len(part)
            if self._fits(pieces):
                break
            parts = self._parts(pieces)
        while len(pieces) > 1 and not self._fits(pieces):
            pieces = pieces[::2]  # the model does not shorten what it reads
        yield PassagesRead("", read, self._whole.total)
        return self._last(pieces, used)

    def _noted(self, part: Sequence[Piece], reply: Chat) -> list[Piece]:
        """The notes on a part that hold; where there are none, its own most telling sentences."""
        hits = [piece.hit for piece in part]
        text = "\n\n".join([*self._fenced(part, local=True), self._question])
        draft = Draft(Checker(hits), self._note_rules)
        draft.add(reply(_messages(self._note_rules, text), self._note_tokens))
        for _ in draft.events(complete=True):
            pass
        cited = [one for one in draft.sentences if one.citations and one.support is not Support.UNSUPPORTED]
        notes = []
        for sentence in cited or central(hits, NOTES_OF_A_PART):
            numbers = sorted({number for place in sentence.citations for number in part[place - 1].numbers})
            hit = replace(hits[sentence.citations[0] - 1], text=without_markers(sentence.text), headings=())
            notes.append(Piece(hit, tuple(numbers)))
        return notes

    def _last(self, pieces: Sequence[Piece], used: tuple[Hit, ...]) -> Context:
        texts = self._fenced(pieces, local=False)
        tokens = sum(self._tokenizer.counts([self._rules, self._question, *texts]))
        return Context(tuple(_messages(self._rules, "\n\n".join([*texts, self._question]))), used, tokens)

    def _fenced(self, pieces: Sequence[Piece], *, local: bool) -> list[str]:
        """The pieces in fences, numbered from 1 or by the chunks that they rest on."""
        return [
            fenced(place, piece.hit, self._control)
            if local
            else fenced(piece.numbers[0], _with_numbers(piece), self._control)
            for place, piece in enumerate(pieces, start=1)
        ]

    def _fits(self, pieces: Sequence[Piece]) -> bool:
        return sum(self._tokenizer.counts(self._fenced(pieces, local=False))) <= self._room

    def _parts(self, pieces: Sequence[Piece]) -> list[list[Piece]]:
        """The pieces in parts that fit, each of one document."""
        parts: list[list[Piece]] = []
        left = 0
        for piece, cost in zip(pieces, self._tokenizer.counts(self._fenced(pieces, local=True)), strict=True):
            while cost > self._note_room:
                piece = replace(piece, hit=replace(piece.hit, text=piece.hit.text[: len(piece.hit.text) * 3 // 4]))
                if not piece.hit.text:
                    raise UsageError("window_too_small", window=self._window)
                cost = self._tokenizer.counts(self._fenced([piece], local=True))[0]
            same = bool(parts) and parts[-1][-1].hit.document_id == piece.hit.document_id
            if not same or cost > left:
                parts.append([])
                left = self._note_room
            parts[-1].append(piece)
            left -= cost
        return parts


def of_whole(whole: Whole, question: str, writers: Writers, given_up: Callable[[], bool]) -> Material:
    """Whole documents, to be read within the model's window."""

    def plan(writer: Writer, sent: tuple[Hit, ...]) -> Plan:
        tokenizer, control_tokens = writers.vocabulary(writer.name)
        kept = writers.tokens(replace(writer, most_tokens=None))  # a short answer may rest on long notes
        reader = Reader(whole, question, tokenizer, writers.window(writer), kept, control_tokens)
        return reader.plan(sent or whole.hits, partial(writers.reply, writer.name, given_up), given_up)

    return Material(question, whole.hits, plan, lambda _, chunks: whole.quoted(chunks), len(whole.hits))


def _with_numbers(piece: Piece) -> Hit:
    """A note on several chunks says their numbers itself."""
    return replace(piece.hit, text=with_markers(piece.hit.text, piece.numbers)) if len(piece.numbers) > 1 else piece.hit


def _messages(rules: str, text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": rules}, {"role": "user", "content": text}]
