"""The words of the audit log: what can be done, how it ended, and the record of one action."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from searchapp.errors import UsageError
from searchapp.model.json import MomentText

MOST_SHOWN = 200
"""Records of one page."""


class What(StrEnum):
    """What was done. The words are stable, for programs."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGOUT = "logout"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_DELETED = "user_deleted"
    INGEST = "ingest"
    UPLOAD = "upload"
    ADDRESS_ADDED = "address_added"
    SITE_ADDED = "site_added"
    DELETE = "delete"
    RESTORE = "restore"
    PURGE = "purge"
    RETRY = "retry"
    GROUPS_CHANGED = "groups_changed"
    COLLECTION_CREATED = "collection_created"
    COLLECTION_CHANGED = "collection_changed"
    COLLECTION_DELETED = "collection_deleted"
    COLLECTION_RESTORED = "collection_restored"
    COLLECTION_FILLED = "collection_filled"
    TAGGED = "tagged"
    JUDGED = "judged"
    PERSONAL = "personal"
    """A person's own saved searches or settings."""
    SCHEDULE_ADDED = "schedule_added"
    SCHEDULE_CHANGED = "schedule_changed"
    SCHEDULE_REMOVED = "schedule_removed"
    SCHEDULE_RUN = "schedule_run"
    CONVERSATION_RENAMED = "conversation_renamed"
    CONVERSATION_DELETED = "conversation_deleted"
    CONVERSATION_RESTORED = "conversation_restored"
    CONVERSATION_SHARED = "conversation_shared"
    CONVERSATION_UNSHARED = "conversation_unshared"
    QUEUE_PAUSED = "queue_paused"
    QUEUE_RESUMED = "queue_resumed"
    MISSED_CLEARED = "missed_cleared"
    EXPORT = "export"
    BACKUP_CREATED = "backup_created"
    BACKUP_RESTORED = "backup_restored"
    MODEL_PREPARED = "model_prepared"
    MODEL_MOVED = "model_moved"
    TASK_STOPPED = "task_stopped"
    ES_ALIASES = "es_aliases"
    ES_APPLY = "es_apply"
    ES_DISCARD = "es_discard"
    ES_FORCEMERGE = "es_forcemerge"
    ES_KEY_CREATED = "es_key_created"
    ES_KEY_REVOKED = "es_key_revoked"
    ES_PIPELINE = "es_pipeline"
    ES_PRUNE = "es_prune"
    ES_REINDEX = "es_reindex"
    ES_ROLLBACK = "es_rollback"
    ES_SNAPSHOT_CREATED = "es_snapshot_created"
    ES_SNAPSHOT_DELETED = "es_snapshot_deleted"
    ES_SNAPSHOT_DRILLED = "es_snapshot_drilled"
    ES_SNAPSHOT_RESTORED = "es_snapshot_restored"
    SEARCH = "search"
    ASK = "ask"
    ROTATED = "rotated"
    OTHER = "other"
    """A change that nobody has named yet: it is recorded all the same."""


class Outcome(StrEnum):
    """How it ended."""

    BEGUN = "begun"
    """Its end was not recorded: it goes on, or its process was killed."""
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Record:
    """One action."""

    id: int
    when: MomentText
    """When it began, in UTC."""
    who: str
    """A user, `key:NAME (ID)`, `local:USER` at the command line, `open` where no login is asked for, `timer`."""
    where: str
    """The address that it came from; `cli`, `mcp` or `timer`."""
    what: What
    on: str
    """The document, name or target."""
    groups: tuple[str, ...] | None
    """Of the document, user or key; null where it has none or they are not known."""
    outcome: Outcome
    error: str
    """The code of the error; empty where there is none."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """Records, the newest first."""

    kept: str
    """Where records go: `database`, `stdout` or `off` (SEARCHAPP_AUDIT)."""
    records: tuple[Record, ...]
    next: int | None
    """What `before` takes for the records behind these; null where there are none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records; an empty field bounds nothing. ``who`` and ``on`` are contained, whatever their case."""

    who: str = ""
    what: tuple[What, ...] = ()
    on: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    outcome: Outcome | None = None
    before: int | None = None
    """Only records with a smaller id: the page behind that record."""


def read_moment(text: str) -> dt.datetime | None:
    """A day or a time in ISO 8601, in UTC unless it says otherwise; None for no text. Raises UsageError."""
    if not text.strip():
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip())
        return (moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError("audit_moment_invalid", text=text[:40]) from error
