"""What leaves this machine: where a server's address leads, and what is said of text that goes there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from searchapp.messages import Message
from searchapp.settings import Settings

PROVIDER = "openai"


def host_of(url: str) -> str:
    """Host, and port where one is named; never the user and password that may stand before them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host


def is_this_machine(url: str) -> bool:
    """Whether the address is one of the loopback interface: localhost, 127.0.0.0/8, ::1."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Leaving:
    """That text goes to ``host``, whether readable on the way, and its price per million tokens where it is known."""

    host: str
    is_encrypted: bool
    price: float | None

    @property
    def sentence(self) -> Message:
        """All of it for a person; the remedy says how text stays here."""
        cost = "" if self.price is None else Message("embedding_cost", price=self.price)
        return Message("text_leaves" if self.is_encrypted else "text_leaves_unencrypted", host=self.host, cost=cost)


def leaving(settings: Settings) -> Leaving | None:
    """What the configured embedding model sends elsewhere; None when it is on this machine."""
    provider, _, _ = settings.embedding_model.partition(":")
    url = settings.openai_base_url
    if provider != PROVIDER or is_this_machine(url):
        return None
    return Leaving(host_of(url), url.startswith("https://"), settings.embedding_price)
