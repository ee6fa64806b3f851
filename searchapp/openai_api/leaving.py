"""What leaves this machine: where a server's address leads, and what is said of text that goes there."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.messages import Message
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of, is_this_machine

PROVIDER = "openai"


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
