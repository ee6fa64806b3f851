"""Who may read a kept turn, and what became of the documents that it cites.

An answer is made from passages, so that its text is as private as they are: it is shown to who may read every document
of its passages, as these documents are now and as they were then. An owner who lost the right to one sees the
question alone; a shared conversation is shown as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from searchapp.access import may_read
from searchapp.conversations.store import ConversationStore, unwritten
from searchapp.errors import ForbiddenError
from searchapp.model import (
    Conversation,
    DocumentEntry,
    KeptTurn,
    SharedConversation,
    SourceChanges,
    Turn,
    TurnState,
)
from searchapp.stores import Store

Groups = tuple[str, ...] | None
"""Of who reads; None: no bound."""


NOBODYS = ("",)
"""No group has this name."""


class Reading:
    """Reads conversations for callers, by the documents as they are now."""

    def __init__(self, kept: ConversationStore, store: Store) -> None:
        self._kept = kept
        self._store = store

    def own(self, owner: str | None, id_: str, groups: Groups) -> Conversation:
        """A conversation as its owner reads it. Raises NotFoundError."""
        entry, turns = self._kept.read(owner, id_)
        documents = self._documents(turns)
        visible = tuple(turn if _visible(turn, documents, groups) else _withheld(turn) for turn in turns)
        return Conversation(entry, visible, _changes(visible, documents))

    def history(self, owner: str, id_: str, groups: Groups) -> list[Turn]:
        """The turns that a follow-up comes behind, as it is read from them. Raises NotFoundError."""
        turns = self.own(owner, id_, groups).turns
        return [
            Turn(turn.answer.query, turn.answer.answer)
            for turn in turns
            if turn.state is TurnState.DONE and not turn.withheld
        ]

    def shared(self, shared: str, groups: Groups) -> SharedConversation:
        """A conversation as others read it. Raises NotFoundError, and ForbiddenError where it draws on other groups."""
        entry, turns = self._kept.read_shared(shared)
        documents = self._documents(turns)
        if not all(_visible(turn, documents, groups) for turn in turns):
            raise ForbiddenError("conversation_of_other_groups")
        ended = tuple(turn for turn in turns if turn.state is not TurnState.WRITING)
        return SharedConversation(entry.title, entry.began, ended, _changes(ended, documents))

    def groups_of(self, document_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """The groups that documents have now; one that has just gone is nobody's who is bounded by groups."""
        ids = list(document_ids)
        found = self._store.known_entries(ids) if ids else {}
        return {id_: found[id_].groups if id_ in found else NOBODYS for id_ in ids}

    def _documents(self, turns: Sequence[KeptTurn]) -> Mapping[str, DocumentEntry]:
        ids = {id_ for turn in turns for id_ in _ids(turn)}
        return self._store.known_entries(sorted(ids)) if ids else {}


def _ids(turn: KeptTurn) -> set[str]:
    cited = {citation.document_id for citation in turn.answer.citations}
    return {*turn.groups, *cited, *(hit.document_id for hit in turn.hits)}


def _visible(turn: KeptTurn, documents: Mapping[str, DocumentEntry], groups: Groups) -> bool:
    return all(may_read(groups, of_then) for of_then in turn.groups.values()) and all(
        may_read(groups, documents[id_].groups) for id_ in _ids(turn) if id_ in documents
    )


def _withheld(turn: KeptTurn) -> KeptTurn:
    return replace(turn, answer=unwritten(turn.answer.question), hits=(), problem=None, withheld=True)


def _changes(turns: Sequence[KeptTurn], documents: Mapping[str, DocumentEntry]) -> SourceChanges:
    cited = {
        citation.document_id: (citation.title or citation.source, citation.document_hash)
        for turn in turns
        for citation in turn.answer.citations
    }
    edited = [
        title
        for id_, (title, hash_) in cited.items()
        if hash_ and id_ in documents and documents[id_].content_hash != hash_
    ]
    deleted = [title for id_, (title, _) in cited.items() if id_ not in documents]
    return SourceChanges(len(cited), tuple(edited), tuple(deleted))
