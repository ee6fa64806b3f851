"""A turn is kept however its answer ends, and what it was made from with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from searchapp.conversations import ConversationStore, kept
from searchapp.conversations.recording import CUT_PASSAGE, MOST_TEXT
from searchapp.errors import ServiceUnavailableError, StorageError, UsageError
from searchapp.model import (
    AnswerEvent,
    ConversationBegun,
    Done,
    KeptTurn,
    QueryRead,
    Rewriting,
    Sentence,
    SentenceChecked,
    SourcesFound,
    Support,
    Token,
    TurnState,
)
from tests.conversations.samples import answer, store
from tests.web.stand_in import hit

HITS = (hit("d1", "Operators wear gloves."), hit("d2", "Gloves are worn."), hit("d3", "Nothing."))
SAID: tuple[AnswerEvent, ...] = (
    QueryRead("and at night?", "gloves at night", Rewriting.MODEL),
    SourcesFound(HITS, 2),
    Token("Operators wear "),
    Token("gloves [1]. And"),
    SentenceChecked(Sentence("Operators wear gloves [1].", (1,), Support.SUPPORTED)),
)


def recorded(
    conversations: ConversationStore, said: tuple[AnswerEvent | Exception, ...], question: str = "and at night?"
) -> Iterator[AnswerEvent | ConversationBegun]:
    def events() -> Iterator[AnswerEvent]:
        for one in said:
            if isinstance(one, Exception):
                raise one
            yield one

    begin = partial(conversations.begin, "local", None, question, ("type=pdf",))
    groups = dict.fromkeys(("d1", "d2"), ("hr",))
    return kept(events(), conversations, begin, question, ("type=pdf",), lambda ids: {id_: groups[id_] for id_ in ids})


def only(conversations: ConversationStore) -> KeptTurn:
    (entry,) = conversations.find("local").conversations
    (turn,) = conversations.read("local", entry.id)[1]
    return turn


def test_a_whole_answer(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    told = answer("and at night?", documents=("d1", "d2"))
    begun, *others = recorded(conversations, (*SAID, Done(told)))
    assert isinstance(begun, ConversationBegun) and (begun.turn, begun.title) == (1, "And at night")
    assert others == [*SAID, Done(told)]
    turn = only(conversations)
    assert (turn.state, turn.answer, turn.filters, turn.problem) == (TurnState.DONE, told, ("type=pdf",), None)
    assert [one.document_id for one in turn.hits] == ["d1", "d2"] and turn.groups == {"d1": ("hr",), "d2": ("hr",)}


def test_one_that_is_stopped(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    events = recorded(conversations, SAID)
    for _ in range(len(SAID) + 1):
        next(events)
    assert only(conversations).state is TurnState.WRITING
    events.close()  # type: ignore[attr-defined]
    turn = only(conversations)
    assert (turn.state, turn.answer.answer, turn.answer.complete) == (
        TurnState.STOPPED, "Operators wear gloves [1]. And", False,
    )  # fmt: skip
    assert (turn.answer.query, turn.answer.rewriting) == ("gloves at night", Rewriting.MODEL)
    (citation,) = turn.answer.citations
    assert (citation.n, citation.chunk_id, len(turn.answer.sentences)) == (1, "d1-0", 1)


def test_one_that_ends_without_its_last_event_was_stopped(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    assert len(list(recorded(conversations, SAID))) == len(SAID) + 1
    assert only(conversations).state is TurnState.STOPPED


def test_one_that_fails(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    with pytest.raises(ServiceUnavailableError):
        list(recorded(conversations, (*SAID, ServiceUnavailableError("ollama_away", server="http://ollama"))))
    turn = only(conversations)
    assert turn.state is TurnState.FAILED and turn.answer.answer == "Operators wear gloves [1]. And"
    assert turn.problem is not None and turn.problem.code == "service_unavailable"
    with pytest.raises(RuntimeError):
        list(recorded(conversations, (*SAID, RuntimeError("a bug")), "second"))
    entry = conversations.find("local", "second").conversations[0]
    assert conversations.read("local", entry.id)[1][0].state is TurnState.FAILED


def test_what_is_refused_at_once_is_no_turn(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    with pytest.raises(UsageError):
        next(recorded(conversations, (UsageError("query_empty"),)))
    assert conversations.find("local").total == 0


def test_an_answer_is_given_where_it_cannot_be_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def begin() -> None:
        raise StorageError("audit_unwritable")

    told = Done(answer("gloves?"))
    events = kept(iter((*SAID, told)), store(tmp_path), begin, "gloves?", (), lambda ids: {})  # type: ignore[arg-type]
    assert list(events) == [*SAID, told]
    assert "A conversation is not kept" in caplog.text


def test_the_passages_of_a_whole_book_are_cut(tmp_path: Path) -> None:
    conversations = store(tmp_path)
    book = tuple(hit("d1", "x" * 2000) for _ in range(MOST_TEXT // 2000 + 1))
    list(recorded(conversations, (SourcesFound(book, len(book)), Done(answer("gloves?")))))
    assert {len(one.text) for one in only(conversations).hits} == {CUT_PASSAGE}
