"""A small OpenID provider for tests: a fake, and named so, that speaks the real wire format.

Discovery, JWKS, the authorisation code flow with PKCE, and ID tokens signed with RS256. It logs in who comes as
``claims`` say. ``fault`` makes one thing of its next answers wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "searchapp-test", "a-secret-of-the-client"


class Provider(ThreadingHTTPServer):
    """Its state: keys, codes that were given out, and what is to go wrong."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.stranger = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.claims: dict[str, Any] = {"sub": "42", "preferred_username": "ada", "groups": ["law"]}
        self.fault = ""
        self.asked: list[dict[str, str]] = []

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://other.example" if self.fault == "issuer" else self.issuer,
            "aud": "another-client" if self.fault == "audience" else CLIENT,
            "iat": now - (7200 if self.fault == "expired" else 0),
            "exp": now + (-3600 if self.fault == "expired" else 300),
            "nonce": "another" if self.fault == "nonce" else nonce,
            **self.claims,
        }
        if self.fault == "unsigned":
            return _signed({"alg": "none", "typ": "JWT"}, claims, None)
        if self.fault == "secret-as-key":  # HS256 with what everybody can read in the JWKS
            return _signed({"alg": "HS256", "kid": "one"}, claims, self.key.as_pem(private=False))
        key = self.stranger if self.fault == "signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def _signed(header: dict[str, str], claims: dict[str, Any], secret: bytes | None) -> str:
    """A token as an attacker makes one by hand; a library would refuse to."""
    body = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    return f"{body}.{_base64(hmac.digest(secret, body.encode(), 'sha256')) if secret else ''}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        issuer = self.server.issuer
        if parts.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/jwks",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif parts.path == "/jwks":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            self.server.asked.append(asked)
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()

    def do_POST(self) -> None:
        sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        asked = self.server.codes.pop(sent.get("code", ""), None)  # a code is good once
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = _base64(digest)
        credentials = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != sent["redirect_uri"]:
            self._json({"error": "invalid_grant"}, 400)
        elif credentials != f"{CLIENT}:{SECRET}":
            self._json({"error": "invalid_client"}, 401)
        else:
            token = self.server.token(asked["nonce"])
            self._json({"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider on a free port."""
    provider = Provider()
    threading.Thread(target=provider.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
