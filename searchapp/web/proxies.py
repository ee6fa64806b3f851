"""Who the client is where proxies stand before the server: what they say counts, what anybody else says does not."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

from searchapp.settings import Settings

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_SPOKEN_BY_PROXIES = ("FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_FORWARDED_PORT")


def behind(app: Wsgi, settings: Settings) -> Wsgi:
    """``app``, which is told the client's address, host and scheme as the proxies of ``settings`` say them.

    The one place that reads their headers: waitress passes them on as they came (``server.open_server``), and they are
    taken out where no proxy is trusted, or who connects is none of ``proxy_networks``.
    """
    count, networks = settings.trusted_proxies, settings.proxy_networks
    told = ProxyFix(app, x_for=count, x_proto=count, x_host=count)

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if count and any(_address(environ.get("REMOTE_ADDR", "")) in network for network in networks):
            return told(environ, start_response)
        for name in _SPOKEN_BY_PROXIES:
            environ.pop(f"HTTP_{name}", None)
        return app(environ, start_response)

    return call


def place(address: str | None) -> str:
    """The place that limits count by: an address, of IPv6 the network of 64 bits that each customer is given."""
    found = _address(address or "")
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
