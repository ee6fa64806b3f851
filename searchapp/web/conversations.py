"""Conversations over HTTP: each caller's own, and what others share by its address."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from enum import StrEnum
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, Response, json, send_file
from pydantic import Field

from searchapp import limits
from searchapp.audit import note
from searchapp.conversations import kept, owner_of
from searchapp.conversations.export import as_markdown
from searchapp.conversations.titles import MOST_CHARACTERS
from searchapp.errors import ForbiddenError, NotFoundError, StorageError, UsageError
from searchapp.model import (
    AnswerEvent,
    AnswerReplayed,
    Conversation,
    ConversationBegun,
    ConversationEntry,
    Conversations,
    Filters,
    KeptTurn,
    SharedConversation,
    Turn,
)
from searchapp.model.json import to_json
from searchapp.redaction import redactor
from searchapp.web.identity import caller
from searchapp.web.operation import SEARCH, STORE, Errors, operation
from searchapp.web.requests import DEEPEST_OFFSET, MOST_ENTRIES, Body, Query, Question

if TYPE_CHECKING:
    from searchapp.wiring import Application

NEW = "new"
"""In the place of an id: a conversation that begins."""

KEPT: Errors = (NotFoundError, StorageError)
READ: Errors = (*KEPT, *STORE)


class ConversationsQuery(Query):
    """Which conversations to list."""

    q: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only conversations with all of these words in their questions, answers or title."""
    size: int = Field(50, ge=1, le=MOST_ENTRIES)
    """Conversations on this page."""
    offset: int = Field(0, ge=0, le=DEEPEST_OFFSET, alias="from")
    """Conversations to pass over."""


class Title(Body):
    """Another name."""

    title: str = Field(min_length=1, max_length=MOST_CHARACTERS)
    """What the conversation is called from now on."""


class Format(StrEnum):
    """How a conversation is written down."""

    MARKDOWN = "markdown"
    JSON = "json"


class ExportQuery(Query):
    """How to write a conversation down."""

    format: Format = Format.MARKDOWN
    """`markdown` for people, or `json` with everything that is kept of it."""


def history_of(application: Application, body: Question) -> list[Turn]:
    """The turns before a question: those that were sent, else those that are kept. Raises NotFoundError."""
    sent = [Turn(turn.question, turn.answer) for turn in body.history]
    if sent or body.conversation in ("", NEW) or not application.conversations.keeps:
        return sent
    return application.reading.history(owner_of(caller()), body.conversation, caller().groups)


def keeping(
    application: Application, body: Question, events: Iterator[AnswerEvent]
) -> Iterator[AnswerEvent | ConversationBegun]:
    """The ``events`` of an answer, kept in the conversation that ``body`` names. Raises NotFoundError."""
    store = application.conversations
    if not body.conversation or not store.keeps:
        return events
    owner, id_, filters = owner_of(caller()), body.conversation, tuple(body.filter)
    if id_ == NEW:
        id_ = ""
    else:
        store.read(owner, id_)  # before a model is asked
    begin = functools.partial(store.begin, owner, id_ or None, body.question.strip(), filters, body.instead_of)
    redact = redactor(application.settings)
    return kept(events, store, begin, body.question.strip(), filters, application.reading.groups_of, redact)


def blueprint(application: Application) -> Blueprint:
    """``/api/conversations`` and ``/api/shared``."""
    routes = Blueprint("conversations", __name__, url_prefix="/api")
    _add_own(routes, application)
    _add_changes(routes, application)
    _add_shared(routes, application)
    return routes


def _add_own(routes: Blueprint, application: Application) -> None:
    @routes.get("/conversations")
    @operation("List conversations", errors=(UsageError, StorageError))
    def conversations(query: ConversationsQuery) -> Conversations:
        """The caller's own, the latest first; how many, how large and how old ones are kept is for the settings."""
        return application.conversations.find(owner_of(caller()), query.q, query.offset, query.size)

    @routes.get("/conversations/<conversation_id>")
    @operation("Show a conversation", errors=READ)
    def conversation(conversation_id: str) -> Conversation:
        """Its turns with answers and passages as they were, and what has become of the documents since. An answer from
        a document that the caller may no longer see is withheld.
        """
        return _own(application, conversation_id)

    @routes.get("/conversations/<conversation_id>/export")
    @operation(
        "Write a conversation down",
        content={"text/markdown": {"type": "string"}, "application/json": {"type": "object"}},
        errors=(UsageError, *READ),
    )
    def export(conversation_id: str, query: ExportQuery) -> Response:
        found = _own(application, conversation_id)
        if query.format is Format.JSON:
            text = json.dumps(to_json(found), indent=2)
            return _file(text, "application/json", f"{found.entry.title}.json")
        return _file(as_markdown(found), "text/markdown", f"{found.entry.title}.md")

    @routes.get("/conversations/<conversation_id>/turns/<int:n>/check")
    @operation("Check an answer again", errors=(StorageError, NotFoundError, *SEARCH))
    def check(conversation_id: str, n: int) -> AnswerReplayed:
        """Each sentence of a kept answer with what became of it, by the documents as they are now. No language model
        takes part.
        """
        return _checked(application, _own(application, conversation_id).turns, n)


def _add_changes(routes: Blueprint, application: Application) -> None:
    store = application.conversations

    @routes.patch("/conversations/<conversation_id>")
    @operation("Rename a conversation", errors=(UsageError, *KEPT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    def rename(conversation_id: str, body: Title) -> ConversationEntry:
        note(conversation_id)
        return store.rename(owner_of(caller()), conversation_id, body.title)

    @routes.delete("/conversations/<conversation_id>")
    @operation("Delete a conversation", status=HTTPStatus.NO_CONTENT, errors=KEPT)
    def delete(conversation_id: str) -> tuple[str, HTTPStatus]:
        """Nobody reads it from now on, a shared address included. For SEARCHAPP_UNDO_MINUTES `restore` brings it
        back; then it is gone.
        """
        note(conversation_id)
        store.delete(owner_of(caller()), conversation_id)
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/conversations/<conversation_id>/restore")
    @operation("Undo the deletion of a conversation", errors=KEPT)
    def restore(conversation_id: str) -> ConversationEntry:
        note(conversation_id)
        return store.restore(owner_of(caller()), conversation_id)

    @routes.put("/conversations/<conversation_id>/share")
    @operation("Share a conversation", errors=KEPT)
    def share(conversation_id: str) -> ConversationEntry:
        """Who may read the documents that it draws on, and has the address in `shared`, reads it as it is now. Later
        turns are shared by sharing it again.
        """
        note(conversation_id)
        return store.share(owner_of(caller()), conversation_id)

    @routes.delete("/conversations/<conversation_id>/share")
    @operation("Stop sharing a conversation", errors=KEPT)
    def unshare(conversation_id: str) -> ConversationEntry:
        """Its address leads nowhere from now on; shared again, it has another one."""
        note(conversation_id)
        return store.unshare(owner_of(caller()), conversation_id)


def _add_shared(routes: Blueprint, application: Application) -> None:
    @routes.get("/shared/<shared_id>")
    @operation("Read a shared conversation", errors=(*READ, ForbiddenError))
    def shared(shared_id: str) -> SharedConversation:
        """As it was when it was shared, and what has become of its documents since. It is refused to who may not see
        each document that it draws on.
        """
        return application.reading.shared(shared_id, caller().groups)

    @routes.get("/shared/<shared_id>/turns/<int:n>/check")
    @operation("Check an answer of a shared conversation again", errors=(StorageError, NotFoundError, *SEARCH))
    def check_shared(shared_id: str, n: int) -> AnswerReplayed:
        """As for a conversation of one's own."""
        return _checked(application, application.reading.shared(shared_id, caller().groups).turns, n)


def _own(application: Application, id_: str) -> Conversation:
    return application.reading.own(owner_of(caller()), id_, caller().groups)


def _checked(application: Application, turns: tuple[KeptTurn, ...], n: int) -> AnswerReplayed:
    turn = next((turn for turn in turns if turn.n == n), None)
    if turn is None:
        raise NotFoundError("conversation_not_found")
    return application.replay.check(turn.answer, Filters(groups=caller().groups))


def _file(text: str, media_type: str, name: str) -> Response:
    response = send_file(BytesIO(text.encode()), media_type, as_attachment=True, download_name=name.replace("/", "-"))
    response.headers["Cache-Control"] = "private, no-store"
    return response
