"""Keeps a turn while its answer is streamed: at the first event its question, at the end all that was said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from searchapp.answer.citations import citations_of
from searchapp.conversations.store import ConversationStore, Place, unwritten
from searchapp.errors import Failure, SearchAppError, StorageError
from searchapp.model import (
    Answer,
    AnswerEvent,
    ConversationBegun,
    Done,
    Hit,
    KeptTurn,
    QueryRead,
    Sentence,
    SentenceChecked,
    SourcesFound,
    Token,
    TurnState,
)

log = logging.getLogger(__name__)

MOST_TEXT = 256 * 1024
"""Characters of a turn's passages; those of a whole book are cut, each to ``CUT_PASSAGE``."""

CUT_PASSAGE = 300

Groups = Callable[[Collection[str]], Mapping[str, tuple[str, ...]]]
"""The groups of documents, by their ids."""


@dataclass
class Recording:
    """What was said so far."""

    question: str
    hits: tuple[Hit, ...] = ()
    found: int = 0
    query: QueryRead | None = None
    text: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    answer: Answer | None = None

    def see(self, event: AnswerEvent) -> None:
        """Take in one event."""
        match event:
            case QueryRead():
                self.query = event
            case SourcesFound():
                self.hits, self.found = event.hits[: event.passages_used or None], len(event.hits)
            case Token():
                self.text += event.text
            case SentenceChecked():
                self.sentences.append(event.sentence)
            case Done():
                self.answer = event.answer

    def told(self) -> Answer:
        """The whole answer, or what there is of it."""
        if self.answer is not None:
            return self.answer
        within = tuple(one for one in self.sentences if all(1 <= n <= len(self.hits) for n in one.citations))
        partly = replace(
            unwritten(self.question),
            answer=self.text.strip(),
            passages_used=len(self.hits),
            passages_found=self.found,
            citations=citations_of(within, self.hits),
            sentences=tuple(self.sentences),
        )
        return replace(partly, query=self.query.query, rewriting=self.query.rewriting) if self.query else partly


def kept(
    events: Iterator[AnswerEvent],
    store: ConversationStore,
    begin: Callable[[], Place],
    question: str,
    filters: tuple[str, ...],
    groups: Groups,
    redact: Callable[[str], str] = str,
) -> Iterator[AnswerEvent | ConversationBegun]:
    """The ``events``, behind one that says where their turn is kept.

    Its place is made with ``begin`` once the first of them is there: what is refused is no turn. A reader who goes
    closes this, and leaves a stopped turn; what ``events`` raise is raised on, and leaves a failed one. Where the file
    cannot be written, the answer is given all the same, without the first event.
    """
    first = next(events)
    try:
        place = begin()
    except StorageError as error:
        log.error("A conversation is not kept: %s", error)
        yield first
        yield from events
        return
    recording = Recording(question)
    state, failure = TurnState.STOPPED, None
    try:
        yield ConversationBegun(place.conversation, place.title, place.n)
        recording.see(first)
        yield first
        for event in events:
            recording.see(event)
            if isinstance(event, Done):
                state = TurnState.DONE
                _end(store, place, recording, state, None, filters, groups)
            yield event
    except SearchAppError as error:
        state, failure = TurnState.FAILED, error.failure(redact)
        raise
    except Exception:
        state = TurnState.FAILED
        raise
    finally:
        getattr(events, "close", lambda: None)()
        if state is not TurnState.DONE:
            _end(store, place, recording, state, failure, filters, groups)


def _end(
    store: ConversationStore,
    place: Place,
    recording: Recording,
    state: TurnState,
    failure: Failure | None,
    filters: tuple[str, ...],
    groups: Groups,
) -> None:
    try:
        turn = KeptTurn(
            n=place.n,
            asked=place.asked,
            state=state,
            filters=filters,
            answer=recording.told(),
            hits=_bounded(recording.hits),
            problem=failure,
            groups=dict(groups({hit.document_id for hit in recording.hits})),
        )
        store.end(place, turn)
    except SearchAppError as error:  # the answer is there, and is read
        log.error("The end of a turn is not kept: %s", error)


def _bounded(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    most = CUT_PASSAGE if sum(len(hit.text) for hit in hits) > MOST_TEXT else None
    return tuple(
        replace(hit, text=hit.text[:most], highlights=(), more_from_document=(), duplicates=(), scores={})
        for hit in hits
    )
