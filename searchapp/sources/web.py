"""Fetches one web page, with limits on size, time and redirects, and never from a private network unasked.

A host's addresses are vetted, and the connection goes to a vetted one. Vetting a name and then connecting by that name
would leave a gap: the name's owner may answer the second question with another address. So the transport replaces the
host by the vetted address; the Host header and the name in the TLS handshake stay.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import ipaddress
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

import httpx

from searchapp.errors import SourceError
from searchapp.sources.source import PageVersion, normalise_address, shown

MOST_REDIRECTS = 5
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 20.0
TOTAL_SECONDS = 120.0
"""A server that sends a byte now and then never falls silent; this ends it."""

LONGEST_MARK = 1024
"""Of an ETag or a date; what is longer is no mark but a burden."""

_HEADERS = {
    "User-Agent": "searchapp (document fetcher)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain;q=0.9,*/*;q=0.5",
}

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks: TypeAlias = "Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]"


class NotThereError(SourceError):
    """The server answers, and says that there is no such page, or none for us (4xx)."""


class GoneError(NotThereError):
    """The server says that there is no such page (404, 410)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a web server sent.

    ``url`` is the address that answered in the end; ``etag`` and ``last_modified`` are its headers of these names, and
    ``modified`` is the latter as a time. ``not_modified``: it sent no page, since the one asked about still stands.
    """

    data: bytes
    content_type: str
    url: str
    modified: dt.datetime | None
    etag: str = ""
    last_modified: str = ""
    not_modified: bool = False


def fetch(url: str, *, max_bytes: int, allowed: Networks = (), version: PageVersion | None = None) -> Fetched:
    """Fetch ``url``, following at most five redirects, each one vetted like the first.

    With ``version`` the server is asked to send the page only if it is another one.

    Raises SourceError in every case that does not end in a page of at most ``max_bytes`` bytes.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    timeout = httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    # No proxy from the environment: behind one, it is the proxy that resolves names, and addresses would go unchecked.
    with httpx.Client(
        transport=GuardedTransport(allowed),
        timeout=timeout,
        headers=_HEADERS,
        trust_env=False,
    ) as client:
        current = url
        try:
            for _ in range(MOST_REDIRECTS + 1):
                with client.stream("GET", current, headers=_conditions(version)) as response:
                    if response.has_redirect_location:
                        current = normalise_address(str(response.url.join(response.headers["Location"])))
                        continue
                    not_modified = version is not None and response.status_code == HTTPStatus.NOT_MODIFIED
                    if not not_modified:
                        _check_status(response, url)
                    return Fetched(
                        data=b"" if not_modified else _body(response, url, max_bytes, deadline),
                        content_type=response.headers.get("Content-Type", ""),
                        url=current,
                        modified=_date(response.headers.get("Last-Modified", "")),
                        etag=_mark(response, "ETag"),
                        last_modified=_mark(response, "Last-Modified"),
                        not_modified=not_modified,
                    )
        except httpx.TimeoutException as error:
            raise SourceError("page_timed_out", url=shown(url)) from error
        except httpx.DecodingError as error:
            raise SourceError("page_damaged", url=shown(url)) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise SourceError("redirect_invalid", url=shown(url)) from error
        except httpx.HTTPError as error:
            distrusted = "CERTIFICATE" in str(error).upper()
            raise SourceError("certificate_distrusted" if distrusted else "host_unreachable", url=shown(url)) from error
    raise SourceError("too_many_redirects", url=shown(url), most=MOST_REDIRECTS)


def _conditions(version: PageVersion | None) -> dict[str, str]:
    if version is None:
        return {}
    conditions = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _mark(response: httpx.Response, header: str) -> str:
    value: str = response.headers.get(header, "")
    return value if len(value) <= LONGEST_MARK else ""


def _body(response: httpx.Response, url: str, max_bytes: int, deadline: float) -> bytes:
    too_large = SourceError("file_too_large", name=shown(url), mb=max_bytes >> 20)
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > max_bytes:
        raise too_large
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > max_bytes:
            raise too_large
        if time.monotonic() > deadline:
            raise SourceError("page_too_slow", url=shown(url), seconds=TOTAL_SECONDS)
    return bytes(data)


def _check_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        return
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise GoneError("page_missing", url=shown(url), status=status)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED):
        raise NotThereError("page_not_open", url=shown(url), status=status)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SourceError("page_unavailable", url=shown(url), status=status)
    raise NotThereError("page_not_sent", url=shown(url), status=status)


def _date(value: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or dt.UTC).astimezone(dt.UTC)


def is_public(address: IPAddress) -> bool:
    """Whether the address lies on the open internet, the IPv4 address inside it too where it carries one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(carried is not None and not is_public(carried) for carried in inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_permitted(address: IPAddress, allowed: Networks) -> bool:
    """Whether a request may go to ``address``: it is public, or lies in a network that the operator allows."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return is_public(address) or any(plain in network for network in allowed)


def resolve(host: str, port: int) -> list[IPAddress]:
    """All addresses of ``host``, IPv4 first (more networks carry it).

    Raises OSError when the name is unknown.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = {ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found}
    return sorted(addresses, key=lambda address: (address.version, int(address)))


def vet(url: httpx.URL, allowed: Networks = ()) -> list[IPAddress]:
    """The addresses that a request to ``url`` may connect to, never empty.

    ``allowed`` are the private networks that the operator permits. Raises SourceError for an unknown host, and when any
    of its addresses lies in another private network.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        addresses = resolve(url.host, port)
    except (OSError, UnicodeError, ValueError) as error:
        raise SourceError("host_unknown", url=shown(str(url))) from error
    if not all(is_permitted(address, allowed) for address in addresses):
        raise SourceError("network_private", url=shown(str(url)))
    return addresses


class GuardedTransport(httpx.BaseTransport):
    """An HTTP transport that connects only to vetted addresses, trying each one in turn."""

    def __init__(self, allowed: Networks = ()) -> None:
        self._allowed = allowed
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` to a vetted address of its host; raises SourceError as ``vet`` does."""
        url = request.url
        addresses = vet(url, self._allowed)
        extensions = {**request.extensions, "sni_hostname": url.host}
        for index, address in enumerate(addresses):
            pinned = httpx.Request(
                request.method,
                url.copy_with(host=str(address)),
                headers=request.headers,  # its Host header names the host, not the address
                stream=request.stream,
                extensions=extensions,
            )
            try:
                return self._inner.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise AssertionError("vet returns at least one address")

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()
