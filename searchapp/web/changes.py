"""What is done to documents that are there: deleted, restored, read again, unlocked; one by one and many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint
from pydantic import FailFast, Field, SecretStr

from searchapp import limits
from searchapp.access import for_readers, may_read
from searchapp.audit import What, note, note_document
from searchapp.errors import (
    Failure,
    NotFoundError,
    OverloadedError,
    SearchAppError,
    ServiceUnavailableError,
    StorageError,
    UsageError,
)
from searchapp.model import DocumentEntry, DocumentState
from searchapp.redaction import redactor
from searchapp.sources.containers import PASSWORD
from searchapp.web.identity import caller, changeable, readable
from searchapp.web.jobs import Jobs
from searchapp.web.operation import STORE, operation, refuse_if_changed
from searchapp.web.requests import Body, Name

if TYPE_CHECKING:
    from searchapp.wiring import Application

FAILED = (DocumentState.FAILED, DocumentState.QUARANTINED)
UNLOCKED_AT_ONCE = 4
UNLOCK_SECONDS = 20.0
"""So long a request waits for its document; what takes longer is running by then, and can be followed."""


class Change(StrEnum):
    """What many documents can be told."""

    DELETE = "delete"
    RETRY = "retry"
    RESTORE = "restore"


MOST_CHANGED = 100
"""Documents that one request changes."""

DONE = {Change.DELETE: What.DELETE, Change.RETRY: What.RETRY, Change.RESTORE: What.RESTORE}


class Batch(Body):
    """Many documents, and what is done to each."""

    change: Change
    """`delete`, `retry` what failed, or `restore` what was deleted."""
    ids: Annotated[list[Annotated[Name, Field(min_length=1)]], FailFast()] = Field(
        min_length=1, max_length=MOST_CHANGED
    )
    """Documents."""


class Unlocking(Body):
    """A password."""

    password: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Used once, and kept nowhere."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one document."""

    id: str
    problem: Failure | None
    """Why nothing was done; null where it was."""


@dataclass(frozen=True, slots=True)
class ChangedAll:
    """What became of each, in the order in which they were named."""

    done: int
    documents: tuple[Changed, ...]


class Changes:
    """Changes documents for the caller of this request, who must be allowed to."""

    def __init__(self, application: Application, jobs: Jobs) -> None:
        self._application = application
        self._jobs = jobs

    def retry(self, document_id: str) -> DocumentEntry:
        """Queue what failed again. Raises UsageError where it did not fail."""
        entry = self._changeable(document_id)
        if entry.state not in FAILED:
            raise UsageError("document_not_failed", name=entry.title or entry.source)
        for failed in self._application.ingester.reset_failures([document_id]):
            self._jobs.submit(failed)
        return readable(self._application.store.entry(document_id), document_id)

    def delete(self, document_id: str) -> None:
        """Delete, so that it can be restored for a while."""
        self._changeable(document_id)
        self._application.trash.delete(document_id)

    def restore(self, document_id: str) -> DocumentEntry:
        """Bring back what was deleted. Raises NotFoundError where there is nothing."""
        application = self._application
        kept, there = application.trash.entry(document_id), application.store.entry(document_id)
        # What others deleted, or added again since, is told from nothing at all by no answer.
        if kept is None or not all(one is None or may_read(caller().groups, one.groups) for one in (kept, there)):
            raise NotFoundError("document_not_restorable", id=document_id[:64])
        note_document(changeable(kept, document_id))
        entry = application.trash.restore(document_id)
        if entry.state is DocumentState.QUEUED:
            self._jobs.submit(entry.id)
        return for_readers(entry)

    def _changeable(self, document_id: str) -> DocumentEntry:
        entry = changeable(self._application.store.entry(document_id), document_id)
        note_document(entry)
        refuse_if_changed(entry)
        return entry


class Unlocker:
    """Reads protected documents with a password, which is kept nowhere."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._room = threading.Semaphore(UNLOCKED_AT_ONCE)

    def unlock(self, document_id: str, password: str) -> None:
        """Read it, or begin to. Raises OverloadedError where as many are read already, and what ``ingest`` raises."""
        if not self._room.acquire(blocking=False):
            raise OverloadedError("unlocking_too_many", retry_after=5)
        raised: list[SearchAppError] = []
        thread = threading.Thread(target=self._read, args=[document_id, SecretStr(password), raised], daemon=True)
        thread.start()
        thread.join(UNLOCK_SECONDS)
        for error in raised:
            raise error

    def _read(self, document_id: str, password: SecretStr, raised: list[SearchAppError]) -> None:
        try:
            for _ in self._application.ingester.ingest(
                [document_id], queued=True, passwords=[password], leaves_vectors=True
            ):
                pass
        except SearchAppError as error:
            raised.append(error)
        finally:
            self._room.release()


def blueprint(application: Application, jobs: Jobs) -> Blueprint:
    """What acts on many documents, and on locked ones."""
    routes = Blueprint("changes", __name__, url_prefix="/api/documents")
    changes, unlocker, redact = Changes(application, jobs), Unlocker(application), redactor(application.settings)
    acts: dict[Change, Callable[[str], Any]] = {
        Change.DELETE: changes.delete,
        Change.RETRY: changes.retry,
        Change.RESTORE: changes.restore,
    }

    @routes.post("/batch")
    @operation("Change many documents", errors=(UsageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
    def batch(body: Batch) -> ChangedAll:
        """Each as its own route would; what cannot be changed does not keep the others back."""
        outcomes = []
        for document_id in dict.fromkeys(body.ids):
            problem = None
            try:
                acts[body.change](document_id)
            except ServiceUnavailableError:
                raise
            except SearchAppError as error:
                problem = error.failure(redact)
            outcomes.append(Changed(document_id, problem))
        changed = [one.id for one in outcomes if one.problem is None]
        note(f"{len(changed)} documents", what=DONE[body.change], documents=changed)
        return ChangedAll(len(changed), tuple(outcomes))

    @routes.post("/<document_id>/unlock")
    @operation(
        "Read a protected document",
        errors=(UsageError, NotFoundError, OverloadedError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def unlock(body: Unlocking, document_id: str) -> DocumentEntry:
        """Try a password on a document that failed for want of one. It is used this once, and kept nowhere.

        Answered when it was read, or after some seconds with the state `running`.
        """
        entry = changeable(application.store.entry(document_id), document_id)
        note_document(entry)
        if entry.state not in FAILED or entry.lacking != PASSWORD:
            raise UsageError("document_not_locked", name=entry.title or entry.source)
        if not body.password:
            raise UsageError("password_empty")
        unlocker.unlock(document_id, body.password)
        return readable(application.store.entry(document_id), document_id)

    return routes
