"""What leaves this machine: where a server's address leads, and what is said of text that goes there."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.messages import Message
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of, is_this_machine
from searchapp.settings.serving import LanguageProvider

PROVIDER = "openai"


@dataclass(frozen=True, slots=True)
class Leaving:
    """That text goes to ``host``, whether readable on the way, and its price per million tokens where it is known."""

    host: str
    is_encrypted: bool
    price: float | None = None
    is_question: bool = False
    """Whether it is sent to be answered from, rather than to be embedded."""

    @property
    def sentence(self) -> Message:
        """All of it for a person; the remedy says how text stays here."""
        if self.is_question:
            return Message("questions_leave" if self.is_encrypted else "questions_leave_unencrypted", host=self.host)
        cost = "" if self.price is None else Message("embedding_cost", price=self.price)
        return Message("text_leaves" if self.is_encrypted else "text_leaves_unencrypted", host=self.host, cost=cost)


def leaving(settings: Settings) -> Leaving | None:
    """What the configured embedding model sends elsewhere; None when it is on this machine."""
    provider, _, _ = settings.embedding_model.partition(":")
    url = settings.openai_base_url
    if provider != PROVIDER or is_this_machine(url):
        return None
    return Leaving(host_of(url), url.startswith("https://"), settings.embedding_price)


def questions_leave(settings: Settings) -> Leaving | None:
    """What the configured language model sends elsewhere; None when it is on this machine, or Ollama's.

    An Ollama elsewhere is one of one's own: it has no price and no other customers.
    """
    url = settings.llm_base_url
    if settings.language_model.provider is not LanguageProvider.OPENAI or is_this_machine(url):
        return None
    return Leaving(host_of(url), url.startswith("https://"), is_question=True)


def all_leaving(settings: Settings) -> list[Leaving]:
    """Both."""
    return [one for one in (leaving(settings), questions_leave(settings)) if one]
