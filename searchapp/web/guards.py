"""Who may ask: other web sites must neither act through a visitor's browser nor read private documents."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, request

from searchapp.errors import ForbiddenError, UsageError
from searchapp.settings import Authentication
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.problems import is_for_programs

OPEN_TO_SITES = frozenset({"static", "health.healthz", "health.readyz"})
"""Cost nothing, and tell nothing."""


def register(app: Flask, host: str, auth: Authentication) -> None:
    """Check every request before its handler; ``host`` is the address that ``app`` is served on.

    Raises UsageError where that address would show the documents to a network without asking who reads them.
    """
    if auth is Authentication.OFF and not is_loopback(host):
        raise UsageError("serving_openly", host=host)

    @app.before_request
    def guard() -> None:
        check(auth)


def check(auth: Authentication) -> None:
    """Raise ForbiddenError where this request comes under another host's name, or through another web site."""
    # With a login, a name that was bent to this machine brings no cookie of ours and sees nothing. The package's
    # own scripts and styles are the same everywhere and for everybody, and the page of the refusal needs them.
    if auth is Authentication.OFF and request.endpoint != "static":
        refuse_foreign_host(request.host)
    if request.method not in SAFE_METHODS:
        refuse_other_site(request.host, request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin"))
    elif request.endpoint not in OPEN_TO_SITES and not _opens_a_page():
        # Another site reads none of it, but may have it computed as often as it likes.
        refuse_other_site(request.host, request.headers.get("Sec-Fetch-Site"), None)


def _opens_a_page() -> bool:
    """Whether somebody follows a link to a page of ours, which the browser shows as a whole, with no site around it."""
    sent = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return sent == ("navigate", "document") and not is_for_programs()


def is_loopback(host: str) -> bool:
    """Whether ``host`` (a name or an address, without port) is this machine and no other."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def refuse_foreign_host(host_header: str) -> None:
    """Raise ForbiddenError unless the Host header names this machine.

    DNS rebinding points a hostile name at 127.0.0.1; the browser then takes the page for that site's own.
    """
    try:
        name = urlsplit(f"//{host_header}").hostname or ""
    except ValueError:
        name = ""
    if not is_loopback(name):
        raise ForbiddenError("host_foreign", name=name) if name else ForbiddenError("host_nameless")


def refuse_other_site(host_header: str, fetch_site: str | None, origin: str | None) -> None:
    """Raise ForbiddenError when a browser sends a request on behalf of another site.

    Browsers state the relation in Sec-Fetch-Site; older ones send only Origin. Programs such as curl send neither
    and act for nobody else.
    """
    if fetch_site is not None:
        allowed = fetch_site in ("same-origin", "none")
    else:
        allowed = origin is None or _place(origin) == host_header.lower()
    if not allowed:
        raise ForbiddenError("site_foreign")


def _place(origin: str) -> str | None:
    """The host and port that an Origin header names; None where it is no address."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None
