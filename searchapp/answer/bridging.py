"""One call of the model between two searches: the question about "the country" becomes one about Sri Lanka.

The chunks that answer the inner questions are at hand by then. What the model writes is searched for only where it
says nothing that is neither asked nor in these chunks.
"""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.answer.context import prompt
from searchapp.answer.conversation import REWRITE_TOKENS, Chat, fault, readable
from searchapp.answer.prompt_sanitizer import one_line
from searchapp.errors import SearchAppError
from searchapp.model import Hit, Turn

MOST_PASSAGE_CHARACTERS = 500
"""Of each chunk; what is read delays the answer's first word."""


def bridged(question: str, outer: str, hits: Sequence[Hit], chat: Chat) -> str:
    """``outer``, the part of ``question`` that asks about something described, with the name that ``hits`` give it.

    Empty where the model cannot be reached or what it wrote cannot be used.
    """
    told = "\n".join(f"{one_line(hit.title)}: {one_line(hit.text)[:MOST_PASSAGE_CHARACTERS]}" for hit in hits)
    messages = [
        {"role": "system", "content": prompt("bridge", question)},
        {
            "role": "user",
            "content": f"<conversation>\n{told}\n</conversation>\n\n{one_line(question)}\n{one_line(outer)}",
        },
    ]
    try:
        written = readable(chat(messages, REWRITE_TOKENS))
    except SearchAppError:
        return ""  # the answer itself will say what is wrong
    return "" if fault(written, outer, [Turn(question, told)]) else written
