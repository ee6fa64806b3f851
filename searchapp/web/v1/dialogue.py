"""The messages of a chat as a question, and the turns before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from searchapp import limits
from searchapp.errors import UsageError
from searchapp.model import Turn
from searchapp.web.v1.bodies import ChatMessage, Role


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is asked, after which turns."""

    question: str
    history: tuple[Turn, ...]


def read_dialogue(messages: Sequence[ChatMessage]) -> Dialogue:
    """The last message, and the turns of those before it as far as they are read; system messages are passed over.

    A reader's message that nobody answered is a turn without an answer; what an assistant says first belongs to none.
    Raises UsageError where the last message is not the reader's, or is longer than a question may be.
    """
    said = [message for message in messages if message.role in (Role.USER, Role.ASSISTANT)]
    if not said or said[-1].role is not Role.USER:
        raise UsageError("field_last_message", name="messages")
    if len(said[-1].content) > limits.QUERY_CHARACTERS:
        raise UsageError("query_too_long", characters=len(said[-1].content), most=limits.QUERY_CHARACTERS)
    turns: list[Turn] = []
    for message in said[:-1]:
        if message.role is Role.USER:
            turns.append(Turn(message.content))
        elif turns:
            answer = "\n\n".join(filter(None, (turns[-1].answer, message.content)))
            turns[-1] = Turn(turns[-1].question, answer)
    return Dialogue(said[-1].content, tuple(turns[-limits.TURNS :]))
