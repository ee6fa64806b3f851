"""A server of language models that speaks OpenAI's protocol: OpenAI itself, llama.cpp, vLLM, LM Studio, Ollama's /v1.

The protocol has no call for a model's window or tokenizer. What servers offer beside it is asked for in turn: vLLM and
services tell the window in ``/models``, llama.cpp in ``/props``, LM Studio in ``/api/v0/models``; llama.cpp and vLLM
count at ``/tokenize``, llama-cpp-python at ``/extras/tokenize/count``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import SecretStr

from searchapp.errors import ServiceTimeoutError, ServiceUnavailableError
from searchapp.llm import ChatModel, ReplyPart, Vocabulary
from searchapp.llm.interrupt import Line, until_given_up
from searchapp.openai_api import chat_requests
from searchapp.openai_api.chat_refusals import refusal
from searchapp.openai_api.counting import CONTROL_TOKENS, tokenizer_of
from searchapp.openai_api.stream import lines_of, parts_of, whole_reply
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of, is_this_machine

NO_KEY = SecretStr("")
CONNECT_SECONDS = 5.0
ASKING_SECONDS = 5.0
"""For what a server tells beside the protocol: one that has no such path may be slow to say so."""

MOST_BYTES = 8 << 20
"""Of an answer that does not stream: lists of models are the longest."""


@dataclass(frozen=True)
class ChatServer:
    """See ``LanguageServer``. The key goes to the host of ``url`` and nowhere else; ``configured`` is the model's name.

    ``timeout`` is the longest silence in seconds before a call is given up.
    """

    url: str = field(repr=False)
    configured: str
    key: SecretStr = NO_KEY
    timeout: float = 120.0

    @classmethod
    def of(cls, settings: Settings, timeout: float | None = None) -> Self:
        """The configured one."""
        seconds = timeout or settings.llm_timeout_seconds
        return cls(settings.llm_base_url, settings.language_model.name, settings.llm_api_key, seconds)

    @property
    def shown(self) -> str:
        """See ``LanguageServer``."""
        return host_of(self.url)

    @property
    def sets_window(self) -> bool:
        """See ``LanguageServer``."""
        return False

    @property
    def _root(self) -> str:
        return self.url.removesuffix("/v1")

    def chat_models(self) -> list[ChatModel]:
        """See ``LanguageServer``. On another machine only the configured one: a service lists hundreds."""
        if not is_this_machine(self.url):
            return [ChatModel(self.configured)]
        names = [str(one["id"]) for one in self._listed() if one.get("id")]
        return [ChatModel(name) for name in sorted(names)] or [ChatModel(self.configured)]

    def check(self, model: str) -> None:
        """See ``LanguageServer``; costs nothing."""
        self._listed()

    def digest(self, model: str) -> str:
        """See ``LanguageServer``."""
        return ""

    def window(self, model: str) -> int | None:
        """See ``LanguageServer``."""
        listed = self._listed()
        told = [one for one in listed if one.get("id") == model] or listed[:1]
        for found in (
            *(_first(one, "max_model_len", "context_length", "context_window", "max_context_length") for one in told),
            _first(self._beside("/props").get("default_generation_settings"), "n_ctx"),
            *(
                _first(one, "loaded_context_length", "max_context_length")
                for one in _objects(self._beside("/api/v0/models").get("data"))
                if one.get("id") == model
            ),
        ):
            if found:
                return found
        return None

    def vocabulary(self, model: str) -> Vocabulary:
        """See ``LanguageServer``."""
        return Vocabulary(tokenizer_of(model, self._beside), CONTROL_TOKENS)

    def chat(
        self,
        model: str,
        messages: Sequence[Mapping[str, str]],
        tokens: int,
        window: int,
        given_up: Callable[[], bool] = lambda: False,
        *,
        think: bool = False,
    ) -> Generator[ReplyPart, None, None]:
        """See ``LanguageServer``."""
        line = Line()
        with self._errors():
            yield from until_given_up(self._chat(line, model, messages, tokens, think), given_up, line.cut)

    def _chat(
        self, line: Line, model: str, messages: Sequence[Mapping[str, str]], tokens: int, think: bool
    ) -> Iterator[ReplyPart]:
        request = chat_requests.first(model, messages, tokens, think=think)
        # A client of its own, since its connection may be cut.
        with self._client(self.timeout, event_hooks=line.hooks) as client:
            while True:
                with client.stream("POST", f"{self.url}/chat/completions", json=request) as response:
                    if response.status_code == 200:
                        yield from self._reply(response, tokens)
                        return
                    body = self._bounded(response)
                milder = chat_requests.milder(request, response.status_code, body)
                if milder is None:
                    raise refusal(response.status_code, body, self.shown, model)
                request = milder

    def _reply(self, response: Any, tokens: int) -> Iterator[ReplyPart]:
        if "json" in response.headers.get("content-type", ""):
            return whole_reply(self._bounded(response), tokens, self.shown)
        return parts_of(lines_of(response.iter_bytes(), self.shown), tokens, self.shown)

    def unfinished(self) -> ServiceUnavailableError:
        """See ``LanguageServer``."""
        return ServiceUnavailableError("llm_closed", server=self.shown)

    def _listed(self) -> list[dict[str, Any]]:
        status, body = self._sent("GET", f"{self.url}/models", self.timeout)
        if status in (404, 405):
            return []  # a server without a list may answer all the same
        if status != 200:
            raise refusal(status, body, self.shown, "")
        return _objects(_json(body).get("data"))

    def _beside(self, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """What a path beside the protocol answers; empty where there is none."""
        method = "GET" if body is None else "POST"
        try:
            status, answer = self._sent(method, f"{self._root}{path}", min(self.timeout, ASKING_SECONDS), body)
        except ServiceUnavailableError:
            return {}
        return _json(answer) if status == 200 else {}

    def _sent(self, method: str, url: str, seconds: float, body: object = None) -> tuple[int, bytes]:
        with self._errors(), self._client(seconds) as client, client.stream(method, url, json=body) as response:
            return response.status_code, self._bounded(response)

    def _bounded(self, response: Any) -> bytes:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise ServiceUnavailableError("llm_protocol_unknown", server=self.shown)
        return bytes(body)

    def _client(self, seconds: float, **options: Any) -> Any:
        import httpx

        key = self.key.get_secret_value()
        return httpx.Client(
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            follow_redirects=False,  # the key would go along to wherever the answer points
            # A proxy of the environment would carry what is meant for this machine off it.
            trust_env=not is_this_machine(self.url),
            **options,
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.TimeoutException, TimeoutError):
            raise ServiceTimeoutError("llm_slow", server=self.shown) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError):
            # Not chained: a message of the library may hold the address with its password.
            raise ServiceUnavailableError("llm_away", server=self.shown) from None


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _first(facts: object, *names: str) -> int | None:
    """The first of these facts that is a number of tokens."""
    values = [facts.get(name) for name in names] if isinstance(facts, dict) else []
    return next((value for value in values if isinstance(value, int) and value > 0), None)
