"""Every error a person can meet, as one tree.

::

    SearchAppError                   exit 1   HTTP 500
    ├── UsageError                   exit 2   HTTP 400   the request itself is wrong
    ├── UnauthenticatedError         exit 1   HTTP 401   nobody we know asks
    ├── ForbiddenError               exit 1   HTTP 403   who asks may not do this
    ├── NotFoundError                exit 1   HTTP 404   no such document or dataset
    ├── SourceError                  exit 1   HTTP 422   a file or address cannot be read
    ├── ConflictError                exit 1   HTTP 409   another operation is under way
    ├── ChangedError                 exit 1   HTTP 412   the document is no longer what the caller saw
    ├── IdempotencyError             exit 1   HTTP 422   an Idempotency-Key that stands for another request
    ├── TooManyRequestsError         exit 1   HTTP 429   this caller asks too much
    ├── OverloadedError              exit 1   HTTP 503   everybody together asks too much
    ├── RequestTooLongError          exit 1   HTTP 503   one request computed too long, and was ended
    ├── ServiceUnavailableError      exit 1   HTTP 503   Elasticsearch or Ollama does not answer
    │   └── ServiceTimeoutError      exit 1   HTTP 503   it runs, and did not answer in time
    ├── ServiceRefusedError          exit 1   HTTP 502   a service answers, and says no (401, 403)
    ├── IncompatibleServerError      exit 1   HTTP 502   a server of a version we cannot talk to
    ├── ModelUnavailableError        exit 1   HTTP 503   a model is not there or does not load
    │   └── ModelMissingError        exit 1   HTTP 503   Ollama has no model of this name
    ├── ModelMismatchError           exit 1   HTTP 409   the index was built with another model
    ├── IndexSwitchedError           exit 1   HTTP 503   the index moved to another model in mid-search
    └── StorageError                 exit 1   HTTP 507   a write was refused: disk, rights, read-only index

Each is raised with the code of a sentence in ``messages/`` (what happened, naming the thing, and a remedy: what to do
about it) and the values that the sentence names. They are caught once, at the door: in ``cli/run.py`` and in
``web/problems.py``. Exceptions of client libraries become ours in the one module that owns the client.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from searchapp.messages import Message, Value


@dataclass(frozen=True, slots=True)
class Failure:
    """What is wrong, and what to do about it, in the reader's language."""

    code: str
    """The kind of error, such as ``source``."""
    reason: str
    """What it was exactly, such as ``file_empty``: the code of the sentence."""
    message: str
    remedy: str


class SearchAppError(Exception):
    """Something went wrong that a person can understand; the base of every error raised on purpose.

    It is raised with the code of its sentence and the values that the sentence names, or with a sentence that came from
    another process of ours.
    """

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, reason: str | Message, /, **values: Value) -> None:
        self.sentence = reason if isinstance(reason, Message) else Message(reason, **values)
        super().__init__(self.sentence.code)

    @property
    def reason(self) -> str:
        """The code of the sentence."""
        return self.sentence.code

    @property
    def message(self) -> str:
        """What happened, in the reader's language."""
        return self.sentence.text()

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language; empty where nothing can be done."""
        return self.sentence.remedy.text()

    def __str__(self) -> str:
        return self.sentence.whole.text("en")  # logs are in English, no matter who asked

    def failure(self, redact: Callable[[str], str] = str) -> Failure:
        """The error as it leaves; ``redact`` takes secrets out of its words."""
        return Failure(self.code, self.reason, redact(self.message), redact(self.remedy))


class UsageError(SearchAppError):
    """The request itself is wrong: an empty query, an unknown mode or filter, a bad setting."""

    code = "usage"
    exit_code = 2
    http_status = 400


class NotFoundError(SearchAppError):
    """A document or dataset of that name does not exist."""

    code = "not_found"
    http_status = 404


class UnauthenticatedError(SearchAppError):
    """Nobody we know asks: no key, no session, or a wrong one."""

    code = "unauthenticated"
    http_status = 401


class ForbiddenError(SearchAppError):
    """Who asks may not do this, or asks from where it must not be asked."""

    code = "forbidden"
    http_status = 403


class ConflictError(SearchAppError):
    """Something else is under way that this must not run beside."""

    code = "conflict"
    http_status = 409


class ChangedError(SearchAppError):
    """What is to be changed is no longer what the caller saw."""

    code = "changed"
    http_status = 412


class IdempotencyError(SearchAppError):
    """The Idempotency-Key was sent with another request before."""

    code = "idempotency"
    http_status = 422


class BusyError(SearchAppError):
    """It would work later: after ``retry_after`` seconds."""

    def __init__(self, reason: str | Message, /, *, retry_after: int = 1, **values: Value) -> None:
        super().__init__(reason, **values)
        self.retry_after = retry_after


class TooManyRequestsError(BusyError):
    """One caller asks more than their share."""

    code = "too_many_requests"
    http_status = 429


class OverloadedError(BusyError):
    """All callers together ask more than this machine can do."""

    code = "overloaded"
    http_status = 503


class RequestTooLongError(SearchAppError):
    """A request computed for longer than it may. Without arguments, since the watchdog has it raised by its class."""

    code = "too_long"
    http_status = 503

    def __init__(self) -> None:
        super().__init__("request_too_long")


class QueuePausedError(SearchAppError):
    """An operator paused the queue; shown beside what waits, and never raised."""

    code = "paused"
    http_status = 503


class SourceError(SearchAppError):
    """A file or web address cannot be read as a document.

    ``lacking`` names what might let another try read it: languages that pictures are read in, joined by ``+``, ``ocr``,
    or ``password``. ``is_final`` tells that the same bytes fail again in the same way.
    """

    code = "source"
    http_status = 422

    def __init__(self, reason: str | Message, /, *, lacking: str = "", is_final: bool = False, **values: Value) -> None:
        super().__init__(reason, **values)
        self.lacking = lacking
        self.is_final = is_final


class ServiceUnavailableError(SearchAppError):
    """Elasticsearch or Ollama does not answer."""

    code = "service_unavailable"
    http_status = 503


class ServiceTimeoutError(ServiceUnavailableError):
    """A service is there, and did not answer in time: it may be loading a model, or have too much to do."""

    code = "service_timeout"


class ServiceRefusedError(SearchAppError):
    """A service answers and refuses us: wrong or missing credentials, missing rights."""

    code = "service_refused"
    http_status = 502


class IncompatibleServerError(SearchAppError):
    """The server's version is one that the installed client cannot talk to."""

    code = "incompatible_server"
    http_status = 502


class ModelUnavailableError(SearchAppError):
    """A model is not there, or it does not load."""

    code = "model_unavailable"
    http_status = 503


class TextTooLongError(ModelUnavailableError):
    """A model's server refuses a text that is longer than the model reads."""


class ModelMissingError(ModelUnavailableError):
    """Ollama has no model of this name."""


class ModelMismatchError(SearchAppError):
    """The index was built with another embedding model than the one that is configured."""

    code = "model_mismatch"
    http_status = 409


class IndexSwitchedError(SearchAppError):
    """Searches go to another version of the index now, whose model is another one; embed again and search again."""

    code = "index_switched"
    http_status = 503


class StorageError(SearchAppError):
    """A write was refused: disk full, missing rights, or a read-only index."""

    code = "storage"
    http_status = 507


def unwritable(folder: Path, error: OSError, setting: str = "SEARCHAPP_DATA_DIR") -> StorageError:
    """The error for a folder that the system does not let be written; ``setting`` chooses another one."""
    why = (error.strerror or "input error").lower()
    return StorageError("folder_unwritable", folder=folder, why=why, setting=setting)
