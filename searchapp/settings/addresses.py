"""Addresses among the settings: what can be used, what may be shown, and whether they lead off this machine."""

from __future__ import annotations

import base64
import ipaddress
import re
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_HOST = re.compile(r"[\w.-]{1,253}|[0-9A-Fa-f:.]{2,45}(?:%\w{1,20})?")


def web_address(value: str) -> str:
    """An address without the slash at its end; "" stays so.

    Raises ValueError for another scheme than http(s), and where host or port cannot be read. What stands in the address
    is not repeated: a password may be among it.
    """
    if not value:
        return value
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    try:
        read = urlsplit(value)
        host = (read.hostname or "").encode("idna").decode()
        readable = _HOST.fullmatch(host) and read.port != 0 and not read.fragment and value.isprintable()
    except ValueError:  # UnicodeError too
        readable = None
    if not readable:
        raise ValueError(
            "must name a host, and a port from 1 to 65535 if any; in a user or password / # ? @ : are written %2F %23 "
            "%3F %40 %3A"
        )
    return value.rstrip("/")


def cloud_address(cloud_id: str) -> str:
    """The address of Elasticsearch in a Cloud ID: a name, a colon, and in Base64 ``domain:port$uuid:port$uuid``.

    Raises ValueError for what is none.
    """
    try:
        domain, uuid, *_ = base64.b64decode(cloud_id.rpartition(":")[2], validate=True).decode("ascii").split("$")
        (host, _, port), (uuid, _, own_port) = domain.partition(":"), uuid.partition(":")
        return web_address(f"https://{uuid}.{host}:{int(own_port or port or 443)}" if uuid and host else "https://")
    except ValueError:
        raise ValueError("must be the Cloud ID that the page of the deployment shows") from None


WebAddress = Annotated[str, AfterValidator(web_address)]
"""An address of HTTP or HTTPS, or an empty text."""


def parts(value: object) -> object:
    """The parts of a text between commas and spaces; anything else as it is."""
    return [part for part in re.split(r"[,\s]+", value) if part] if isinstance(value, str) else value


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(parts)]
"""Networks and addresses, parted by commas."""


def host_of(url: str) -> str:
    """Host, and port where one is named; never the user and password that may stand before them."""
    read = urlsplit(url)
    host = read.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{read.port}" if read.port else host


def is_this_machine(url: str) -> bool:
    """Whether the address is one of the loopback interface: localhost, 127.0.0.0/8, ::1."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def header_key(value: SecretStr) -> SecretStr:
    """What a header can carry: a key that was pasted with its line end would break the request, or a log."""
    key = value.get_secret_value().strip()
    if not key.isascii() or not key.isprintable():
        raise ValueError("must be one line of ASCII characters")
    return SecretStr(key)
