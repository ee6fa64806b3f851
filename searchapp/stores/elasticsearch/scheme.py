"""Whether an address names the scheme that its port speaks: http:// to a port with TLS fails as nothing else does.

Neither side can say what is wrong: one sends words where the other waits for a handshake. So the port is asked.
"""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

SECONDS = 2.0
"""Time for each of the two questions; what is slower is slow for another reason."""


class Misnamed(NamedTuple):
    """An address with the wrong scheme, and the code of the sentence that says so."""

    address: str
    code: str


def misnamed(where: str) -> Misnamed | None:
    """The first of the addresses (commas between them, no credentials) whose port speaks the other scheme."""
    for address in where.split(", "):
        parts = urlsplit(address)
        wants_tls = parts.scheme == "https"
        place = (parts.hostname or "", parts.port or (443 if wants_tls else 80))
        if wants_tls and not _speaks_tls(place) and _speaks_http(place):
            return Misnamed(address, "elasticsearch_without_tls")
        if not wants_tls and _speaks_tls(place):
            return Misnamed(address, "elasticsearch_with_tls")
    return None


def _speaks_tls(place: tuple[str, int]) -> bool:
    context = ssl.create_default_context()
    # Nothing is said on this connection: whose certificate it is does not matter.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(place, SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=place[0]),
        ):
            return True
    except (OSError, ValueError):  # ValueError: a name that TLS does not carry
        return False


def _speaks_http(place: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(place, SECONDS) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False
