"""Ollama's native API, with its failures as our errors."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from searchapp.errors import (
    ModelMissingError,
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from searchapp.ollama_api.chat_models import ChatModel
from searchapp.ollama_api.interrupt import Line, until_given_up

CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class OllamaServer:
    """One Ollama server. ``timeout`` is the longest silence in seconds before a call is given up.

    Every method raises ServiceUnavailableError when the server does not answer, ServiceRefusedError on 401 or 403, and
    ModelMissingError when the model is not there.
    """

    url: str
    timeout: float = 120.0

    @cached_property
    def _client(self) -> Any:
        import httpx
        from ollama import Client

        return Client(host=self.url, timeout=httpx.Timeout(self.timeout, connect=CONNECT_SECONDS))

    def models(self) -> dict[str, str]:
        """Names of the models that the server has, each with its digest (SHA-256, hex)."""
        with self._errors():
            return {str(model.model): str(model.digest or "") for model in self._client.list().models}

    def digest(self, model: str) -> str:
        """The digest of ``model``; ``name`` and ``name:latest`` are the same."""
        models = self.models()
        for name in (model, f"{model}:latest"):
            if name in models:
                return models[name]
        raise self._no_such_model(model)

    def chat_models(self) -> list[ChatModel]:
        """The models that can write, by name; those that only embed are left out. Asks for each model once."""
        from concurrent.futures import ThreadPoolExecutor

        with self._errors():
            listed = sorted(self._client.list().models, key=lambda model: str(model.model))
        with ThreadPoolExecutor(max_workers=4) as pool:
            return [model for model in pool.map(self._chat_model, listed) if model]

    def _chat_model(self, listed: Any) -> ChatModel | None:
        name = str(listed.model)
        try:
            with self._errors(name):
                capabilities = self._client.show(name).capabilities
        except ModelMissingError:  # removed meanwhile
            return None
        if capabilities is not None and "completion" not in capabilities:
            return None
        modified = listed.modified_at.timestamp() if listed.modified_at else 0.0
        family = (listed.details and listed.details.family) or ""
        return ChatModel(name, family, "thinking" in (capabilities or ()), modified)

    def show(self, model: str) -> Mapping[str, Any]:
        """What the model's file says of itself (GGUF keys), vocabulary included; several megabytes."""
        import httpx

        # The client's show() drops the vocabulary, which only verbose answers carry.
        with self._errors(model):
            response = httpx.post(
                f"{self.url}/api/show",
                json={"model": model, "verbose": True},
                timeout=httpx.Timeout(self.timeout, connect=CONNECT_SECONDS),
            )
            if response.status_code != 200:
                from ollama import ResponseError

                raise ResponseError(response.text, response.status_code)
            info: Mapping[str, Any] = response.json().get("model_info") or {}
            return info

    def version(self) -> str:
        """The server's version."""
        import httpx

        with self._errors():
            answer = httpx.get(f"{self.url}/api/version", timeout=httpx.Timeout(self.timeout, connect=CONNECT_SECONDS))
            answer.raise_for_status()
            return str(answer.json().get("version", ""))

    def window(self, model: str) -> int | None:
        """Tokens that the model can look at, as its file says; None when it does not."""
        with self._errors(model):
            facts = self._client.show(model).modelinfo or {}
        return next((int(value) for key, value in facts.items() if key.endswith(".context_length")), None)

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text. A text longer than the model's window is an error, never cut in silence."""
        with self._errors(model):
            response = self._client.embed(model=model, input=list(texts), truncate=False)
            return [list(vector) for vector in response.embeddings]

    def chat(
        self,
        model: str,
        messages: Sequence[Mapping[str, str]],
        options: Mapping[str, Any],
        given_up: Callable[[], bool] = lambda: False,
    ) -> Generator[Any, None, None]:
        """Stream a chat; each item has ``message.content``, the last one also the token counts.

        A model that can think is told not to: that would delay its first word, and take its tokens.
        The stream ends early, even while Ollama is silent, soon after ``given_up`` says so. That, and closing the
        iterator, closes the connection, on which Ollama stops generating.
        """
        line = Line()
        with self._errors(model):
            yield from until_given_up(self._chat(line, model, messages, options), given_up, line.cut)

    def _chat(
        self, line: Line, model: str, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any]
    ) -> Iterator[Any]:
        import httpx
        from ollama import Client, ResponseError

        timeout = httpx.Timeout(self.timeout, connect=CONNECT_SECONDS)
        call: dict[str, Any] = {"model": model, "messages": list(messages), "options": dict(options), "stream": True}
        # A client of its own, since its connection may be cut.
        with Client(host=self.url, timeout=timeout, event_hooks=line.hooks) as client:
            try:
                yield from client.chat(**call, think=False)
            except ResponseError as error:
                # Ollama takes false for any model; what stands in its place may refuse the word itself.
                if error.status_code != 400 or "think" not in error.error:
                    raise
                yield from client.chat(**call)

    def unfinished(self) -> ServiceUnavailableError:
        """The error that a stream ended before Ollama said that it was done."""
        return ServiceUnavailableError("ollama_closed", server=self.shown)

    @contextmanager
    def _errors(self, model: str = "") -> Iterator[None]:
        import httpx
        from ollama import ResponseError

        try:
            yield
        except ResponseError as error:
            if error.status_code < 0:  # no status of HTTP: an error that came in the middle of a stream
                raise ServiceUnavailableError("ollama_broke_off", server=self.shown, why=error.error[:200]) from error
            raise self._refusal(model, error.status_code, error.error) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ServiceUnavailableError("ollama_slow", server=self.shown) from error
        except ValueError as error:  # a line that is no JSON, or not the JSON of a chat
            raise ServiceUnavailableError("ollama_unreadable", server=self.shown) from error
        except (httpx.HTTPError, ConnectionError) as error:
            raise ServiceUnavailableError("ollama_away", server=self.shown) from error

    def _refusal(self, model: str, status: int, text: str) -> SearchAppError:
        if status in (401, 403):
            return ServiceRefusedError("ollama_refused", server=self.shown, status=status)
        if status == 404:
            return self._no_such_model(model)
        if "context length" in text or "input length" in text:
            return ModelUnavailableError("ollama_text_too_long", model=model)
        return ServiceUnavailableError("ollama_failed", server=self.shown, status=status, why=text[:200])

    def _no_such_model(self, model: str) -> ModelMissingError:
        return ModelMissingError("ollama_model_missing", model=model)

    @property
    def shown(self) -> str:
        """The address without a user and password that may stand in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
