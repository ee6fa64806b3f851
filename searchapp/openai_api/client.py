"""Requests to ``/embeddings``. The key goes to the host that the settings name, and nowhere else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import SecretStr

from searchapp.errors import ServiceUnavailableError
from searchapp.openai_api.answers import Embedded, busy, not_the_protocol, read_answer, refusal
from searchapp.openai_api.retrying import PATIENT, WORTH_REPEATING, Retries, asked_pause, own_pause
from searchapp.settings.addresses import host_of, is_this_machine

CONNECT_SECONDS = 5.0
BYTES_A_TEXT = 1 << 17
"""More than an answer holds for one text: 4,096 dimensions of 22 characters are 90,000 bytes."""
LEAST_BYTES = 1 << 16


@dataclass
class EmbeddingsServer:
    """One server, for many threads. ``timeout`` is the most seconds that one request may take.

    Methods raise ServiceUnavailableError when it does not answer or is too busy, ServiceRefusedError when it refuses
    the key, ModelUnavailableError when the model is not there or its answer cannot be used.
    """

    url: str
    key: SecretStr
    timeout: float = 120.0
    _quiet_until: float = field(default=0.0, init=False)
    """Until when, by the monotonic clock, the server asked to be left alone."""

    @cached_property
    def _client(self) -> Any:
        import httpx

        return httpx.Client(
            timeout=httpx.Timeout(self.timeout, connect=min(self.timeout, CONNECT_SECONDS)),
            follow_redirects=False,  # the key would go along to wherever the answer points
            # A proxy of the environment would carry what is meant for this machine off it.
            trust_env=not is_this_machine(self.url),
        )

    @property
    def shown(self) -> str:
        """Its host and port."""
        return host_of(self.url)

    def embed(
        self, model: str, texts: Sequence[str], dimensions: int | None = None, retries: Retries = PATIENT
    ) -> Embedded:
        """One vector for each of ``texts``, of which there is at least one."""
        # No encoding_format: numbers are what every server answers unasked, and base64 only some.
        request: dict[str, object] = {"model": model, "input": [_sendable(text) for text in texts]}
        if dimensions is not None:
            request["dimensions"] = dimensions
        most = LEAST_BYTES + BYTES_A_TEXT * len(texts)
        for attempt in range(retries.attempts):
            self._wait_until_welcome(retries.longest)
            status, headers, body = self._sent("POST", "embeddings", request, most)
            if status == 200:
                return read_answer(body, len(texts), self.shown)
            error = refusal(status, body, self.shown, model)
            if status not in WORTH_REPEATING or not isinstance(error, ServiceUnavailableError):
                break
            asked = asked_pause(headers)
            if asked is not None:
                self._quiet_until = time.monotonic() + asked
            elif attempt + 1 < retries.attempts:
                time.sleep(own_pause(attempt))
        raise error

    def _wait_until_welcome(self, longest: float) -> None:
        """Wait for the end of the time that the server asked for; raises where that is longer than ``longest``."""
        left = self._quiet_until - time.monotonic()
        if left > longest:
            raise busy(self.shown)
        if left > 0:
            time.sleep(left)

    def check(self) -> None:
        """Ask for the list of models, which costs nothing; a server that has no such list is there all the same."""
        status, _, body = self._sent("GET", "models", None, BYTES_A_TEXT * 64)
        if status in (401, 403) or status >= 500:
            raise refusal(status, body, self.shown, "")

    def _sent(self, method: str, path: str, request: object, most: int) -> tuple[int, Mapping[str, str], bytes]:
        key = self.key.get_secret_value()
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        content = None if request is None else json.dumps(request).encode()
        ends = time.monotonic() + self.timeout
        with (
            self._errors(),
            self._client.stream(method, f"{self.url}/{path}", content=content, headers=headers) as response,
        ):
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > most:
                    raise not_the_protocol(self.shown)
                if time.monotonic() > ends:  # the client's own limit is for silence, not for the whole
                    raise self._late()
            return response.status_code, response.headers, bytes(body)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except httpx.TimeoutException:
            raise self._late() from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            # Not chained: a message of the library may hold the address with its password.
            raise ServiceUnavailableError("embeddings_server_away", server=self.shown) from None

    def _late(self) -> ServiceUnavailableError:
        return ServiceUnavailableError("embeddings_server_slow", server=self.shown)


def _sendable(text: str) -> str:
    """Half a pair of UTF-16, which a damaged document may hold, is no JSON for a server; no more is an empty text."""
    return text.encode("utf-8", "replace").decode() or " "
