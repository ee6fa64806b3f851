"""How Ollama is reached: where, as whom, and with no proxy on the way to this machine. Every call goes by way of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from searchapp.redaction import HIDDEN
from searchapp.settings.addresses import host_of, is_this_machine

if TYPE_CHECKING:
    import httpx
    import ollama

CONNECT_SECONDS = 3.0
NO_KEY = SecretStr("")


@dataclass(frozen=True)
class Access:
    """One address, which may have a user and password and a path, and a ``key`` for a proxy or service in front.

    A user in the address goes before the key: it was written for this server. ``timeout`` is the longest silence in
    seconds before a call is given up.
    """

    url: str = field(repr=False)
    key: SecretStr = NO_KEY
    timeout: float = 120.0

    @cached_property
    def shown(self) -> str:
        """The address without user and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{host_of(self.url)}{parts.path.rstrip('/')}"

    @cached_property
    def _authorization(self) -> str:
        parts, key = urlsplit(self.url), self.key.get_secret_value()
        if parts.username or parts.password:
            who = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            return f"Basic {base64.b64encode(who.encode()).decode()}"
        return f"Bearer {key}" if key else ""

    def without_secrets(self, text: str) -> str:
        """What a server said, which may repeat what it was sent."""
        _, _, sent = self._authorization.partition(" ")
        password = urlsplit(self.url).password or ""
        for secret in filter(None, (sent, password, unquote(password))):
            text = text.replace(secret, HIDDEN)
        return text

    @property
    def _options(self) -> dict[str, Any]:
        import httpx

        authorization = self._authorization
        return {
            "timeout": httpx.Timeout(self.timeout, connect=min(self.timeout, CONNECT_SECONDS)),
            "headers": {"authorization": authorization} if authorization else {},
            # httpx keeps the header from another host.
            "follow_redirects": True,
            # A proxy of the environment would carry what is meant for this machine off it.
            "trust_env": not is_this_machine(self.url),
        }

    def client(self, **options: Any) -> ollama.Client:
        """Ollama's own client; ``options`` are httpx's."""
        from ollama import Client

        return Client(host=self.shown, **self._options, **options)

    def http(self) -> httpx.Client:
        """For what Ollama's client has no call for, or drops the answer of."""
        import httpx

        return httpx.Client(base_url=self.shown, **self._options)
