"""Fetches one web page, with limits on size, time and redirects, and never from a private network unasked."""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin

import httpcore
import httpx

from searchapp.errors import SourceError
from searchapp.sources.addresses import Networks
from searchapp.sources.connection import GuardedNetwork, Patience
from searchapp.sources.decompression import ACCEPTED, unpacked
from searchapp.sources.source import PageVersion, normalise_address, shown

MOST_REDIRECTS = 5
TOTAL_SECONDS = 120.0
"""For all of a fetch, its redirects too."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

LONGEST_MARK = 1024
"""Of an ETag or a date; what is longer is no mark but a burden."""

_HEADERS = {
    "User-Agent": "searchapp (document fetcher)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/markdown,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": ACCEPTED,
}


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


def fetch(
    url: str,
    *,
    max_bytes: int,
    allowed: Networks = (),
    version: PageVersion | None = None,
    given_up: Callable[[], bool] = lambda: False,
) -> Fetched:
    """Fetch ``url``, following at most five redirects, each one vetted like the first.

    With ``version`` the server is asked to send the page only if it is another one. ``given_up`` is asked every second
    whether nobody wants the page any more.

    Raises SourceError in every case that does not end in a page of at most ``max_bytes`` bytes.
    """
    patience = Patience(TOTAL_SECONDS, given_up)
    headers = [*_HEADERS.items(), *_conditions(version).items()]
    # No proxy from the environment: behind one, it is the proxy that resolves names, and addresses would go unchecked.
    with httpcore.ConnectionPool(_tls(), network_backend=GuardedNetwork(allowed, patience)) as pool:
        current = url
        try:
            for _ in range(MOST_REDIRECTS + 1):
                patience.url = current
                with pool.stream("GET", current, headers=headers) as response:
                    told = httpx.Headers(response.headers)
                    if response.status in _REDIRECTS and "Location" in told:
                        current = normalise_address(urljoin(current, told["Location"]))
                        continue
                    not_modified = version is not None and response.status == HTTPStatus.NOT_MODIFIED
                    if not not_modified:
                        _check_status(response.status, url)
                    return Fetched(
                        data=b"" if not_modified else _body(response, told, url, max_bytes),
                        content_type=told.get("Content-Type", ""),
                        url=current,
                        modified=_date(told.get("Last-Modified", "")),
                        etag=_mark(told, "ETag"),
                        last_modified=_mark(told, "Last-Modified"),
                        not_modified=not_modified,
                    )
        except httpcore.TimeoutException as error:
            raise SourceError("page_timed_out", url=shown(url)) from error
        except zlib.error as error:
            raise SourceError("page_damaged", url=shown(url)) from error
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, ValueError) as error:
            raise SourceError("redirect_invalid", url=shown(url)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            distrusted = "CERTIFICATE" in str(error).upper()
            raise SourceError("certificate_distrusted" if distrusted else "host_unreachable", url=shown(url)) from error
    raise SourceError("too_many_redirects", url=shown(url), most=MOST_REDIRECTS)


@functools.cache
def _tls() -> ssl.SSLContext:
    """The certificates of certifi, read once; no variable of the environment adds to them."""
    return httpx.create_ssl_context(trust_env=False)


def _conditions(version: PageVersion | None) -> dict[str, str]:
    if version is None:
        return {}
    conditions = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _mark(told: httpx.Headers, header: str) -> str:
    value: str = told.get(header, "")
    return value if len(value) <= LONGEST_MARK else ""


def _body(response: httpcore.Response, told: httpx.Headers, url: str, max_bytes: int) -> bytes:
    announced = told.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > max_bytes:
        raise SourceError("file_too_large", name=shown(url), mb=max_bytes >> 20)
    return unpacked(response.iter_stream(), told.get("Content-Encoding", ""), url, max_bytes)


def _check_status(status: int, url: str) -> None:
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
