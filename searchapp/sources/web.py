"""Fetches one web page, with limits on size, time and redirects, and never from a private network unasked."""

from __future__ import annotations

import datetime as dt
import email.utils
import time
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from searchapp.errors import SourceError
from searchapp.sources.addresses import normalise_address, shown
from searchapp.sources.guard import GuardedTransport, Networks
from searchapp.sources.page_version import PageVersion

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
_TRY_LATER = "Try again later."
_DOWNLOAD = "Download it yourself and add the file."


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
    # No proxy from the environment: behind one, it is the proxy that resolves names, and the guard would see nothing.
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
            raise SourceError(f"{shown(url)} did not answer in time.", _TRY_LATER) from error
        except httpx.DecodingError as error:
            raise SourceError(f"{shown(url)} answered with damaged data.", _TRY_LATER) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise SourceError(f"{shown(url)} leads to an address that is not valid.", _DOWNLOAD) from error
        except httpx.HTTPError as error:
            reason = "its certificate is not trusted" if "CERTIFICATE" in str(error).upper() else "no connection"
            raise SourceError(
                f"{shown(url)} cannot be reached: {reason}.", "Check the address and the network connection."
            ) from error
    raise SourceError(f"{shown(url)} redirects more than {MOST_REDIRECTS} times.", _DOWNLOAD)


def _conditions(version: PageVersion | None) -> dict[str, str]:
    if version is None:
        return {}
    conditions = {"If-None-Match": version.etag, "If-Modified-Since": version.last_modified}
    return {name: value for name, value in conditions.items() if value}


def _mark(response: httpx.Response, header: str) -> str:
    value: str = response.headers.get(header, "")
    return value if len(value) <= LONGEST_MARK else ""


def _body(response: httpx.Response, url: str, max_bytes: int, deadline: float) -> bytes:
    too_large = SourceError(
        f"{shown(url)} is larger than {max_bytes >> 20} MiB.",
        "Raise SEARCHAPP_MAX_FILE_MB if it is meant to be that large.",
    )
    announced = response.headers.get("Content-Length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > max_bytes:
        raise too_large
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > max_bytes:
            raise too_large
        if time.monotonic() > deadline:
            raise SourceError(f"{shown(url)} took longer than {TOTAL_SECONDS:.0f} s to arrive.", _TRY_LATER)
    return bytes(data)


def _check_status(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in (HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION):
        return
    name = shown(url)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise GoneError(f"{name} does not exist (the server answered {status}).", "Check the address.")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED):
        raise NotThereError(f"{name} is not open to everybody (the server answered {status}).", _DOWNLOAD)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise SourceError(f"{name} cannot be had at the moment (the server answered {status}).", _TRY_LATER)
    raise NotThereError(f"{name} sent no page (the server answered {status}).", _DOWNLOAD)


def _date(value: str) -> dt.datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or dt.UTC).astimezone(dt.UTC)
