"""Which language model writes: the one that was named, the configured one, or what stands in for that."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import lru_cache

from searchapp.answer import notices
from searchapp.answer.metrics import count_tokens
from searchapp.errors import ModelMissingError, SearchAppError
from searchapp.llm import ChatModel, LanguageServer, ReplyPart, Vocabulary, answering
from searchapp.model import Notice
from searchapp.ollama_api import OllamaServer
from searchapp.openai_api.chat import ChatServer
from searchapp.openai_api.leaving import questions_leave
from searchapp.settings import Settings
from searchapp.settings.serving import LanguageProvider

REMEMBERED_SECONDS = 30.0
"""How long a substitute answers before the configured model, which may have been fetched, is tried again."""

MOST_TOKEN_CHARACTERS = 12
"""Longest mean of a token, in characters."""

LARGEST_WINDOW = 16_384
"""Tokens of a server's window that are used where the settings do not ask for more: reading them takes its time."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A model that is to write; ``in_place_of`` is the configured one where that is not there.

    ``thinks``: if it can, it thinks first. ``elsewhere`` is the host that it is on, where that is another machine.
    ``most_tokens``: an answer takes at most so many, where who asks says so.
    """

    name: str
    in_place_of: str = ""
    thinks: bool = False
    elsewhere: str = ""
    most_tokens: int | None = None

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What an answer by this model has to tell."""
        return (
            *((notices.substituted(self.in_place_of, self.name),) if self.in_place_of else ()),
            *((notices.written_elsewhere(self.elsewhere),) if self.elsewhere else ()),
        )


def language_server(settings: Settings, timeout: float | None = None) -> LanguageServer:
    """The configured server of language models. ``timeout``: the longest silence in seconds, else the settings'."""
    if settings.language_model.provider is LanguageProvider.OPENAI:
        return ChatServer.of(settings, timeout)
    return OllamaServer.of(settings, timeout)


class Writers:
    """The language models of one server.

    Nothing is asked of it to choose one: that the configured model is not there is learnt when it is to write.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._configured = settings.language_model.name
        self._server = language_server(settings)
        leaves = questions_leave(settings)
        self._elsewhere = leaves.host if leaves else ""
        self._substitute: tuple[Writer, float] | None = None
        self.vocabulary: Callable[[str], Vocabulary] = lru_cache(maxsize=4)(self._server.vocabulary)
        self._told_window = lru_cache(maxsize=4)(self._server.window)

    def models(self) -> tuple[list[ChatModel], str]:
        """Those that can be asked, and the name of the one that answers where nobody names one ("" where none does).

        Raises ServiceUnavailableError and ServiceRefusedError.
        """
        found = self._server.chat_models()
        return found, answering(self._configured, found) or ""

    def chosen(self, named: str | None, *, thinks: bool = False, most_tokens: int | None = None) -> Writer:
        """The model for one question."""
        if not named and self._substitute and time.monotonic() < self._substitute[1]:
            return replace(self._substitute[0], thinks=thinks, most_tokens=most_tokens)
        return Writer(named or self._configured, thinks=thinks, elsewhere=self._elsewhere, most_tokens=most_tokens)

    def window(self, writer: Writer) -> int:
        """Tokens of prompt and reply together.

        Raises what asking the server does: one that fixes its window is asked for it once.
        """
        asked = self._settings.llm_context_tokens
        if self._server.sets_window:
            return asked
        told = self._told_window(writer.name)
        if told is None:
            return asked
        return min(told, asked if self._settings.chooses_window else LARGEST_WINDOW)

    def answer_tokens(self, writer: Writer) -> int:
        """Tokens of an answer: as the settings say, at most half of the window, and as who asks says."""
        most = self._settings.llm_answer_tokens if writer.most_tokens is None else writer.most_tokens
        return min(self._settings.llm_answer_tokens, self.window(writer) // 2, most)

    def tokens(self, writer: Writer) -> int:
        """What an answer may take of the window, with the thoughts before it."""
        kept = self.answer_tokens(writer)
        if not writer.thinks:
            return kept
        return kept + min(self._settings.llm_think_tokens, (self.window(writer) - kept) // 3)

    def in_place_of(self, missing: ModelMissingError, writer: Writer, named: str | None) -> Writer:
        """What writes when ``writer`` turned out ``missing``; raises that where nothing may or can take its place."""
        self._substitute = None
        if named or writer.in_place_of:
            raise missing
        name = answering(writer.name, self._server.chat_models())
        if name is None or name == writer.name:
            raise missing
        self._substitute = replace(writer, name=name, in_place_of=writer.name), time.monotonic() + REMEMBERED_SECONDS
        return self._substitute[0]

    def chat(
        self, writer: Writer, messages: Sequence[dict[str, str]], tokens: int, given_up: Callable[[], bool]
    ) -> Generator[ReplyPart, None, None]:
        """Stream a reply of at most so many tokens, as ``LanguageServer.chat`` does; they are counted."""
        window = self.window(writer)
        with closing(self._server.chat(writer.name, messages, tokens, window, given_up, think=writer.thinks)) as parts:
            for part in parts:
                count_tokens(part)
                yield part

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
                text += part.text
                if len(text) > tokens * MOST_TOKEN_CHARACTERS:
                    break  # it does not keep to the limit
        return text

    def digest(self, model: str) -> str:
        """What identifies the model's weights; empty where no model wrote, or the server does not tell."""
        with suppress(SearchAppError):  # the answer is there, whatever its server does now
            return self._server.digest(model) if model else ""
        return ""

    @property
    def where(self) -> str:
        """The server's address as it may be shown."""
        return self._server.shown

    def unfinished(self) -> tuple[Notice, ...]:
        """What there is to tell of a reply that ended before the server said that it was done."""
        return (notices.broken_off(self._server.unfinished()),)
