"""A source on its way to a document: its address or path, what is remembered of it, and what was read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

from searchapp.errors import SourceError
from searchapp.model import Space, document_id

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEEP = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """One thing to load: ``source`` is an absolute path or a normalised web address, ``id`` the document's id.

    ``space`` as in ``document_id``. ``within`` is the folder that a file must lie in when it is read, whatever links
    there are on its way; empty where its links are followed. ``fetched`` is the page itself where a crawl had to read
    it for its links already, and the bytes of a member of an ``archive`` (its source; empty for all others).
    """

    source: str
    id: str
    space: Space = None
    within: str = field(default="", compare=False)
    fetched: RawSource | None = field(default=None, compare=False, repr=False)
    archive: str = ""

    @property
    def is_url(self) -> bool:
        """Whether the source is a web address (else it is a file)."""
        return is_web_address(self.source)


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A target (or what is inside one) that cannot be a source, and why. It costs only itself. ``archive`` as above."""

    source: str
    id: str
    error: SourceError
    space: Space = None
    archive: str = ""


@dataclass(frozen=True, slots=True)
class RawSource:
    """A source's bytes, before parsing.

    ``content_hash`` is the SHA-256 of ``data`` in hex. ``modified`` is the file's or the web server's date, in UTC.
    ``content_type`` is a web server's word, empty for files. ``address`` is where a web page was found in the end,
    after redirects, and ``version`` what to remember of it.
    ``not_modified``: the server says that the version asked about still stands; ``data`` is empty then, and
    ``content_hash`` that version's.
    """

    ref: SourceRef
    data: bytes = field(repr=False)
    content_hash: str
    modified: dt.datetime | None = None
    content_type: str = ""
    address: str = ""
    version: PageVersion | None = None
    not_modified: bool = False


def reference(source: str, space: Space = None, within: str = "") -> SourceRef:
    """The source as one thing to load."""
    return SourceRef(source, document_id(source, space), space, within)


def is_web_address(source: str) -> bool:
    """Whether ``source`` is a web address and not a path."""
    return source.lower().startswith(("http://", "https://"))


def normalise_address(address: str) -> str:
    """One spelling for each page: lower-case host, no default port, no fragment, characters escaped.

    Raises SourceError for other schemes, for an address without a host, and for one that carries a password: a source
    is stored and shown, so it must hold no secret.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError is one too
        raise SourceError("address_invalid", url=shown(address)) from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise SourceError("scheme_unsupported", url=shown(address))
    if not host or any(character.isspace() for character in host):
        raise SourceError("address_without_host", url=shown(address))
    if parts.username is not None or parts.password is not None:
        raise SourceError("address_with_password", url=shown(address))
    place = f"[{host}]" if ":" in host else host.lower()
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return urlunsplit((parts.scheme, place, quote(parts.path, _KEEP) or "/", quote(parts.query, _KEEP + "?"), ""))


def shown(address: str) -> str:
    """The address as errors name it: without user name, password and query, each of which may hold a secret."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return "…"
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"


@dataclass(frozen=True, slots=True)
class PageVersion:
    """The version of a page that we hold: the server's own marks of it (RFC 9110, 8.8) and our hash of its bytes.

    ``links`` are the addresses that it names, ``canonical`` the one that it calls its own, and ``sketch`` is of its
    text (``copies.sketch``), for a crawl that goes on from an unchanged page; None where they were not looked for.
    ``refreshed_to`` is the address that a meta refresh led to, whose version this is; empty where none did.
    """

    content_hash: str
    etag: str = ""
    last_modified: str = ""
    links: tuple[str, ...] | None = None
    canonical: str = ""
    sketch: tuple[int, ...] | None = None
    refreshed_to: str = ""
