"""Every request that changes something leaves a record, and so does every login; operators list them.

What a route does is named in ``ACTIONS``. One that it does not name and that changes something is recorded as
``other``. The record is begun before the route's own code, and where that cannot be, the request is refused. Who is
not known leaves no record but for a wrong password or key, so many a minute: anybody could fill the log otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request
from limits import RateLimitItemPerMinute, storage, strategies

from searchapp.access import LOCAL
from searchapp.audit import Actor, Outcome, Page, Wanted, What, bind, of_status, read_moment
from searchapp.errors import StorageError, UsageError
from searchapp.redaction import redactor
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.operation import operation
from searchapp.web.problems import problem, respond
from searchapp.web.requests import AuditQuery

if TYPE_CHECKING:
    from searchapp.wiring import Application

ACTIONS: Mapping[str, What] = {
    "login.submit": What.LOGIN,
    "login.returned": What.LOGIN,
    "login.logout": What.LOGOUT,
    "api.add": What.UPLOAD,
    "api.delete": What.DELETE,
    "api.retry": What.RETRY,
    "api.restore": What.RESTORE,
    "judgements.judge": What.JUDGED,
    "operations.queue": What.QUEUE_PAUSED,
    "operations.start": What.ES_REINDEX,
    "operations.stop": What.TASK_STOPPED,
}
QUERIES: Mapping[str, What] = {"api.search": What.SEARCH, "api.similar": What.SEARCH, "api.ask": What.ASK}
"""Recorded where SEARCHAPP_AUDIT_QUERIES says so."""

LOGINS = frozenset({"login.submit", "login.returned"})
STRANGERS_PER_MINUTE = 20
"""Records of wrong passwords and keys from one address; as many as are looked at (``identity``, ``login``)."""


def register(app: Flask, application: Application) -> None:
    """Record what requests to ``app`` do. It comes behind ``identity``, which says who asks."""
    audit, redact = application.audit, redactor(application.settings)
    strangers = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
    share = RateLimitItemPerMinute(STRANGERS_PER_MINUTE)

    @app.before_request
    def begin() -> None:
        what = _what()
        if what is None or request.endpoint in LOGINS or g.get("caller") is None:
            return
        g.audited = audit.begin(what, _actor(), _named())
        bind(g.audited)

    @app.after_request
    def end(response: Response) -> Response:
        action, code = g.pop("audited", None), g.get("problem", "")
        bind(None)
        try:
            if action is None:
                _record_late(response.status_code, code)
            elif not (action.handed_on and response.status_code < 400):
                action.end(of_status(response.status_code), code)
        except StorageError as error:
            return respond(problem(error, redact))  # no cookie of a login leaves with it
        return response

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        bind(None)

    def _what() -> What | None:
        endpoint = request.endpoint or ""
        if endpoint in QUERIES:
            return QUERIES[endpoint] if audit.of_queries else None
        changes = bool(endpoint) and request.method not in SAFE_METHODS
        return ACTIONS.get(endpoint, What.OTHER if changes else None)

    def _record_late(status: int, code: str) -> None:
        """Logins, wrong keys, and what was refused to somebody we know before ``begin``."""
        place, what = request.remote_addr or "", _what()
        if (name := g.get("logged_in")) is not None:
            audit.write(What.LOGIN, Actor(name, place), Outcome.DONE)
        elif (request.endpoint in LOGINS and status in (401, 403) and _is_tried()) or code == "key_invalid":
            if strangers.hit(share, place):
                audit.write(What.LOGIN_FAILED, Actor(_typed(), place), Outcome.REFUSED, error=code or "password_wrong")
        elif what is not None and status == 403 and g.get("caller") is not None:
            audit.write(what, _actor(), Outcome.REFUSED, _named(), code)

    def _is_tried() -> bool:
        """Whether somebody tried to log in: a page that was opened before a restart is no attempt."""
        return request.endpoint == "login.returned" or g.get("problem", "") == ""

    def _typed() -> str:
        """The name that a login was tried with, where there is such a user: people type passwords into that field."""
        if request.endpoint != "login.submit":
            return ""
        name = request.form.get("name", "").strip()
        return name if any(user.name == name for user in application.access.users.all()) else ""


def _actor() -> Actor:
    caller = g.caller
    name = "open" if caller is LOCAL else f"{caller.name} ({caller.key})" if caller.key else caller.name
    return Actor(name, request.remote_addr or "")


def _named() -> str:
    named = request.view_args or {}
    return str(named.get("document_id", named.get("task_id", "")))[:128]


def blueprint(application: Application) -> Blueprint:
    """``/api/audit``, which takes the scope ``operate``: a record tells of documents whatever their groups."""
    routes = Blueprint("audit", __name__, url_prefix="/api")

    @routes.get("/audit")
    @operation("List who did what", errors=(UsageError, StorageError))
    def records(query: AuditQuery) -> Page:
        """The audit log, the newest record first, of documents of all groups; nothing over HTTP changes or deletes
        one. Queries and questions are in it only where SEARCHAPP_AUDIT_QUERIES says so.
        """
        wanted = Wanted(
            who=query.who,
            what=tuple(query.what),
            on=query.on,
            since=read_moment(query.since),
            until=read_moment(query.until),
            outcome=query.outcome,
            before=query.before,
        )
        return application.audit.page(wanted, query.size)

    return routes
