"""Web addresses as names: how one is written, and how it is shown."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

from searchapp.errors import SourceError

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEEP = "/%:@!$&'()*+,;=~-._"


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
        raise SourceError(f"{shown(address)} is not a valid web address.", "Check its spelling.") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise SourceError(
            f"{shown(address)} cannot be fetched: only http:// and https:// addresses are.",
            "Download it yourself and add the file.",
        )
    if not host or any(character.isspace() for character in host):
        raise SourceError(f"{shown(address)} is not a valid web address: it names no host.", "Check its spelling.")
    if parts.username is not None or parts.password is not None:
        raise SourceError(
            f"{shown(address)} carries a user name or password, which would be stored and shown.",
            "Download the page yourself and add the file.",
        )
    place = f"[{host}]" if ":" in host else host.lower()
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return urlunsplit((parts.scheme, place, quote(parts.path, _KEEP) or "/", quote(parts.query, _KEEP + "?"), ""))


def shown(address: str) -> str:
    """The address as errors name it: without user name, password and query, each of which may hold a secret."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return "The address"
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"
