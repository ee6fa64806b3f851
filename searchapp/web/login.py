"""Logging in and out on the page: with a name and a password, or by way of an OpenID Connect provider."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for

from searchapp.access import Identity, read_scopes
from searchapp.errors import ForbiddenError, ServiceUnavailableError, TooManyRequestsError, UsageError
from searchapp.limits import LOCAL_ADDRESS_CHARACTERS
from searchapp.settings import Authentication, Settings
from searchapp.web.guesses import Guesses, Key, Turns
from searchapp.web.identity import CSRF_FIELD, cookie_name
from searchapp.web.proxies import place

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from searchapp.wiring import Application

TRIES_PER_MINUTE = 5
"""Wrong passwords for one name from one address; scrypt makes each one slow besides."""

TRIES_PER_PLACE = 20
"""Wrong passwords from one address, whatever the names."""

TRIES_PER_NAME = 60
"""Wrong passwords for one name from everywhere: more than one address gets, so that no single one closes a name."""

HASHES_AT_ONCE = 2
"""Each takes 32 MiB and a processor for a twentieth of a second."""

HASHES_WAITING = 16

RETURNS_AT_ONCE = 4
"""Each asks the provider, and may wait ten seconds for it."""

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
    provider = Provider(app, settings) if settings.oidc_issuer else None
    app.register_blueprint(_blueprint(application, provider))


def _blueprint(application: Application, oidc_provider: Provider | None) -> Blueprint:
    routes = Blueprint("login", __name__)
    access = application.access
    guesses, hashing = Guesses(), Turns(HASHES_AT_ONCE, HASHES_WAITING, "logins_too_many")
    asking = Turns(RETURNS_AT_ONCE, 0, "logins_too_many")

    @routes.get("/login")
    def form() -> ResponseReturnValue:
        return _form()

    @routes.post("/login")
    def submit() -> ResponseReturnValue:
        sent, pending = request.form.get(CSRF_FIELD, ""), session.get(_PENDING, "")
        # Without a form of ours there is no token, and none is not like none.
        if not pending or not hmac.compare_digest(sent.encode(errors="replace"), pending.encode()):
            raise ForbiddenError("login_form_expired")
        name, password = request.form.get("name", "").strip()[:64], request.form.get("password", "")
        here, wanted = place(request.remote_addr), name.lower()
        limits: dict[Key, int] = {
            ("name", wanted, here): TRIES_PER_MINUTE,
            ("place", here): TRIES_PER_PLACE,
            ("name", wanted): TRIES_PER_NAME,
        }
        with guesses.counted(limits, _refused) as failed, hashing.taken():
            identity = access.users.identity(name, password)
            if identity is None:
                failed()
        if identity is None:
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
        with asking.taken():  # the first asks the provider where it is
            return _provider().begin(request.args.get("next", ""))

    @routes.get("/login/returned")
    def returned() -> ResponseReturnValue:
        here = place(request.remote_addr)
        with guesses.counted({("return", here): TRIES_PER_PLACE}, _refused) as failed, asking.taken():
            try:
                identity, next_ = _provider().finish()
            except ForbiddenError:
                failed()
                raise
        return _begin(identity, "oidc", next_)

    def _refused() -> TooManyRequestsError:
        return TooManyRequestsError("passwords_wrong", retry_after=60)

    def _provider() -> Provider:
        if oidc_provider is None:
            raise ForbiddenError("oidc_not_set_up")
        return oidc_provider

    def _form(*, wrong: bool = False) -> str:
        session[_PENDING] = session.get(_PENDING) or secrets.token_urlsafe(32)
        return render_template(
            "login.html",
            token=session[_PENDING],
            next=local_path(request.values.get("next", "")),
            wrong=wrong,
            ended="ended" in request.args and not wrong,
            name=request.form.get("name", ""),
            provider=oidc_provider is not None,
        )

    def _begin(identity: Identity, known_by: str, next_: str) -> Response:
        g.logged_in = identity.name  # for the audit log
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
    if len(target) > LOCAL_ADDRESS_CHARACTERS:
        return "/"
    try:
        parts = urlsplit(target.replace("\\", "/"))
    except ValueError:  # such as half of an IPv6 address
        return "/"
    is_ours = target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc
    return target if is_ours and target.isprintable() and "\\" not in target else "/"


_NEXT = "login_next"
_CONNECT_SECONDS = 10.0


class Provider:
    """The OpenID Connect provider that ``settings`` name. Discovery, PKCE, state and signature are Authlib's work.

    Raises UsageError when Authlib is not installed.
    """

    def __init__(self, app: Flask, settings: Settings) -> None:
        try:
            from authlib.integrations.flask_client import OAuth
        except ImportError as error:
            raise UsageError("oidc_not_installed") from error
        self._settings = settings
        self._scopes = read_scopes(settings.oidc_scopes.replace(",", " ").split())
        self._client: Any = OAuth(app).register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile email",
                "code_challenge_method": "S256",
                "timeout": _CONNECT_SECONDS,
            },
        )

    def begin(self, next_: str) -> Response:
        """Send the browser to the provider."""
        session[_NEXT] = local_path(next_)
        path = url_for("login.returned")
        public = self._settings.public_url
        address = f"{public}{path}" if public else url_for("login.returned", _external=True)
        response: Response = self._asked(lambda: self._client.authorize_redirect(address))
        return response

    def finish(self) -> tuple[Identity, str]:
        """Who came back from the provider, and where they wanted to go. Raises ForbiddenError for a forged return."""
        claims = self._asked(lambda: self._client.authorize_access_token().get("userinfo") or {})
        name = claims.get("preferred_username") or claims.get("email") or claims.get("sub")
        if not name or claims.get("iss", "").rstrip("/") != self._settings.oidc_issuer:
            raise ForbiddenError("oidc_nameless")
        return Identity(f"oidc:{name}"[:200], self._scopes, self._groups(claims)), session.pop(_NEXT, "/")

    def _groups(self, claims: dict[str, Any]) -> tuple[str, ...] | None:
        """A person whose token names no groups sees only documents that are open to everybody."""
        claim = self._settings.oidc_groups_claim
        if not claim:
            return None
        found = claims.get(claim) or []
        return tuple(sorted({str(group) for group in ([found] if isinstance(found, str) else found)}))

    def _asked(self, call: Any) -> Any:
        import requests
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        try:
            return call()
        except requests.RequestException as error:
            raise ServiceUnavailableError("oidc_unreachable") from error
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise ForbiddenError("oidc_answer_invalid") from error
