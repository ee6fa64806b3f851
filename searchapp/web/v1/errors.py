"""Errors in OpenAI's form, by which its clients know a wrong key, a missing model and what may be tried again."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from searchapp.errors import SearchAppError

PREFIX = "/v1/"
"""Of the paths that answer so."""

_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_CODES = {
    "login_required": "invalid_api_key",
    "key_invalid": "invalid_api_key",
    "chat_model_unknown": "model_not_found",
}
"""What OpenAI's clients look for, by our own code."""


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    """What went wrong."""

    message: str
    """What happened, and what to do about it, in sentences for people."""
    type: str
    """`invalid_request_error`, `authentication_error`, `permission_error`, `rate_limit_error` or `server_error`."""
    param: str | None
    """The field of the request that is wrong, if one is."""
    code: str
    """What it was exactly, for programs; `invalid_api_key` and `model_not_found` as OpenAI has them."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error."""

    error: ErrorDetails


def error_body(status: int, reason: str, message: str, remedy: str, param: str | None = None) -> ErrorBody:
    """The body for an error of this HTTP status."""
    by_default = "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    told = " ".join(filter(None, (message, remedy)))
    return ErrorBody(ErrorDetails(told, _TYPES.get(HTTPStatus(status), by_default), param, _CODES.get(reason, reason)))


def param_of(error: SearchAppError) -> str | None:
    """The field that an error is about."""
    name = error.sentence.values.get("name") if error.reason.startswith("field_") else None
    return str(name) if name is not None else None
