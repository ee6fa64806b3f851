"""What the answerer asks of a server of language models, whichever wire format it speaks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from searchapp.errors import ServiceUnavailableError
from searchapp.llm.models import ChatModel
from searchapp.tokens import Tokenizer


@dataclass(frozen=True, slots=True)
class ReplyPart:
    """A piece of a reply as it streams.

    ``is_thought``: the model thinks, which is no part of the answer. The last piece has the counts of tokens, as far as
    the server tells them, and ``is_cut`` where the reply took all tokens that it might.
    """

    text: str = ""
    is_thought: bool = False
    is_last: bool = False
    is_cut: bool = False
    prompt_tokens: int = 0
    answer_tokens: int = 0


class Vocabulary(NamedTuple):
    """How a model reads: its tokenizer, and the texts that its server takes for control tokens wherever they stand."""

    tokenizer: Tokenizer
    control_tokens: frozenset[str]


class LanguageServer(Protocol):
    """One server of language models.

    Every method raises ServiceUnavailableError when it does not answer, ServiceRefusedError when it refuses the key,
    and ModelMissingError when the model is not there.
    """

    @property
    def shown(self) -> str:
        """Its address as it may be shown, without secrets."""
        ...

    @property
    def sets_window(self) -> bool:
        """Whether the context window is asked of it with every call, rather than fixed when it was started."""
        ...

    def chat_models(self) -> list[ChatModel]:
        """The models that can be asked to write."""
        ...

    def check(self, model: str) -> None:
        """Raise when it does not answer, or neither has ``model`` nor another one that could stand in for it."""
        ...

    def digest(self, model: str) -> str:
        """What identifies the model's weights; empty where the server does not tell."""
        ...

    def window(self, model: str) -> int | None:
        """Tokens that the model can look at; None where the server does not tell."""
        ...

    def vocabulary(self, model: str) -> Vocabulary:
        """How the model counts tokens; an estimate on the safe side where the server does not tell."""
        ...

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
        """Stream a reply of at most so many ``tokens``, prompt and reply within ``window`` tokens.

        A model that can think is told not to unless it shall ``think``: that delays its first word, and takes tokens.
        The stream ends early, even while the server is silent, soon after ``given_up`` says so. That, and closing the
        iterator, closes the connection, on which the server stops.
        """
        ...

    def unfinished(self) -> ServiceUnavailableError:
        """The error that a stream ended before the server said that it was done."""
        ...
