"""What the doors call: an action begins, is done, and ends; its record goes to the file or to a stream."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from searchapp.audit.actor import Actor
from searchapp.audit.record import Outcome, Page, Record, Wanted, What
from searchapp.audit.trail import Trail
from searchapp.errors import SearchAppError, StorageError
from searchapp.model.json import to_json

if TYPE_CHECKING:  # the words of the log are light: every command line names them
    from searchapp.model import DocumentEntry
    from searchapp.settings import Settings

log = logging.getLogger(__name__)

MOST_TEXT, MOST_ITEMS, MOST_DETAILS = 2000, 200, 64 * 1024
"""Characters of one text, items of one list, characters of all details: a record is no copy of what it is about."""


Ended = Callable[[BaseException], tuple[Outcome, str]]
"""Reads how an action ended of what it raised."""


_action: ContextVar[Action | None] = ContextVar("searchapp_action", default=None)


def bind(action: Action | None) -> None:
    """From now on this thread or task does ``action``, if any."""
    _action.set(action)


def current() -> Action | None:
    """The action that goes on in this thread or task."""
    return _action.get()


def note(
    on: str | None = None, *, what: What | None = None, groups: tuple[str, ...] | None = None, **details: Any
) -> None:
    """Add to the record of the action that goes on in this thread or task, if one does."""
    action = _action.get()
    if action is not None:
        action.note(on, what=what, groups=groups, **details)


def note_document(entry: DocumentEntry) -> None:
    """Say in the record of the action that goes on which document it is about."""
    note(f"{entry.id} {entry.title or entry.source}", groups=entry.groups, source=entry.source)


class Action:
    """One action under way."""

    def __init__(self, audit: Audit, number: int, by: Actor, what: What, on: str) -> None:
        self._audit, self._number, self._by, self._what, self._on = audit, number, by, what, on
        self._when = _now()
        self._groups: tuple[str, ...] | None = None
        self._details: dict[str, Any] = {}
        self.handed_on = False
        """Whether somebody else ends it: a thread that works on after the request."""

    def note(
        self, on: str | None = None, *, what: What | None = None, groups: tuple[str, ...] | None = None, **details: Any
    ) -> None:
        """Add what is known only now."""
        self._on, self._what = self._on if on is None else on, what or self._what
        self._groups = self._groups if groups is None else groups
        self._details |= details

    @contextmanager
    def going_on(self, ended: Ended) -> Iterator[None]:
        """While open, this thread or task does it; how that ends is recorded."""
        before = _action.set(self)
        outcome, error = Outcome.DONE, ""
        try:
            yield
        except BaseException as failure:
            outcome, error = ended(failure)
            raise
        finally:
            _action.reset(before)
            self.end(outcome, error)

    def end(self, outcome: Outcome, error: str = "") -> None:
        """Record how it ended. It is done by now: where that cannot be recorded, the log of the process says so."""
        try:
            self._audit.finish(self._number, self.record(outcome, error))
        except StorageError as failure:
            log.error("The end of %s is not in the audit log: %s", self._what, failure)

    def record(self, outcome: Outcome, error: str = "") -> Record:
        """As it is kept."""
        return Record(
            *(self._number, self._when, self._by.who, self._by.where, self._what, self._on, self._groups),
            *(outcome, error, self._details),
        )


class Audit:
    """The audit log by the settings."""

    def __init__(self, settings: Settings) -> None:
        from searchapp.redaction import redactor

        self._kept = settings.audit
        self._trail = Trail(settings.data_dir, settings.audit_days, settings.audit_records)
        self._redact = redactor(settings)
        self.of_queries = settings.audit_queries and self._kept != "off"
        """Whether questions and queries are recorded, too."""

    @contextmanager
    def recorded(self, what: What, by: Actor, on: str = "", *, ended: Ended | None = None) -> Iterator[Action]:
        """Record what is done while open, before and after it; ``ended`` reads what it raises in place of ``ending``.

        Raises StorageError before, where that cannot be recorded.
        """
        action = self.begin(what, by, on)
        with action.going_on(ended or ending):
            yield action

    def begin(self, what: What, by: Actor, on: str = "", **details: Any) -> Action:
        """Record that an action begins. Raises StorageError where that cannot be: then it must not be done."""
        action = Action(self, 0, by, what, on)
        action.note(**details)
        action._number = self._write(action.record(Outcome.BEGUN))
        return action

    def write(self, what: What, by: Actor, outcome: Outcome, on: str = "", error: str = "", **details: Any) -> None:
        """Record what has happened, at once. Raises StorageError where that cannot be."""
        action = Action(self, 0, by, what, on)
        action.note(**details)
        self._write(action.record(outcome, error))

    def finish(self, number: int, record: Record) -> None:
        """Record an end. Raises StorageError."""
        if self._kept == "database":
            self._trail.end(number, self._clean(record))
        else:
            self._write(record)

    def page(self, wanted: Wanted, size: int) -> Page:
        """``size`` records of those that are wanted, the newest first. Raises StorageError."""
        found = self._trail.find(wanted, size + 1)
        return Page(str(self._kept), found[:size], found[size - 1].id if len(found) > size else None)

    def all(self, wanted: Wanted) -> Iterator[Record]:
        """Every record that is wanted, the newest first. Raises StorageError."""
        return self._trail.all(wanted)

    def _write(self, record: Record) -> int:
        record = self._clean(record)
        if self._kept == "database":
            try:
                return self._trail.add(record)
            except StorageError as error:  # which names a path of ours, and who asks may be anybody
                log.error("%s", error)
                raise StorageError("audit_unwritable") from error
        if self._kept == "stdout":
            # The output of a command is its result, and that of MCP its protocol.
            stream = sys.stderr if record.where in ("cli", "mcp") else sys.stdout
            line = json.dumps({"audit": to_json(record)}, ensure_ascii=False)
            try:
                print(line, file=stream, flush=True)
            except OSError as error:
                raise StorageError("audit_unwritable") from error
        return record.id

    def _clean(self, record: Record) -> Record:
        """Without secrets, and not larger than a record may be."""
        details = _bounded(record.details, self._redact)
        if len(json.dumps(details, ensure_ascii=False)) > MOST_DETAILS:
            details = {"cut": True, **{name: one for name, one in details.items() if not isinstance(one, dict | list)}}
        who, on = (self._redact(text)[:MOST_TEXT] for text in (record.who, record.on))
        return dataclasses.replace(record, who=who, on=on, details=details)


def ending(error: BaseException) -> tuple[Outcome, str]:
    """Refused where who asks can do something about it (a 4xx over HTTP), else failed; and the error's code."""
    if isinstance(error, SearchAppError):
        return of_status(error.http_status), error.reason
    return Outcome.FAILED, "internal" if isinstance(error, Exception) else "interrupted"


def of_status(status: int) -> Outcome:
    """The outcome that a status of HTTP stands for."""
    return Outcome.DONE if status < 400 else Outcome.REFUSED if status < 500 else Outcome.FAILED


def _bounded(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return {str(name)[:MOST_TEXT]: _bounded(one, redact) for name, one in [*value.items()][:MOST_ITEMS]}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else list(value)
        more = [f"... {len(items) - MOST_ITEMS} more"] if len(items) > MOST_ITEMS else []
        return [*(_bounded(one, redact) for one in items[:MOST_ITEMS]), *more]
    if value is None or isinstance(value, bool | int | float):
        return value
    # Half of a surrogate pair, as in the name of a file of another time, is no text that a file or stream takes.
    return redact(str(value)).encode("utf-8", "replace").decode()[:MOST_TEXT]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
