"""Every command that changes something leaves a record, whoever wrote it: ``COMMANDS`` names what it does.

A command that neither ``COMMANDS`` nor ``READS`` names is recorded as ``other``, so that a forgotten one is seen. The
record is begun before the command's own code; where that cannot be, the command is refused.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command_name

from searchapp.audit.record import Outcome, What

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """What a command does: ``on`` is the parameter that names to what, ``when`` tells whether it changes anything."""

    what: What
    on: str = ""
    when: Callable[[Params], bool] = lambda params: not params.get("dry_run")


def _as_json(params: Params) -> bool:
    return bool(params["as_json"])


COMMANDS: Mapping[str, Doing] = {
    "demo": Doing(What.INGEST),
    "ingest": Doing(What.INGEST, "targets"),
    "documents delete": Doing(What.DELETE, "documents"),
    "documents list": Doing(What.EXPORT, when=_as_json),
    "documents restore": Doing(What.RESTORE, "documents"),
    "documents retry": Doing(What.RETRY, "documents"),
    "schedules add": Doing(What.SCHEDULE_ADDED, "target"),
    "schedules change": Doing(What.SCHEDULE_CHANGED, "id"),
    "schedules pause": Doing(What.SCHEDULE_CHANGED, "id"),
    "schedules resume": Doing(What.SCHEDULE_CHANGED, "id"),
    "schedules run": Doing(What.SCHEDULE_RUN, "id"),
    "schedules remove": Doing(What.SCHEDULE_REMOVED, "ids"),
    "collections create": Doing(What.COLLECTION_CREATED, "name"),
    "collections rename": Doing(What.COLLECTION_CHANGED, "collection"),
    "collections change": Doing(What.COLLECTION_CHANGED, "collection"),
    "collections delete": Doing(What.COLLECTION_DELETED, "collection"),
    "collections restore": Doing(What.COLLECTION_RESTORED, "collection"),
    "collections add": Doing(What.COLLECTION_FILLED, "collection"),
    "collections remove": Doing(What.COLLECTION_FILLED, "collection"),
    "tags add": Doing(What.TAGGED, "tag"),
    "tags remove": Doing(What.TAGGED, "tag"),
    "queue pause": Doing(What.QUEUE_PAUSED),
    "queue resume": Doing(What.QUEUE_RESUMED),
    "conversations delete": Doing(What.CONVERSATION_DELETED, "conversations"),
    "conversations export": Doing(What.EXPORT, "conversation"),
    "conversations list": Doing(What.EXPORT, when=_as_json),
    "conversations search": Doing(What.EXPORT, when=_as_json),
    "conversations show": Doing(What.EXPORT, "conversation", when=_as_json),
    "judgements export": Doing(What.EXPORT, "to"),
    "judgements remove": Doing(What.JUDGED),
    "missed clear": Doing(What.MISSED_CLEARED),
    "audit export": Doing(What.EXPORT, "to"),
    "backup create": Doing(What.BACKUP_CREATED, "file"),
    "keys make": Doing(What.KEY_CREATED, "name"),
    "keys revoke": Doing(What.KEY_REVOKED, "ids"),
    "users add": Doing(What.USER_CREATED, "name"),
    "users remove": Doing(What.USER_DELETED, "names"),
    "models move": Doing(What.MODEL_MOVED, "model"),
    "models prepare": Doing(What.MODEL_PREPARED, "name"),
    "es aliases": Doing(What.ES_ALIASES, when=lambda params: bool(params["live"] or params["remove_index"])),
    "es apply": Doing(What.ES_APPLY, "plan"),
    "es forcemerge": Doing(What.ES_FORCEMERGE),
    "es prune": Doing(What.ES_PRUNE),
    "es reindex": Doing(What.ES_REINDEX, "model"),
    "es rollback": Doing(What.ES_ROLLBACK),
    "es pipeline put": Doing(What.ES_PIPELINE),
    "es roles create": Doing(What.ES_KEY_CREATED, "name"),
    "es roles revoke": Doing(What.ES_KEY_REVOKED, "key_id"),
    "es snapshot create": Doing(What.ES_SNAPSHOT_CREATED),
    "es snapshot delete": Doing(What.ES_SNAPSHOT_DELETED, "name"),
    "es snapshot drill": Doing(What.ES_SNAPSHOT_DRILLED, "name"),
    "es snapshot prune": Doing(What.ES_SNAPSHOT_DELETED),
    "es snapshot restore": Doing(What.ES_SNAPSHOT_RESTORED, "name"),
}

QUERIES: Mapping[str, What] = {
    "search": What.SEARCH,
    "similar": What.SEARCH,
    "grep": What.SEARCH,
    "check": What.SEARCH,
    "ask": What.ASK,
}
"""Recorded where SEARCHAPP_AUDIT_QUERIES says so."""

READS = frozenset({
    "backup restore", "collections list", "collections show", "schedules history", "schedules list", "tags list",
    "serve", "worker", "mcp", "eval", "doctor", "alerts list", "alerts test", "audit",
    "documents deleted", "documents show", "judgements answers",
    "judgements history", "judgements list", "keys list", "missed list",
    "models", "models compare", "models list", "queue status", "users list",
    "es export", "es pipeline simulate", "es pipeline status", "es plan", "es roles", "es roles list", "es sizing",
    "es snapshot list", "es status",
    "completion", "verify", *QUERIES,
})  # fmt: skip
"""What changes nothing, or does it by requests and timers that are recorded themselves."""

WORDS = frozenset({"query", "question", "text", "words", "pattern"})
"""Parameters with the words of a query."""


def record_commands(app: typer.Typer, path: tuple[str, ...] = ()) -> None:
    """Have every command of ``app`` that changes something leave its record."""
    for command in app.registered_commands:
        if command.callback is not None:
            name = command.name or get_command_name(command.callback.__name__)
            command.callback = _recorded(" ".join((*path, name)), command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            record_commands(group.typer_instance, (*path, str(group.name)))


def _recorded(path: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    if path in READS and path not in QUERIES:
        return callback

    @functools.wraps(callback)
    def call(**params: Any) -> Any:
        from searchapp.settings import load_settings

        settings = load_settings()
        doing = Doing(QUERIES[path]) if path in QUERIES else COMMANDS.get(path, Doing(What.OTHER))
        if not (settings.audit_queries if path in QUERIES else doing.when(params)):
            return callback(**params)
        from searchapp.audit import Actor, Audit, local_user

        told = {name: _plain(value) for name, value in params.items() if value not in (None, False, (), [], "")}
        on, audit = str(told.pop(doing.on, "")), Audit(settings)
        with audit.recorded(doing.what, Actor(local_user(), "cli"), on, ended=_ending) as action:
            kept = told if audit.of_queries else {name: told[name] for name in told.keys() - WORDS}
            action.note(command=path)
            if kept:
                action.note(options=kept)
            return callback(**params)

    return call


def _ending(error: BaseException) -> tuple[Outcome, str]:
    """How a command ended of what it raised: ``typer.Exit`` carries its exit code."""
    from searchapp.audit import ending

    if isinstance(error, typer.Abort):
        return Outcome.REFUSED, "aborted"
    code = error.exit_code if isinstance(error, typer.Exit) else error.code if isinstance(error, SystemExit) else None
    if isinstance(error, typer.Exit | SystemExit):
        return (Outcome.FAILED, f"exit_{code}") if code else (Outcome.DONE, "")
    return ending(error)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value) if isinstance(value, Path) else value
