"""Ollama's native API, with its failures as our errors."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from pydantic import SecretStr

from searchapp.errors import (
    ModelMissingError,
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceTimeoutError,
    ServiceUnavailableError,
)
from searchapp.llm import ChatModel, ReplyPart, Vocabulary, answering
from searchapp.llm.interrupt import Line, until_given_up
from searchapp.ollama_api.access import NO_KEY, Access
from searchapp.ollama_api.tokenizer import control_tokens_of, tokenizer_of
from searchapp.settings import Settings


@dataclass(frozen=True)
class OllamaServer:
    """One Ollama server, reached as ``Access`` says. ``timeout`` is the longest silence before a call is given up.

    Every method raises ServiceUnavailableError when the server does not answer, ServiceRefusedError on 401 or 403, and
    ModelMissingError when the model is not there.
    """

    url: str = field(repr=False)
    timeout: float = 120.0
    key: SecretStr = NO_KEY

    @classmethod
    def of(cls, settings: Settings, timeout: float | None = None) -> Self:
        """The configured one."""
        return cls(settings.ollama_url, timeout or settings.llm_timeout_seconds, settings.ollama_api_key)

    @cached_property
    def _access(self) -> Access:
        return Access(self.url, self.key, self.timeout)

    @cached_property
    def _client(self) -> Any:
        return self._access.client()

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

    def check(self, model: str) -> None:
        """See ``LanguageServer``."""
        try:
            self.digest(model)
        except ModelMissingError:
            if answering(model, self.chat_models()) is None:
                raise

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
        # The client's show() drops the vocabulary, which only verbose answers carry.
        info: Mapping[str, Any] = self._asked("POST", "/api/show", model, verbose=True).get("model_info") or {}
        return info

    def version(self) -> str:
        """The server's version."""
        return str(self._asked("GET", "/api/version").get("version", ""))

    def _asked(self, method: str, path: str, model: str = "", **body: object) -> Mapping[str, Any]:
        from ollama import ResponseError

        with self._errors(model), self._access.http() as http:
            answer = http.request(method, path, json={"model": model, **body} if model else None)
            if not answer.is_success:
                raise ResponseError(answer.text, answer.status_code)
            found = answer.json()
            if not isinstance(found, dict):
                raise ValueError("not an object")
            return found

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

    def vocabulary(self, model: str) -> Vocabulary:
        """See ``LanguageServer``."""
        info = self.show(model)
        return Vocabulary(tokenizer_of(info), control_tokens_of(info))

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
        """See ``LanguageServer``. With another ``window`` than at the last call Ollama loads the model again."""
        line = Line()
        options = {"num_ctx": window, "num_predict": tokens, "temperature": 0}
        with self._errors(model):
            yield from until_given_up(self._chat(line, model, messages, options, think), given_up, line.cut)

    def _chat(
        self, line: Line, model: str, messages: Sequence[Mapping[str, str]], options: Mapping[str, Any], think: bool
    ) -> Iterator[ReplyPart]:
        from ollama import ResponseError

        call: dict[str, Any] = {"model": model, "messages": list(messages), "options": dict(options), "stream": True}
        # A client of its own, since its connection may be cut.
        with self._access.client(event_hooks=line.hooks) as client:
            try:
                yield from map(_part, client.chat(**call, think=think))
            except ResponseError as error:
                # Ollama takes false for any model, and true for those that can; what stands in its place may refuse
                # the word itself.
                if error.status_code not in (400, 422) or "think" not in error.error.lower():
                    raise
                yield from map(_part, client.chat(**call))

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
                why = self._access.without_secrets(error.error)[:200]
                raise ServiceUnavailableError("ollama_broke_off", server=self.shown, why=why) from None
            raise self._refusal(model, error.status_code, self._access.without_secrets(error.error)) from None
        except httpx.ConnectTimeout as error:
            raise ServiceUnavailableError("ollama_away", server=self.shown) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise ServiceTimeoutError("ollama_slow", server=self.shown) from error
        except ValueError as error:  # a line that is no JSON, or not the JSON of a chat
            raise ServiceUnavailableError("ollama_unreadable", server=self.shown) from error
        except (httpx.HTTPError, ConnectionError) as error:
            raise ServiceUnavailableError("ollama_away", server=self.shown) from error

    def _refusal(self, model: str, status: int, text: str) -> SearchAppError:
        if status in (401, 403):
            return ServiceRefusedError("ollama_refused", server=self.shown, status=status)
        if status == 404 and model and "page not found" not in text and not _is_markup(text):
            return self._no_such_model(model)
        if status in (404, 405):
            return ServiceUnavailableError("ollama_not_there", server=self.shown, status=status)
        if _is_markup(text):
            return ServiceUnavailableError("ollama_proxy_failed", server=self.shown, status=status)
        if "context length" in text or "input length" in text:
            return ModelUnavailableError("ollama_text_too_long", model=model)
        return ServiceUnavailableError("ollama_failed", server=self.shown, status=status, why=text[:200])

    def _no_such_model(self, model: str) -> ModelMissingError:
        return ModelMissingError("ollama_model_missing", model=model)

    @property
    def shown(self) -> str:
        """The address without a user and password that may stand in it."""
        return self._access.shown

    @property
    def sets_window(self) -> bool:
        """See ``LanguageServer``."""
        return True


def _is_markup(text: str) -> bool:
    """Whether a proxy answers in place of Ollama, which says everything in JSON or a line of text."""
    return text.lstrip()[:1] == "<"


def _part(said: Any) -> ReplyPart:
    text = said.message.content or ""
    return ReplyPart(
        text,
        is_thought=bool(said.message.thinking),
        is_last=bool(said.done),
        is_cut=said.done_reason == "length",
        prompt_tokens=said.prompt_eval_count or 0,
        answer_tokens=said.eval_count or 0,
    )
