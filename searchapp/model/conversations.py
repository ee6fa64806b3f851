"""Conversations that are kept: each turn with the answer and the passages as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from searchapp.errors import Failure
from searchapp.model.answers import Answer
from searchapp.model.json import HIDDEN, Moment
from searchapp.model.search import Hit


class TurnState(StrEnum):
    """How far a turn came."""

    WRITING = "writing"
    """Its answer is being written."""
    DONE = "done"
    STOPPED = "stopped"
    """Whoever asked stopped it, or went; ``answer`` is what there was by then."""
    FAILED = "failed"
    """Something failed under way, as ``problem`` says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """One question of a conversation and its answer."""

    n: int
    """Its place in the conversation, from 1."""
    asked: Moment
    state: TurnState
    filters: tuple[str, ...] = ()
    """What bounded its search, such as ``type=pdf``."""
    answer: Answer
    """As `searchapp verify` takes it."""
    hits: tuple[Hit, ...] = ()
    """The passages that it was written from, as they were; ``n`` of a citation counts them from 1."""
    problem: Failure | None = None
    """Why it failed."""
    withheld: bool = False
    """Whether answer and passages are left out, since they come from documents that who reads may not see."""
    groups: Mapping[str, tuple[str, ...]] = field(metadata=HIDDEN, default_factory=dict)
    """The groups that each document of its passages had, by document id."""


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """What became of the documents that a conversation cites."""

    cited: int
    """How many it cites."""
    edited: tuple[str, ...]
    """The titles of those whose content is another now."""
    deleted: tuple[str, ...]
    """The titles of those that are no longer there."""


@dataclass(frozen=True, slots=True)
class ConversationEntry:
    """A line of a list of conversations."""

    id: str
    title: str
    question: str
    """The first one."""
    began: Moment
    updated: Moment
    """When its latest turn was asked or ended."""
    turns: int
    shared: str
    """The address below this server under which others read it; empty where it is not shared."""
    owner: str = field(metadata=HIDDEN, default="")
    """Whose it is: ``local``, ``user:NAME`` or ``key:ID``."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """A page of conversations, the latest first."""

    total: int
    conversations: tuple[ConversationEntry, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A whole conversation."""

    entry: ConversationEntry
    turns: tuple[KeptTurn, ...]
    changes: SourceChanges


@dataclass(frozen=True, slots=True)
class SharedConversation:
    """A conversation as others read it: as it was when it was shared."""

    title: str
    began: Moment
    turns: tuple[KeptTurn, ...]
    changes: SourceChanges


@dataclass(frozen=True, slots=True)
class ConversationBegun:
    """The first event of an answer that is kept: where."""

    id: str
    title: str
    turn: int
    """The turn's place, from 1."""
