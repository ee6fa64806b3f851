"""Login by an OpenID Connect provider, through Authlib: discovery, PKCE, state, nonce and signature are its work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, session, url_for

from searchapp.access import Identity, read_scopes
from searchapp.errors import ForbiddenError, ServiceUnavailableError, UsageError
from searchapp.settings import Settings

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

_NEXT = "login_next"
_CONNECT_SECONDS = 10.0


class Provider:
    """The provider that ``settings`` name. Raises UsageError when Authlib is not installed."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        try:
            from authlib.integrations.flask_client import OAuth
        except ImportError as error:
            raise UsageError(
                "SEARCHAPP_OIDC_ISSUER is set, and Authlib is not installed.", "pip install 'searchapp[oidc]'"
            ) from error
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
        session[_NEXT] = next_
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
            raise ForbiddenError("The provider did not say who you are.", "Log in again.")
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
            raise ServiceUnavailableError(
                "The OpenID Connect provider does not answer.", "Try again; SEARCHAPP_OIDC_ISSUER says where it is."
            ) from error
        except (AuthlibBaseError, JoseError, ValueError) as error:
            raise ForbiddenError("The provider's answer does not hold.", "Log in again at /login.") from error
