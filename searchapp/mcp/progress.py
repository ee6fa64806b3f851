"""How far an answer is, for clients that ask to be told: over stdin and stdout, as HTTP brings one response."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import anyio.from_thread
from mcp.server.context import ServerRequestContext

from searchapp.messages import Message
from searchapp.model import AnswerEvent, PassagesRead, SentenceChecked, SourcesFound, ThinkingBegun


def stage_of(event: AnswerEvent) -> Message | None:
    """What an event of an answer says about how far it is; None where nothing."""
    match event:
        case SourcesFound(hits=hits):
            return Message("progress_found", n=len(hits))
        case PassagesRead(read=read, total=total):
            return Message("progress_read", read=read, total=total)
        case ThinkingBegun(model=model):
            return Message("progress_thinking", model=model)
        case SentenceChecked():
            return Message("progress_sentence")
    return None


def teller(request: ServerRequestContext[Any]) -> Callable[[Message], None]:
    """Tells the client of ``request``, from a tool's thread; one that did not ask for it hears nothing."""
    steps = itertools.count(1)

    def tell(stage: Message) -> None:
        anyio.from_thread.run(functools.partial(request.session.report_progress, next(steps), message=stage.text()))

    return tell
