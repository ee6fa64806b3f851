"""A conversation written down."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from searchapp.conversations import Reading
from searchapp.conversations.export import as_markdown
from searchapp.messages import set_reader_language
from searchapp.model import Conversation, TurnState
from tests.conversations.samples import ask, store
from tests.web.stand_in import Store, entry


def conversation(folder: Path) -> Conversation:
    kept, documents = store(folder), Store()
    documents.put(entry("d1", "/srv/d1.md"))
    return Reading(kept, documents).own("local", ask(kept, "local", "which *gloves*\n# are worn?"), None)


def test_markdown_has_questions_answers_and_sources(tmp_path: Path) -> None:
    assert as_markdown(conversation(tmp_path)) == (
        "# Which \\*gloves\\* \\# are worn\n\n2026-11-29 12:00 UTC\n\n## which \\*gloves\\* \\# are worn?\n\n"
        "Operators wear gloves [1].\n\n- [1] Title of d1, page 3: /srv/d1.md\n\n*qwen3:4b, 2026-11-29*\n"
    )


def test_what_is_not_whole_is_said(tmp_path: Path) -> None:
    whole = conversation(tmp_path)
    (turn,) = whole.turns
    stopped = dataclasses.replace(turn, state=TurnState.STOPPED)
    withheld = dataclasses.replace(turn, withheld=True)
    text = as_markdown(dataclasses.replace(whole, turns=(stopped, withheld)))
    assert "*The answer was stopped here.*" in text and text.count("Operators wear gloves") == 1
    assert "no longer open to you" in text
    set_reader_language("zh")
    try:
        assert "*回答在此处停止。*" in as_markdown(dataclasses.replace(whole, turns=(stopped,)))
    finally:
        set_reader_language("en")
