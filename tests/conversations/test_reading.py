"""Groups are walls for what was said, too; and what became of a conversation's sources."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from searchapp.conversations import ConversationStore, Reading
from searchapp.errors import ForbiddenError
from searchapp.model import SourceChanges, Turn
from tests.conversations.samples import ask, raises, store
from tests.web.stand_in import Store, entry


@pytest.fixture
def documents() -> Store:
    documents = Store()
    documents.put(entry("d1", "/srv/d1.md", content_hash="hash-d1"))
    documents.put(entry("d2", "/srv/d2.md", content_hash="hash-d2", groups=("hr",)))
    return documents


@pytest.fixture
def kept(tmp_path: Path) -> ConversationStore:
    return store(tmp_path)


def test_who_lost_the_right_to_a_document_sees_the_question_alone(kept: ConversationStore, documents: Store) -> None:
    reading = Reading(kept, documents)
    id_ = ask(kept, "user:ada", "open?")
    ask(kept, "user:ada", "private?", id_, text="Salary 90000 [1].", documents=("d2",), groups={"d2": ("hr",)})
    whole = reading.own("user:ada", id_, ("hr",))
    assert [turn.withheld for turn in whole.turns] == [False, False] and "90000" in repr(whole)
    assert len(reading.history("user:ada", id_, ("hr",))) == 2
    for groups in (("law",), ()):
        seen = reading.own("user:ada", id_, groups)
        assert [turn.withheld for turn in seen.turns] == [False, True] and seen.turns[1].answer.question == "private?"
        assert "90000" not in repr(seen) and "d2" not in repr(seen.turns[1].answer) and seen.changes.cited == 1
        assert reading.history("user:ada", id_, groups) == [Turn("open?", "Operators wear gloves [1].")]


def test_a_shared_conversation_is_shown_to_who_may_read_all_of_its_documents(
    kept: ConversationStore, documents: Store
) -> None:
    reading = Reading(kept, documents)
    id_ = ask(kept, "user:ada", "both?", documents=("d1", "d2"), groups={"d1": (), "d2": ("hr",)})
    shared = kept.share("user:ada", id_).shared.removeprefix("/c/")
    for groups in (None, ("hr",), ("hr", "law")):
        assert reading.shared(shared, groups).turns[0].answer.question == "both?"
    for groups in ((), ("law",)):
        with raises(ForbiddenError, "conversation_of_other_groups"):
            reading.shared(shared, groups)
    documents.delete_document("d2")  # its groups are those that it had
    with raises(ForbiddenError, "conversation_of_other_groups"):
        reading.shared(shared, ("law",))
    documents.put(entry("d2", "/srv/d2.md"))  # it is open now, which its passages of then are not
    with raises(ForbiddenError, "conversation_of_other_groups"):
        reading.shared(shared, ("law",))
    documents.put(entry("d1", "/srv/d1.md", groups=("hr",)))  # it was open then
    other = kept.share("user:ada", ask(kept, "user:ada", "open?")).shared.removeprefix("/c/")
    with raises(ForbiddenError, "conversation_of_other_groups"):
        reading.shared(other, ("law",))


def test_what_has_changed_in_the_cited_documents(kept: ConversationStore, documents: Store) -> None:
    reading = Reading(kept, documents)
    id_ = ask(kept, "local", "first?", documents=("d1", "d2", "d3"))
    ask(kept, "local", "second?", id_, documents=("d1",))
    assert reading.own("local", id_, None).changes == SourceChanges(3, (), ("Title of d3",))
    documents.put(dataclasses.replace(documents.known["d1"], content_hash="another"))
    assert reading.own("local", id_, None).changes == SourceChanges(3, ("Title of d1",), ("Title of d3",))
    shared = kept.share("local", id_).shared.removeprefix("/c/")
    assert reading.shared(shared, None).changes == SourceChanges(3, ("Title of d1",), ("Title of d3",))


def test_an_unanswered_turn_is_no_history_and_is_not_shared(kept: ConversationStore, documents: Store) -> None:
    reading = Reading(kept, documents)
    id_ = ask(kept, "local", "first?")
    kept.begin("local", id_, "second?")
    shared = kept.share("local", id_).shared.removeprefix("/c/")
    assert [one.question for one in reading.history("local", id_, None)] == ["first?"]
    assert [one.answer.question for one in reading.shared(shared, None).turns] == ["first?"]
    assert len(reading.own("local", id_, None).turns) == 2
