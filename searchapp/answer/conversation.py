"""A conversation: the turns that count, and the stand-alone question that a follow-up becomes in it.

The server keeps nothing: whoever asks sends the turns along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from searchapp.answer import notices
from searchapp.answer.followups import fault, joined, readable, stands_alone
from searchapp.answer.language import prompt
from searchapp.answer.neutral import one_line
from searchapp.errors import SearchAppError
from searchapp.model import Notice, Rewriting, Turn

MOST_TURNS = 3
"""The latest turns; what a follow-up points to hardly ever lies further back, and each turn costs a model's time."""

MOST_TURN_CHARACTERS = 400
"""Characters of a question or an answer that are read again."""

REWRITE_TOKENS = 96
"""The most that a model may write for one question."""

Chat = Callable[[Sequence[dict[str, str]], int], str]
"""A model's whole reply to messages, in at most so many tokens."""


@dataclass(frozen=True, slots=True)
class Query:
    """The question to search for, how it came about, and what there is to tell about that."""

    text: str
    rewriting: Rewriting = Rewriting.NONE
    notices: tuple[Notice, ...] = ()


def recent(history: Iterable[Turn]) -> tuple[Turn, ...]:
    """The latest turns that say something, each cut to a readable length."""
    turns = [
        Turn(one_line(turn.question)[:MOST_TURN_CHARACTERS], one_line(turn.answer)[:MOST_TURN_CHARACTERS])
        for turn in history
    ]
    return tuple([turn for turn in turns if any(character.isalnum() for character in turn.question)][-MOST_TURNS:])


def read(question: str, history: Sequence[Turn], chat: Chat, model: str) -> Query:
    """What ``question`` means after ``history``.

    A question that stands alone stays as it is. ``chat`` rewrites any other one; where the model cannot be reached or
    what it wrote cannot be used, the words of the earlier question and of this one are put together, and a notice says
    why.
    """
    if not history or stands_alone(question):
        return Query(question)
    try:
        rewritten = readable(chat(messages(question, history), REWRITE_TOKENS))
    except SearchAppError:
        return Query(joined(question, history), Rewriting.JOINED)  # the answer itself will say what is wrong
    wrong = fault(rewritten, question, history)
    if wrong is None:
        return Query(rewritten, Rewriting.MODEL)
    return Query(joined(question, history), Rewriting.JOINED, notices.not_rewritten(wrong, model))


def messages(question: str, history: Sequence[Turn]) -> list[dict[str, str]]:
    """The prompt, in the question's language: rules, the conversation as quoted material, the follow-up last."""
    told = "\n".join(f"Q: {turn.question}" + (f"\nA: {turn.answer}" if turn.answer else "") for turn in history)
    return [
        {"role": "system", "content": prompt("rewrite", question, history[-1].question)},
        {"role": "user", "content": f"<conversation>\n{told}\n</conversation>\n\n{one_line(question)}"},
    ]
