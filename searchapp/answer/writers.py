"""Which language model writes: the one that was named, the configured one, or what stands in for that."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from searchapp.answer import notices
from searchapp.errors import ModelMissingError
from searchapp.model import Notice
from searchapp.ollama_api import ChatModel, OllamaServer, answering, control_tokens_of, tokenizer_of
from searchapp.settings import Settings
from searchapp.tokens import Tokenizer

REMEMBERED_SECONDS = 30.0
"""How long a substitute answers before the configured model, which may have been fetched, is tried again."""

MOST_TOKEN_CHARACTERS = 12
"""Longest mean of a token, in characters."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A model that is to write; ``in_place_of`` is the configured one where that is not there.

    ``thinks``: if it can, it thinks first.
    """

    name: str
    in_place_of: str = ""
    thinks: bool = False

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What an answer by this model has to tell."""
        return (notices.substituted(self.in_place_of, self.name),) if self.in_place_of else ()


class Writers:
    """The language models of one Ollama.

    Nothing is asked of Ollama to choose one: that the configured model is not there is learnt when it is to write.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ollama = OllamaServer.of(settings)
        self._substitute: tuple[Writer, float] | None = None
        self.vocabulary = lru_cache(maxsize=4)(self._read_vocabulary)

    def models(self) -> tuple[list[ChatModel], str]:
        """Those that can be asked, and the name of the one that answers where nobody names one ("" where none does).

        Raises ServiceUnavailableError and ServiceRefusedError.
        """
        found = self._ollama.chat_models()
        return found, answering(self._settings.llm_model, found) or ""

    def chosen(self, named: str | None, *, thinks: bool = False) -> Writer:
        """The model for one question."""
        if named:
            return Writer(named, thinks=thinks)
        if self._substitute and time.monotonic() < self._substitute[1]:
            return replace(self._substitute[0], thinks=thinks)
        return Writer(self._settings.llm_model, thinks=thinks)

    def tokens(self, writer: Writer) -> int:
        """What an answer may take of the window, with the thoughts before it."""
        return self._settings.llm_answer_tokens + (self._settings.thought_tokens if writer.thinks else 0)

    def in_place_of(self, missing: ModelMissingError, writer: Writer, named: str | None) -> Writer:
        """What writes when ``writer`` turned out ``missing``; raises that where nothing may or can take its place."""
        self._substitute = None
        if named or writer.in_place_of:
            raise missing
        name = answering(writer.name, self._ollama.chat_models())
        if name is None:
            raise missing
        self._substitute = replace(writer, name=name, in_place_of=writer.name), time.monotonic() + REMEMBERED_SECONDS
        return self._substitute[0]

    def chat(
        self, writer: Writer, messages: Sequence[dict[str, str]], tokens: int, given_up: Callable[[], bool]
    ) -> Generator[Any, None, None]:
        """Stream a reply of at most so many tokens, as ``OllamaServer.chat`` does."""
        # With another window Ollama would load the model again.
        options = {"num_ctx": self._settings.llm_context_tokens, "num_predict": tokens, "temperature": 0}
        return self._ollama.chat(writer.name, messages, options, given_up, think=writer.thinks)

    def reply(
        self, named: str | None, given_up: Callable[[], bool], messages: Sequence[dict[str, str]], tokens: int
    ) -> str:
        """The whole of a short reply."""
        writer = self.chosen(named)
        try:
            return self._whole(writer, given_up, messages, tokens)
        except ModelMissingError as missing:
            return self._whole(self.in_place_of(missing, writer, named), given_up, messages, tokens)

    def _whole(
        self, writer: Writer, given_up: Callable[[], bool], messages: Sequence[dict[str, str]], tokens: int
    ) -> str:
        text = ""
        with closing(self.chat(writer, messages, tokens, given_up)) as parts:
            for part in parts:
                text += part.message.content or ""
                if len(text) > tokens * MOST_TOKEN_CHARACTERS:
                    break  # it does not keep to the limit
        return text

    @property
    def where(self) -> str:
        """The address of Ollama as it may be shown."""
        return self._ollama.shown

    def unfinished(self) -> tuple[Notice, ...]:
        """What there is to tell of a reply that ended before Ollama said that it was done."""
        return (notices.broken_off(self._ollama.unfinished()),)

    def _read_vocabulary(self, model: str) -> tuple[Tokenizer, frozenset[str]]:
        info = self._ollama.show(model)
        return tokenizer_of(info), control_tokens_of(info)
