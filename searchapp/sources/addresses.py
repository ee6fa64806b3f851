"""Which addresses a fetch may connect to: those of the open internet, and of networks that the operator allows."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from typing import TypeAlias

from searchapp.errors import SourceError
from searchapp.sources.source import shown

# Everything of IANA's registries of special-purpose addresses, and what is set aside besides (multicast, reserved).
# Those of them that can be reached from everywhere (AS112, relays) hold no documents.
# https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry, both as of 2025
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    2001::/23 2001:db8::/32 2620:4f:8000::/48 3fff::/20
    """.split()
)
_GLOBAL6 = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out so far; nobody who may be asked has another prefix (5f00::/16, fec0::/10, 100::/64)."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""The upper half of an interface's id that carries an IPv4 address in the lower one (RFC 5214, 6.1)."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks: TypeAlias = "Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]"


def is_public(address: IPAddress) -> bool:
    """Whether the address lies on the open internet, the IPv4 address inside it too where it carries one."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = _carried(address)
        if not all(map(is_public, carried)):
            return False
        if address.ipv4_mapped is not None or address in _NAT64:
            return True
        if address not in _GLOBAL6:
            return False
    return not any(address in network for network in _SPECIAL if network.version == address.version)


def _carried(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses to which an IPv6 address leads in the end."""
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    last = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        inner.append(ipaddress.IPv4Address(last))
    return [one for one in inner if one is not None]


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


def vet(host: str, port: int, url: str, allowed: Networks = ()) -> list[IPAddress]:
    """The addresses that a request to ``host`` may connect to, never empty; ``url`` is what errors name.

    ``allowed`` are the private networks that the operator permits. Raises SourceError for an unknown host, and when any
    of its addresses lies in another private network.
    """
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError, ValueError) as error:
        raise SourceError("host_unknown", url=shown(url)) from error
    if not all(is_permitted(address, allowed) for address in addresses):
        raise SourceError("network_private", url=shown(url))
    return addresses
