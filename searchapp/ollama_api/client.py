"""Ollama's native API, with its failures as our errors."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from searchapp.errors import ModelUnavailableError, SearchAppError, ServiceRefusedError, ServiceUnavailableError
from searchapp.ollama_api.interrupt import Line, until_given_up

CONNECT_SECONDS = 3.0


@dataclass(frozen=True)
class OllamaServer:
    """One Ollama server. ``timeout`` is the longest silence in seconds before a call is given up.

    Every method raises ServiceUnavailableError when the server does not answer, ServiceRefusedError on 401 or 403, and
    ModelUnavailableError when the model is not there.
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

    def chat_models(self) -> list[str]:
        """Names of the models that can write, in order; those that only embed are left out."""
        from concurrent.futures import ThreadPoolExecutor

        names = sorted(self.models())
        with ThreadPoolExecutor(max_workers=4) as pool:
            return [name for name, chats in zip(names, pool.map(self._chats, names), strict=True) if chats]

    def _chats(self, model: str) -> bool:
        try:
            with self._errors(model):
                capabilities = self._client.show(model).capabilities
        except ModelUnavailableError:  # removed meanwhile
            return False
        return capabilities is None or "completion" in capabilities

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
        from ollama import Client

        timeout = httpx.Timeout(self.timeout, connect=CONNECT_SECONDS)
        # A client of its own, since its connection may be cut.
        with Client(host=self.url, timeout=timeout, event_hooks=line.hooks) as client:
            yield from client.chat(model=model, messages=list(messages), options=dict(options), stream=True)

    def unfinished(self) -> ServiceUnavailableError:
        """The error that a stream ended before Ollama said that it was done."""
        return ServiceUnavailableError(f"Ollama at {self.shown} closed the connection.", "Ask again.")

    @contextmanager
    def _errors(self, model: str = "") -> Iterator[None]:
        import httpx
        from ollama import ResponseError

        try:
            yield
        except ResponseError as error:
            if error.status_code < 0:  # no status of HTTP: an error that came in the middle of a stream
                raise ServiceUnavailableError(
                    f"Ollama at {self.shown} failed: {error.error[:200]}.", "Its own log tells more; then try again."
                ) from error
            raise self._refusal(model, error.status_code, error.error) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ServiceUnavailableError(
                f"Ollama at {self.shown} did not answer in time.",
                "It may be loading a large model: try again, or raise SEARCHAPP_LLM_TIMEOUT_SECONDS.",
            ) from error
        except ValueError as error:  # a line that is no JSON, or not the JSON of a chat
            raise ServiceUnavailableError(
                f"Ollama at {self.shown} sent something that cannot be read.",
                "Its own log tells more; then try again.",
            ) from error
        except (httpx.HTTPError, ConnectionError) as error:
            raise ServiceUnavailableError(
                f"Ollama does not answer at {self.shown}.", "Start it (ollama serve), or set SEARCHAPP_OLLAMA_URL."
            ) from error

    def _refusal(self, model: str, status: int, text: str) -> SearchAppError:
        if status in (401, 403):
            return ServiceRefusedError(
                f"Ollama at {self.shown} refuses access (HTTP {status}).",
                "Check the proxy or key in front of it, and SEARCHAPP_OLLAMA_URL.",
            )
        if status == 404:
            return self._no_such_model(model)
        if "context length" in text or "input length" in text:
            return ModelUnavailableError(
                f"Ollama's model '{model}' was given a text longer than it reads.",
                "Choose a model with a longer window.",
            )
        return ServiceUnavailableError(
            f"Ollama at {self.shown} failed (HTTP {status}): {text[:200]}.", "Its own log tells more; then try again."
        )

    def _no_such_model(self, model: str) -> ModelUnavailableError:
        return ModelUnavailableError(f"Ollama has no model '{model}'.", f"Fetch it: ollama pull {model}.")

    @property
    def shown(self) -> str:
        """The address without a user and password that may stand in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
