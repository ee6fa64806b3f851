"""``searchapp conversations``, and what becomes of a user's when the user goes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from searchapp.access import Access, Scope
from searchapp.audit import Audit, Wanted
from searchapp.settings import load_settings
from tests.cli.conftest import Type
from tests.conversations.samples import ask, store


def now() -> dt.datetime:
    """The real time: the command looks at it, too."""
    return dt.datetime.now(dt.UTC)


@pytest.mark.parametrize("typed", ["embedded"], indirect=True)
def test_conversations_are_listed_found_shown_written_and_deleted(typed: Type, tmp_path: Path) -> None:
    assert typed("conversations", "list").out == "No conversations yet. Ask on the page.\n"
    kept = store(tmp_path / "data", now)
    gloves = ask(kept, "local", "Which gloves are worn?")
    chinese = ask(kept, "user:ada", "手套多久更换一次？", text="六个月 [1]。")

    listed = typed("conversations", "list").out
    assert "Which gloves are worn" in listed and "user:ada" in listed and "2 of 2 conversations" in listed
    assert gloves not in typed("conversations", "list", "--owner", "user:ada").out
    found = json.loads(typed("conversations", "search", "手套", "--json").out)
    assert (found["total"], found["conversations"][0]["id"], found["conversations"][0]["owner"]) == (
        1,
        chinese,
        "user:ada",
    )
    assert typed("conversations", "search", "parrot").out == "No conversation has these words.\n"

    shown = typed("conversations", "show", gloves).out
    assert shown.startswith("# Which gloves are worn\n") and "no longer there: Title of d1" in shown
    assert json.loads(typed("conversations", "show", gloves, "--json").out)["turns"][0]["answer"]["model"] == "qwen3:4b"
    assert typed("conversations", "export", gloves, "out.md").out == "out.md: 1 turns\n"
    assert (tmp_path / "out.md").read_text("utf-8").startswith("# Which gloves are worn\n")
    assert typed("conversations", "export", gloves, "out.json", "--format", "json").code == 0
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["entry"]["id"] == gloves
    assert typed("conversations", "export", gloves, "nowhere/out.md").code == 1
    assert typed("conversations", "delete", gloves).out == f"deleted {gloves}\n"
    gone = typed("conversations", "show", gloves)
    assert gone.code == 1 and "no such conversation" in gone.err
    log = [(one.what, one.on) for one in Audit(load_settings()).page(Wanted(), 50).records]
    assert ("conversation_deleted", gloves) in log and ("export", gloves) in log


@pytest.mark.parametrize("typed", ["embedded"], indirect=True)
def test_who_gets_a_name_again_does_not_get_its_conversations(typed: Type, tmp_path: Path) -> None:
    kept = store(tmp_path / "data", now)
    ask(kept, "user:ada", "What do I earn?")
    ask(kept, "user:bob", "Mine")
    users = Access(tmp_path / "data", dt.timedelta(hours=1)).users
    users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    assert typed("users", "remove", "ada").code == 0
    assert kept.find("user:ada").total == 0 and kept.find("user:bob").total == 1
