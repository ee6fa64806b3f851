"""Logging in and out on the page: with a name and a password, or by way of an OpenID Connect provider."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from limits import RateLimitItemPerMinute, storage, strategies

from searchapp.errors import ForbiddenError, TooManyRequestsError
from searchapp.settings import Authentication
from searchapp.web import oidc
from searchapp.web.identity import CSRF_FIELD, cookie_name

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from searchapp.access import Identity
    from searchapp.wiring import Application

TRIES_PER_MINUTE = 5
"""Wrong passwords for one name; scrypt makes each one slow besides."""

TRIES_PER_PLACE = 20
"""Wrong passwords from one address, whatever the names."""

_PENDING = "login_csrf"


def register(app: Flask, application: Application) -> None:
    """Add the routes, where authentication is required."""
    settings = application.settings
    if settings.auth is not Authentication.REQUIRED:
        return
    app.secret_key = application.access.secret("flask")
    app.config.update(
        SESSION_COOKIE_NAME="searchapp_login", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True
    )
    app.config["SESSION_COOKIE_SECURE"] = settings.public_url.startswith("https://")
    provider = oidc.Provider(app, settings) if settings.oidc_issuer else None
    app.register_blueprint(_blueprint(application, provider))


def _blueprint(application: Application, oidc_provider: oidc.Provider | None) -> Blueprint:
    routes = Blueprint("login", __name__)
    access = application.access
    limiter = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
    by_name, by_place = RateLimitItemPerMinute(TRIES_PER_MINUTE), RateLimitItemPerMinute(TRIES_PER_PLACE)

    @routes.get("/login")
    def form() -> ResponseReturnValue:
        return _form()

    @routes.post("/login")
    def submit() -> ResponseReturnValue:
        if not hmac.compare_digest(request.form.get(CSRF_FIELD, "").encode(), session.get(_PENDING, "-").encode()):
            raise ForbiddenError("The login form has expired.", "Open /login again; cookies must be allowed.")
        name, password = request.form.get("name", "").strip()[:64], request.form.get("password", "")
        place = request.remote_addr or ""
        if not (limiter.test(by_name, "name", name.lower()) and limiter.test(by_place, "place", place)):
            raise TooManyRequestsError("Too many wrong passwords.", "Wait a minute, then try again.", 60)
        identity = access.users.identity(name, password)
        if identity is None:
            limiter.hit(by_name, "name", name.lower())
            limiter.hit(by_place, "place", place)
            return _form(wrong=True), 401
        return _begin(identity, "local", request.form.get("next", ""))

    @routes.post("/logout")
    def logout() -> Response:
        token = request.cookies.get(cookie_name())
        if token:
            access.sessions.end(token)
        response = redirect(url_for("login.form"))
        response.delete_cookie(cookie_name(), secure=request.is_secure, httponly=True, samesite="Lax")
        return response

    @routes.get("/login/provider")
    def provider() -> ResponseReturnValue:
        return _provider().begin(request.args.get("next", ""))

    @routes.get("/login/returned")
    def returned() -> ResponseReturnValue:
        identity, next_ = _provider().finish()
        return _begin(identity, "oidc", next_)

    def _provider() -> oidc.Provider:
        if oidc_provider is None:
            raise ForbiddenError("No OpenID Connect provider is set up.", "Log in with a name and a password.")
        return oidc_provider

    def _form(*, wrong: bool = False) -> str:
        session[_PENDING] = session.get(_PENDING) or secrets.token_urlsafe(32)
        return render_template(
            "login.html",
            token=session[_PENDING],
            next=local_path(request.values.get("next", "")),
            wrong=wrong,
            name=request.form.get("name", ""),
            provider=oidc_provider is not None,
        )

    def _begin(identity: Identity, known_by: str, next_: str) -> Response:
        session.clear()
        old = request.cookies.get(cookie_name())
        if old:
            access.sessions.end(old)
        response = redirect(local_path(next_))
        response.set_cookie(
            cookie_name(),
            access.sessions.begin(identity, known_by),
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",  # Strict would greet a link from a mail with the login form
            path="/",
        )
        return response

    return routes


def local_path(target: str) -> str:
    """``target`` where it is a path of ours, else "/": a login must not lead to another site."""
    parts = urlsplit(target.replace("\\", "/"))
    is_ours = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    return target if is_ours and target.isprintable() and "\\" not in target else "/"
