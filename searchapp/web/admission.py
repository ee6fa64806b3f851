"""Which bodies are read at all: who asks and what for is looked at when the headers are there, and nothing else is.

waitress reads a request whole before it hands it to Flask, so that anybody could fill a disk without a login. Here the
same checks are asked beforehand (``wire``); they are asked again by Flask, which also says why a request is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from searchapp import limits
from searchapp.access import LOCAL, Scope
from searchapp.errors import SearchAppError, UnauthenticatedError
from searchapp.web import bounds, guards, identity, proxies
from searchapp.web.spool import Spool

if TYPE_CHECKING:
    from searchapp.wiring import Application

REFUSAL = "searchapp.refusal"
"""In the environ of a request whose body was not read: why."""

MULTIPART_ROOM = 64 * 1024
"""Bytes that an upload's wrapping (boundaries, file name) may add to the largest file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``most`` bytes of the body may be read, or none because of ``refusal``; ``release`` is called in the end."""

    most: int = 0
    refusal: SearchAppError | HTTPException | None = None
    release: Callable[[], None] = lambda: None


def register(app: Flask) -> None:
    """Tell who sent a body that was not read; to be called when the other checks of ``app`` are there."""

    @app.before_request
    def tell() -> None:
        refusal: Exception | None = request.environ.get(REFUSAL)
        if refusal is not None:
            raise refusal


class Admission:
    """Judges requests of ``app`` by their headers."""

    def __init__(self, app: Flask, application: Application, spool: Spool) -> None:
        self.spool = spool
        self._app = app
        self._application = application
        self._largest = application.settings.max_file_mb * 1024 * 1024 + MULTIPART_ROOM
        self._asked = proxies.behind(self._ask, application.settings)

    def verdict(self, environ: dict[str, Any]) -> Verdict:
        """What is to be done with the body that follows."""
        self._asked(environ, lambda *_: None)
        found: Verdict = environ["searchapp.verdict"]
        return found

    def _ask(self, environ: dict[str, Any], _: Callable[..., Any]) -> Iterable[bytes]:
        with self._app.request_context(environ):
            try:
                environ["searchapp.verdict"] = self._judge()
            except (SearchAppError, HTTPException) as error:
                environ["searchapp.verdict"] = Verdict(refusal=error)
        return ()

    def _judge(self) -> Verdict:
        guards.check(self._application.settings.auth)
        if request.routing_exception is not None:
            raise request.routing_exception
        scope = identity.REQUIRED.get(request.endpoint or "", Scope.OPERATE)
        caller = identity.asking(self._application) if scope is not identity.PUBLIC else None
        if scope is not identity.PUBLIC and (caller is None or scope not in caller.scopes):
            raise UnauthenticatedError("login_required")  # Flask knows better, and tells that
        length = request.content_length
        if caller is None or not bounds.takes_files():
            _refuse_larger(length, limits.BODY_BYTES)
            return Verdict(limits.BODY_BYTES)
        _refuse_larger(length, self._largest)
        most = self._largest if length is None else length
        return Verdict(most, release=self.spool.upload(most, caller.name, shares=caller is not LOCAL))


def _refuse_larger(length: int | None, most: int) -> None:
    if length is not None and length > most:
        raise RequestEntityTooLarge
