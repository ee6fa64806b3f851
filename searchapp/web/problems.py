"""How errors are told: problem details (RFC 9457) to programs, a page to people. The web's one door for errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, json, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from searchapp import shapes
from searchapp.errors import BusyError, SearchAppError, UnauthenticatedError
from searchapp.redaction import redactor
from searchapp.settings import Settings

log = logging.getLogger(__name__)

PROBLEMS = Counter("searchapp_http_problems", "Requests that ended with a problem, by its code.", ["code"])

MEDIA_TYPE = "application/problem+json"


class InternalError(SearchAppError):
    """An unexpected failure, told without its insides; the log has them."""

    code = "internal"

    def __init__(self) -> None:
        super().__init__("Something went wrong inside searchapp.", "Try again; the server's log says what it was.")


def register(app: Flask, settings: Settings) -> None:
    """Answer every error of ``app`` in the form that fits who asked."""
    redact = redactor(settings)

    @app.errorhandler(SearchAppError)
    def known(error: SearchAppError) -> Response:
        response = respond(problem(error, redact))
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


def problem(error: SearchAppError, redact: Callable[[str], str]) -> shapes.Problem:
    """The problem details of ``error`` without secrets; ``remedy`` and ``code`` are ours, the rest the standard's."""
    return _details(error.http_status, redact(error.message), redact(error.remedy), error.code)


def respond(details: shapes.Problem) -> Response:
    """A response that tells ``details``: a page where one was asked for, else JSON."""
    PROBLEMS.labels(details["code"]).inc()
    if wants_a_page():
        body, media_type = render_template("error.html", problem=details), "text/html"
    else:
        body, media_type = json.dumps(details), MEDIA_TYPE
    return Response(body, status=details["status"], mimetype=media_type)


def _http_problem(error: HTTPException, settings: Settings) -> shapes.Problem:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    detail = error.description or ""
    remedy = ""
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = f"The upload is larger than {settings.max_file_mb} MiB."
        remedy = "Split it, or raise SEARCHAPP_MAX_FILE_MB and restart the server."
    elif status == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.path}."
        remedy = "Start from the search page at /."
    return _details(status, detail, remedy, error.name.lower().replace(" ", "_"))


def _details(status: int, detail: str, remedy: str, code: str) -> shapes.Problem:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "remedy": remedy,
        "code": code,
    }


def wants_a_page() -> bool:
    """Whether a person's browser asks, and not a program."""
    accepted = request.accept_mimetypes
    return not request.path.startswith("/api/") and accepted["text/html"] > accepted["application/json"]
