"""Conversations in their file: whose they are, in which bounds, searched, deleted, restored and shared."""

from __future__ import annotations

import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp.conversations.store import MOST_TURNS
from searchapp.errors import NotFoundError, UsageError
from searchapp.model import TurnState
from tests.conversations.samples import Clock, answer, ask, raises, store, turn


def test_a_conversation_is_kept_as_it_was_and_is_its_owners_alone(tmp_path: Path) -> None:
    kept = store(tmp_path)
    assert kept.find("local").total == 0 and not (tmp_path / "conversations.sqlite").exists()
    id_ = ask(kept, "user:ada", "Please, which gloves are worn at the press?")
    assert ask(kept, "user:ada", "and at night?", id_) == id_
    entry, turns = store(tmp_path).read("user:ada", id_)
    assert (entry.title, entry.question, entry.turns) == (
        "Which gloves are worn at the press", "Please, which gloves are worn at the press?", 2,
    )  # fmt: skip
    assert [one.n for one in turns] == [1, 2] and turns[1].answer.question == "and at night?"
    assert turns[0].answer.citations[0].document_hash == "hash-d1" and turns[0].answer.model_digest == "sha256:ab"
    assert turns[0].hits[0].text == "Operators wear gloves." and turns[0].groups == {"d1": ()}
    assert stat.S_IMODE((tmp_path / "conversations.sqlite").stat().st_mode) == 0o600

    assert kept.find("user:bob").total == 0 and kept.find(None).total == 1
    for call in (
        lambda: kept.read("user:bob", id_), lambda: kept.rename("user:bob", id_, "mine"),
        lambda: kept.delete("user:bob", id_), lambda: kept.share("user:bob", id_),
        lambda: kept.unshare("user:bob", id_), lambda: kept.begin("user:bob", id_, "and?"),
    ):  # fmt: skip
        with raises(NotFoundError, "conversation_not_found"):
            call()
    kept.delete("user:ada", id_)
    with raises(NotFoundError, "conversation_not_restorable"):
        kept.restore("user:bob", id_)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gloves", ["press"]), ("GLOVE", ["press"]), ("glo", ["press"]), ("gloves reports", []), ("press gloves", ["press"]),
        ("手套", ["zh"]), ("更换 手套", ["zh"]), ("手套更换", ["zh"]), ("靴子", []), ("ＲＥＰＯＲＴ", ["audit"]), ("", ["audit", "zh", "press"]),
        ("'; DROP TABLE turns; --", []), ("% _", []), ("Lockout", ["renamed"]),
    ],
)  # fmt: skip
def test_words_are_looked_for_in_questions_answers_and_titles(tmp_path: Path, query: str, found: list[str]) -> None:
    kept, clock = None, Clock()
    kept = store(tmp_path, clock)
    ids = {"press": ask(kept, "local", "What is worn at the press?", text="Gloves, of class D [1].")}
    clock.later(minutes=1)
    ids["zh"] = ask(kept, "local", "手套多久更换一次？", text="最长使用期限为六个月 [1]。")
    clock.later(minutes=1)
    ids["audit"] = ask(kept, "local", "Who wrote the reports?", text="Ada did [1].")
    if found == ["renamed"]:
        ids["renamed"] = ids["audit"]
        kept.rename("local", ids["audit"], " Lockout \n of 2026 ")
        assert kept.read("local", ids["audit"])[0].title == "Lockout of 2026"
    ask(kept, "user:ada", "What gloves 手套 reports?")
    assert [one.id for one in kept.find("local", query).conversations] == [ids[name] for name in found]


def test_lists_are_paged_the_latest_first(tmp_path: Path) -> None:
    clock = Clock()
    kept = store(tmp_path, clock)
    ids = []
    for n in range(5):
        clock.later(minutes=1)
        ids.append(ask(kept, "local", f"Question {n}"))
    clock.later(minutes=1)
    ask(kept, "local", "once more", ids[0])
    page = kept.find("local", offset=1, size=2)
    assert page.total == 5 and [one.id for one in page.conversations] == [ids[4], ids[3]]
    assert kept.find("local").conversations[0].id == ids[0]


def test_two_tabs_at_once_get_two_places(tmp_path: Path) -> None:
    kept = store(tmp_path)
    id_ = ask(kept, "local", "first")
    start, places = threading.Barrier(8), []

    def tab(n: int) -> None:
        start.wait()
        places.append(kept.begin("local", id_, f"question {n}").n)

    tabs = [threading.Thread(target=tab, args=(n,)) for n in range(8)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert sorted(places) == list(range(2, 10))
    assert {one.answer.question for one in kept.read("local", id_)[1]} == {
        "first",
        *(f"question {n}" for n in range(8)),
    }


def test_a_turn_is_there_while_it_is_written_and_stopped_where_its_process_died(tmp_path: Path) -> None:
    clock = Clock()
    kept = store(tmp_path, clock)
    place = kept.begin("local", None, "which gloves?", ("type=pdf",))
    (turn,) = kept.read("local", place.conversation)[1]
    assert (turn.state, turn.answer.question, turn.filters) == (TurnState.WRITING, "which gloves?", ("type=pdf",))
    clock.later(hours=1)
    assert kept.read("local", place.conversation)[1][0].state is TurnState.STOPPED


def test_the_oldest_go_by_number_size_and_age(tmp_path: Path) -> None:
    clock = Clock()
    kept = store(tmp_path, clock, conversations=3, conversation_days=30, conversations_mb=1)
    ids = []
    for n in range(4):
        clock.later(days=1)
        ids.append(ask(kept, "local", f"Question {n}"))
    ask(kept, "user:ada", "mine")
    assert [one.id for one in kept.find("local").conversations] == ids[:0:-1]
    clock.later(minutes=1)
    large = ask(kept, "local", "large", text="x" * 900_000)
    assert kept.find("local").total == 3  # the size is looked at when the next one begins
    clock.later(minutes=1)
    assert {one.id for one in kept.find("local").conversations} >= {large}
    last = ask(kept, "local", "last")
    assert [one.id for one in kept.find("local").conversations] == [last]
    clock.later(days=31)
    assert kept.find("local").total == 0 and kept.find("user:ada").total == 0
    assert b"Question" not in (tmp_path / "conversations.sqlite").read_bytes()


def test_none_are_kept_where_the_settings_say_so(tmp_path: Path) -> None:
    assert not store(tmp_path, conversations=0).keeps and store(tmp_path).keeps


def test_a_deletion_is_undone_for_a_while_and_then_nothing_is_left(tmp_path: Path) -> None:
    clock = Clock()
    kept = store(tmp_path, clock, undo_minutes=10)
    id_ = ask(kept, "local", "Where is the parrot?")
    address = kept.share("local", id_).shared
    kept.delete("local", id_)
    assert kept.find("local").total == 0
    for call in (
        lambda: kept.read("local", id_), lambda: kept.read_shared(address.removeprefix("/c/")),
        lambda: kept.delete("local", id_), lambda: kept.begin("local", id_, "and?"),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            call()
    clock.later(minutes=9)
    assert kept.restore("local", id_).title == "Where is the parrot"
    assert kept.read_shared(address.removeprefix("/c/"))[0].id == id_
    kept.delete("local", id_)
    clock.later(minutes=11)
    kept.purge()
    with raises(NotFoundError, "conversation_not_restorable"):
        kept.restore("local", id_)
    assert b"parrot" not in (tmp_path / "conversations.sqlite").read_bytes()


def test_without_undo_a_deletion_is_final(tmp_path: Path) -> None:
    kept = store(tmp_path, undo_minutes=0)
    id_ = ask(kept, "local", "Where is the parrot?")
    kept.delete("local", id_)
    with pytest.raises(NotFoundError):
        kept.restore("local", id_)


def test_what_is_written_when_its_conversation_was_deleted_comes_back_with_it(tmp_path: Path) -> None:
    kept = store(tmp_path)
    place = kept.begin("local", None, "which gloves?")
    kept.delete("local", place.conversation)
    kept.end(place, turn(place, answer("which gloves?")))
    kept.restore("local", place.conversation)
    assert kept.read("local", place.conversation)[1][0].state is TurnState.DONE
    assert kept.forget("local") == 1
    kept.end(place, turn(place, answer("which gloves?")))
    assert kept.find(None).total == 0


def test_sharing_shows_what_there_was_and_its_address_never_comes_back(tmp_path: Path) -> None:
    kept = store(tmp_path)
    id_ = ask(kept, "local", "first")
    first = kept.share("local", id_).shared
    assert first.startswith("/c/") and len(first) >= 35
    ask(kept, "local", "second", id_)
    assert len(kept.read_shared(first.removeprefix("/c/"))[1]) == 1
    assert kept.share("local", id_).shared == first
    assert len(kept.read_shared(first.removeprefix("/c/"))[1]) == 2
    assert kept.unshare("local", id_).shared == ""
    with raises(NotFoundError, "conversation_not_shared"):
        kept.read_shared(first.removeprefix("/c/"))
    assert kept.share("local", id_).shared not in ("", first)


def test_a_conversation_has_bounds_and_a_title(tmp_path: Path) -> None:
    kept = store(tmp_path)
    id_ = ask(kept, "local", "first")
    for _ in range(MOST_TURNS - 1):
        kept.begin("local", id_, "again")
    with raises(UsageError, "conversation_full"):
        kept.begin("local", id_, "once more")
    with raises(UsageError, "conversation_title_empty"):
        kept.rename("local", id_, " \n\u202e ")


def test_a_question_asked_again_takes_the_place_of_the_first_answer_once_it_is_done(tmp_path: Path) -> None:
    kept = store(tmp_path)
    id_ = ask(kept, "local", "first")
    again = kept.begin("local", id_, "first", instead_of=1)
    kept.end(again, replace(turn(again, answer("first")), state=TurnState.STOPPED))
    assert [one.n for one in kept.read("local", id_)[1]] == [1, 2]
    once_more = kept.begin("local", id_, "first", instead_of=2)
    kept.end(once_more, turn(once_more, answer("first")))
    assert [one.n for one in kept.read("local", id_)[1]] == [1, 3]
    shared = kept.share("local", id_).shared.removeprefix("/c/")
    assert [one.n for one in kept.read_shared(shared)[1]] == [1, 3]
    last = kept.begin("local", id_, "last", instead_of=99)
    kept.end(last, turn(last, answer("last")))
    assert [one.n for one in kept.read("local", id_)[1]] == [1, 3, 4]
