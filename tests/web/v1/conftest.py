"""Clients of the official ``openai`` package, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.services.scripted_chat import ScriptedChat, running

Connect = Callable[..., OpenAI]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes clients of a server; each tries once."""
    clients: list[OpenAI] = []

    def made(address: str, key: str = "none", **headers: str) -> OpenAI:
        client = OpenAI(
            base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=60,
            default_headers={name.replace("_", "-"): value for name, value in headers.items()},
        )  # fmt: skip
        clients.append(client)
        return client

    yield made
    for client in clients:
        client.close()


@pytest.fixture
def writer() -> Iterator[ScriptedChat]:
    """A language model that says what a test has scripted."""
    with running() as fake:
        yield fake


def user(*said: str) -> list[Any]:
    """The messages of a chat in which a user and an assistant take turns, the user first."""
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(said)]


def asked(client: OpenAI, *said: str, model: str = "searchapp", **more: Any) -> ChatCompletion:
    """The completion of a chat."""
    completion: ChatCompletion = client.chat.completions.create(model=model, messages=user(*said), **more)
    return completion


def text_of(completion: ChatCompletion) -> str:
    return completion.choices[0].message.content or ""
