"""A conversation as Markdown, for people and other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchapp.conversations.titles import one_line
from searchapp.messages import Message
from searchapp.model import Citation, Conversation, KeptTurn, TurnState

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")


def as_markdown(conversation: Conversation) -> str:
    """Title, then each question as a heading, its answer as it was written, and its sources."""
    return "\n".join(_lines(conversation)) + "\n"


def _lines(conversation: Conversation) -> Iterator[str]:
    entry = conversation.entry
    yield f"# {_plain(entry.title)}"
    yield ""
    yield f"{entry.began:%Y-%m-%d %H:%M %Z}"
    for turn in conversation.turns:
        yield ""
        yield from _turn(turn)


def _turn(turn: KeptTurn) -> Iterator[str]:
    answer = turn.answer
    yield f"## {_plain(answer.question)}"
    yield ""
    if answer.query != answer.question:
        yield f"*{Message('turn_searched_for', query=_plain(answer.query))}*"
        yield ""
    if turn.withheld:
        yield f"*{Message('turn_withheld')}*"
        return
    if answer.answer:
        yield answer.answer.strip()
        yield ""
    if turn.state is not TurnState.DONE:
        yield f"*{turn.problem.message if turn.problem else Message('turn_stopped')}*"
        yield ""
    yield from (_source(citation) for citation in answer.citations)
    if answer.model:
        yield ""
        yield f"*{_plain(answer.model)}, {turn.asked:%Y-%m-%d}*"


def _source(citation: Citation) -> str:
    page = str(Message("with_page", page=citation.page)) if citation.page else ""
    place = ", ".join(filter(None, (_plain(citation.title or citation.source), page)))
    return f"- [{citation.n}] {place}: {_plain(citation.source)}"


def _plain(text: str) -> str:
    """``text`` on one line, without what Markdown would read."""
    return _SPECIAL.sub(r"\\\1", one_line(text))
