"""Which addresses a fetch may connect to: those of the open internet, and of networks that the operator allows."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import TypeAlias

import httpx

from searchapp.errors import SourceError
from searchapp.sources.source import shown

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks: TypeAlias = "Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]"


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
