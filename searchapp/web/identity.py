"""Who asks, and whether they may: every request passes here before its handler.

A program brings an API key (``Authorization: Bearer sak_...``), a browser a session cookie; where authentication is
off, everybody is the person at this machine. ``REQUIRED`` names the scope that each route takes. A route it does not
name takes ``operate``, so that a forgotten one is closed, not open.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from flask import Flask, Response, g, redirect, request
from limits import RateLimitItemPerMinute, storage, strategies

from searchapp import access
from searchapp.access import LOCAL, Identity, Scope, Session
from searchapp.errors import ForbiddenError, TooManyRequestsError, UnauthenticatedError
from searchapp.limits import LOCAL_ADDRESS_CHARACTERS
from searchapp.model import DocumentEntry
from searchapp.settings import Authentication
from searchapp.web.fairness import Shares
from searchapp.web.guesses import Guesses, Key
from searchapp.web.problems import wants_a_page
from searchapp.web.proxies import place

if TYPE_CHECKING:
    from searchapp.wiring import Application

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"

PUBLIC = None
REQUIRED: Mapping[str, Scope | None] = {
    "static": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "login.form": PUBLIC,
    "login.submit": PUBLIC,
    "login.provider": PUBLIC,
    "login.returned": PUBLIC,
    "login.logout": PUBLIC,
    "openapi.description": PUBLIC,
    "pages.search": Scope.READ,
    "pages.documents": Scope.READ,
    "api.search": Scope.READ,
    "api.similar": Scope.READ,
    "api.complete": Scope.READ,
    "judgements.judgements": Scope.READ,
    "judgements.judge": Scope.READ,
    "api.ask": Scope.READ,
    "api.models": Scope.READ,
    "api.documents": Scope.READ,
    "api.document": Scope.READ,
    "originals.file": Scope.READ,
    "viewer.passages": Scope.READ,
    "viewer.html": Scope.READ,
    "viewer.page": Scope.READ,
    "viewer.picture": Scope.READ,
    "api.add": Scope.WRITE,
    "api.delete": Scope.WRITE,
    "api.retry": Scope.WRITE,
    "api.restore": Scope.WRITE,
    "metrics.metrics": Scope.OPERATE,
    "pages.operations": Scope.OPERATE,
    "audit.records": Scope.OPERATE,
    "operations.overview": Scope.OPERATE,
    "operations.findings": Scope.OPERATE,
    "operations.queue": Scope.OPERATE,
    "operations.tasks": Scope.OPERATE,
    "operations.task": Scope.OPERATE,
    "operations.start": Scope.OPERATE,
    "operations.stop": Scope.OPERATE,
}

QUEUED = frozenset({"api.ask"})
"""Has a line of its own (``AnswerQueue``)."""

LOCAL_SHARES = 10
"""Callers whose share all have together where nobody logs in."""

FAILURES_PER_MINUTE = 20
"""Wrong keys from one address: a key cannot be guessed, but the log of a guesser need not fill the disk."""


def register(app: Flask, application: Application) -> None:
    """Find out who asks before each request of ``app``, and turn away who may not."""
    required = application.settings.auth is Authentication.REQUIRED
    guesses, shares = Guesses(), Shares()
    limiter = strategies.MovingWindowRateLimiter(storage.MemoryStorage())

    @app.before_request
    def identify() -> Response | None:
        g.session = None
        if not required:
            g.caller = LOCAL
            # Everybody here is one caller, and a person's own scripts are quicker than a person.
            if REQUIRED.get(request.endpoint or "") is not PUBLIC:
                _count(LOCAL_SHARES)
            return None
        if request.endpoint == "login.submit":  # has a token of its own, and ends the session there may be
            g.caller = None
            return None
        scope = REQUIRED.get(request.endpoint or "", Scope.OPERATE)
        g.caller = _key_holder() or _logged_in()
        if scope is PUBLIC:
            return None
        if g.caller is None:
            if wants_a_page() and request.method in SAFE_METHODS:
                path = request.full_path.rstrip("?")
                back = f"?next={quote(path)}" if len(path) <= LOCAL_ADDRESS_CHARACTERS else ""
                return cast(Response, redirect(f"/login{back}"))
            raise UnauthenticatedError("login_required")
        _count(1)
        if request.endpoint not in QUEUED:
            g.turn_began = shares.enter(g.caller.name)
        if request.endpoint is not None and scope not in g.caller.scopes:
            raise ForbiddenError("scope_missing", name=g.caller.name, scope=scope)
        return None

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if (began := g.pop("turn_began", None)) is not None:
            shares.leave(g.caller.name, began)

    @app.context_processor
    def who() -> dict[str, object]:
        current = session()
        known = {"csrf_token": current.csrf, "user": current.identity.name} if current else {}
        asking = g.get("caller")
        return {**known, "operates": asking is not None and Scope.OPERATE in asking.scopes}

    def _count(shares: int) -> None:
        share = RateLimitItemPerMinute(application.settings.requests_per_minute * shares)
        if not limiter.hit(share, g.caller.name):
            raise TooManyRequestsError("requests_too_many", retry_after=60, requests=share.amount)

    def _logged_in() -> Identity | None:
        session = _session(application)
        if session is None:
            return None
        if request.method not in SAFE_METHODS:
            refuse_without_token(session)
        g.session = session
        return session.identity

    def _key_holder() -> Identity | None:
        key = _key()
        if key is None:
            return None
        identity = application.access.keys.identity(key)
        if identity is None:  # a good key is taken however many bad ones came from its address
            limits: dict[Key, int] = {("keys", place(request.remote_addr)): FAILURES_PER_MINUTE}
            with guesses.counted(limits, lambda: TooManyRequestsError("keys_wrong", retry_after=60)) as failed:
                failed()
            raise UnauthenticatedError("key_invalid")
        return identity


def _key() -> str | None:
    """The key that this request brings, right or wrong."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def _session(application: Application) -> Session | None:
    token = request.cookies.get(cookie_name())
    return application.access.sessions.find(token) if token else None


def asking(application: Application) -> Identity | None:
    """Who sends this request, by its headers alone; nothing is counted, and nobody is turned away."""
    if application.settings.auth is not Authentication.REQUIRED:
        return LOCAL
    key = _key()
    if key is not None:
        return application.access.keys.identity(key)
    session = _session(application)
    return session.identity if session is not None else None


def caller() -> Identity:
    """Who asks; only within a request that passed."""
    return cast(Identity, g.caller)


def session() -> Session | None:
    """The session of who asks, if they have one."""
    return cast("Session | None", g.get("session"))


def readable(entry: DocumentEntry | None, document_id: str) -> DocumentEntry:
    """``entry``, if the caller may see it. Raises as ``access.readable`` does."""
    return access.readable(entry, document_id, caller().groups)


def changeable(entry: DocumentEntry | None, document_id: str) -> DocumentEntry:
    """``entry``, if the caller may change it. Raises as ``access.changeable`` does."""
    return access.changeable(entry, document_id, caller())


def cookie_name() -> str:
    """The session cookie's name. Over TLS its prefix makes browsers refuse one that another host has set."""
    return "__Host-searchapp" if request.is_secure else "searchapp"


def refuse_without_token(session: Session) -> None:
    """Raise ForbiddenError unless the request carries the session's CSRF token, in a header or a form field."""
    # A form is read only where one is expected: parsing an upload's body costs.
    sent = request.headers.get(CSRF_HEADER) or (
        request.form.get(CSRF_FIELD, "") if request.mimetype == "application/x-www-form-urlencoded" else ""
    )
    if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        raise ForbiddenError("csrf_token_missing")
