"""How errors leave: problem details (RFC 9457) to programs, a page to people, and below ``/v1`` OpenAI's form.

The web's one door for errors.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, g, json, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from searchapp.errors import BusyError, SearchAppError, UnauthenticatedError
from searchapp.messages import Message
from searchapp.redaction import redactor
from searchapp.settings import Settings
from searchapp.web.bounds import too_large
from searchapp.web.v1.errors import PREFIX, error_body, param_of
from searchapp.web.watchdog import MCP

log = logging.getLogger(__name__)

PROBLEMS = Counter("searchapp_http_problems", "Requests that ended with a problem, by its code.", ["code"])

MEDIA_TYPE = "application/problem+json"

_INVALID_REQUEST, _INTERNAL_ERROR = -32600, -32603
"""Of JSON-RPC."""

SHOWN = 500
"""Characters of a request's path that its problem repeats."""

_TITLES = {
    HTTPStatus.BAD_REQUEST: "title_bad_request",
    HTTPStatus.UNAUTHORIZED: "title_unauthorized",
    HTTPStatus.FORBIDDEN: "title_forbidden",
    HTTPStatus.NOT_FOUND: "title_not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "title_method_not_allowed",
    HTTPStatus.CONFLICT: "title_conflict",
    HTTPStatus.PRECONDITION_FAILED: "title_precondition_failed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "title_request_entity_too_large",
    HTTPStatus.REQUEST_URI_TOO_LONG: "title_request_uri_too_long",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "title_unsupported_media_type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "title_unprocessable_entity",
    HTTPStatus.TOO_MANY_REQUESTS: "title_too_many_requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "title_internal_server_error",
    HTTPStatus.BAD_GATEWAY: "title_bad_gateway",
    HTTPStatus.SERVICE_UNAVAILABLE: "title_service_unavailable",
    HTTPStatus.INSUFFICIENT_STORAGE: "title_insufficient_storage",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Problem details (RFC 9457)."""

    type: str
    """Always ``about:blank``: the status and ``code`` say the kind."""
    title: str
    status: int
    detail: str
    """What happened, in a sentence for people."""
    remedy: str
    """What to do about it."""
    code: str
    """The kind, for programs, such as ``usage`` or ``service_unavailable``."""
    reason: str
    """What it was exactly, for programs, such as ``login_required``."""


class InternalError(SearchAppError):
    """An unexpected failure, shown without its insides; the log has them."""

    code = "internal"

    def __init__(self) -> None:
        super().__init__("internal")


def register(app: Flask, settings: Settings) -> None:
    """Answer every error of ``app`` in the form that fits who asked."""
    redact = redactor(settings)

    @app.errorhandler(SearchAppError)
    def known(error: SearchAppError) -> Response:
        response = respond(problem(error, redact), param_of(error))
        if isinstance(error, BusyError):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, UnauthenticatedError):
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is not None and error.code < HTTPStatus.BAD_REQUEST:
            return error.get_response()  # a redirect is no problem
        response = respond(_http_problem(error, settings))
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value  # Allow, Retry-After
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return respond(problem(InternalError(), redact))


def problem(error: SearchAppError, redact: Callable[[str], str]) -> Problem:
    """The problem details of ``error`` without secrets, in the reader's language."""
    return _details(error.http_status, error.code, error.sentence, redact)


def respond(details: Problem, param: str | None = None) -> Response:
    """A response that shows ``details``: a page where one was asked for, to agents and to OpenAI's clients an error of
    their protocol, else JSON. ``param`` names the field that is wrong.
    """
    PROBLEMS.labels(details.code).inc()
    g.problem = details.reason  # for the audit log
    if request.path.startswith(PREFIX):
        told = error_body(details.status, details.reason, details.detail, details.remedy, param)
        body, media_type = json.dumps(dataclasses.asdict(told)), "application/json"
    elif wants_a_page():
        body, media_type = render_template("error.html", problem=details), "text/html"
    elif request.path == MCP:
        body, media_type = json.dumps(_to_agents(details)), "application/json"
    else:
        body, media_type = json.dumps(dataclasses.asdict(details)), MEDIA_TYPE
    return Response(body, status=details.status, mimetype=media_type)


def _to_agents(details: Problem) -> dict[str, object]:
    """``details`` as clients of the Model Context Protocol read an error; of other forms they tell only the status."""
    code = _INVALID_REQUEST if details.status < HTTPStatus.INTERNAL_SERVER_ERROR else _INTERNAL_ERROR
    said = f"{details.detail} {details.remedy}".strip()
    return {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": said, "data": dataclasses.asdict(details)}}


def _http_problem(error: HTTPException, settings: Settings) -> Problem:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    match status:
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            message = too_large(settings.max_file_mb)
        case HTTPStatus.NOT_FOUND:
            message = Message("route_missing", path=request.path[:SHOWN])
        case HTTPStatus.METHOD_NOT_ALLOWED:
            message = Message("method_not_allowed", path=request.path[:SHOWN], method=request.method)
        case HTTPStatus.BAD_REQUEST:
            message = Message("request_malformed")
        case _:
            message = Message("request_refused", why=error.description or error.name)
    return _details(status, error.name.lower().replace(" ", "_"), message)


def _details(status: int, code: str, message: Message, redact: Callable[[str], str] = str) -> Problem:
    title = Message(_TITLES[HTTPStatus(status)]).text() if status in _TITLES else HTTPStatus(status).phrase
    detail, remedy = redact(message.text()), redact(message.remedy.text())
    return Problem("about:blank", title, int(status), detail, remedy, code, message.code)


def wants_a_page() -> bool:
    """Whether a person's browser asks, and not a program."""
    accepted = request.accept_mimetypes
    return not is_for_programs() and accepted["text/html"] > accepted["application/json"]


def is_for_programs() -> bool:
    """Whether this request's path is none that people open."""
    return request.path == MCP or request.path.startswith(("/api/", PREFIX))
