"""Whom a tool serves, and with what: all that it may know of the call beside its arguments."""

from __future__ import annotations

import dataclasses
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from searchapp.access import LOCAL, Identity, Scope
from searchapp.audit import Actor, local_user
from searchapp.errors import ForbiddenError, SearchAppError
from searchapp.messages import Message
from searchapp.model import AnswerEvent, Filters
from searchapp.search import parse_filters

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)


def _stays() -> bool:
    return False


def _silent(stage: Message) -> None:
    pass


def _at_once(start: Callable[[], Iterator[AnswerEvent]]) -> Iterator[AnswerEvent]:
    return start()


@dataclass(frozen=True, slots=True)
class ToolContext:
    """One caller of one installation."""

    application: Application
    caller: Identity
    """Whose scopes say which tools there are, and whose groups bound every document."""
    actor: Actor
    """The caller for the audit log."""
    submit: Callable[[str], None]
    """Sees to it that a document is read that the registry holds as queued."""
    answered: Callable[[Callable[[], Iterator[AnswerEvent]]], Iterator[AnswerEvent]] = _at_once
    """The events of an answer, once it is the caller's turn."""
    tell: Callable[[Message], None] = _silent
    """Tells the client how far a call is."""
    gone: Callable[[], bool] = _stays
    """Whether nobody waits for the result any longer; callable from any thread."""

    @property
    def groups(self) -> tuple[str, ...] | None:
        """What bounds the documents that the caller sees (``Filters.groups``)."""
        return self.caller.groups

    def may(self, scope: Scope) -> bool:
        """Whether the caller has it."""
        return scope in self.caller.scopes

    def require(self, scope: Scope) -> None:
        """Raise ForbiddenError unless the caller has it."""
        if not self.may(scope):
            raise ForbiddenError("scope_missing", name=self.caller.name, scope=scope)

    def filters(self, texts: list[str]) -> Filters:
        """The filters of a call, within what the caller may see. Raises UsageError."""
        return dataclasses.replace(parse_filters(texts), groups=self.groups)


def local(application: Application, groups: tuple[str, ...] | None = None, *, writes: bool = False) -> ToolContext:
    """The person at this machine; ``groups`` bounds what they see, and ``writes`` says that tools may change it."""
    scopes = frozenset({Scope.READ, Scope.WRITE} if writes else {Scope.READ})
    caller = dataclasses.replace(LOCAL, scopes=scopes, groups=groups)
    return ToolContext(application, caller, Actor(local_user(), "mcp"), submit=_Reader(application).submit)


class _Reader:
    """Reads queued documents in this process, or tells workers of them."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def submit(self, document_id: str) -> None:
        queue = self._application.queue
        if queue is not None:
            queue.submit([document_id])
        else:
            threading.Thread(target=self._read, args=[document_id], daemon=True).start()

    def _read(self, document_id: str) -> None:
        try:
            for _ in self._application.ingester.ingest([document_id], queued=True):
                pass
        except SearchAppError as error:  # it stays queued, and the next process takes it up
            log.warning("%s waits in the registry: %s", document_id, error)
