"""Which model stands in for one that is not there, and what a model is told with each chat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.errors import ModelMissingError, SearchAppError
from searchapp.llm import ChatModel, answering
from searchapp.llm.models import is_same
from searchapp.ollama_api import OllamaServer
from tests.services.ollama import Ollama
from tests.services.scripted_ollama import CHAT, OTHER, Model, Script, ScriptedOllama, running

MESSAGES = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        yield fake


LLAMA = ChatModel("llama3.2:latest", "llama", modified=5)
NEWER = ChatModel("gemma3:4b", "gemma3", modified=9)
BIG = ChatModel("qwen3:30b-instruct", "qwen3", modified=1)
THINKS = ChatModel("qwen3:4b", "qwen3", thinks=True, modified=20)
MIRROR = ChatModel("hf.example/Qwen/Qwen3-4B-Instruct-2507-GGUF:Q4_K_M", "qwen3", modified=2)


@pytest.mark.parametrize(
    ("models", "substitute"),
    [
        ([], None),
        ([THINKS], "qwen3:4b"),
        ([LLAMA, NEWER], "gemma3:4b"),
        ([LLAMA, NEWER, THINKS], "gemma3:4b"),
        ([LLAMA, NEWER, BIG, THINKS], "qwen3:30b-instruct"),
        ([LLAMA, NEWER, BIG, MIRROR, THINKS], MIRROR.name),
        ([LLAMA, ChatModel("qwen3:4b-instruct", "qwen3")], "qwen3:4b-instruct"),
    ],
    ids=["none", "one", "the latest", "none that thinks", "the same family", "the latest of it", "itself"],
)
def test_a_substitute_does_not_think_and_is_of_the_same_family(models: list[ChatModel], substitute: str | None) -> None:
    assert answering("qwen3:4b-instruct", models) == substitute
    assert answering("qwen3:4b-instruct", models[::-1]) == substitute


def test_a_name_without_a_tag_means_the_latest() -> None:
    assert answering("llama3.2", [NEWER, LLAMA]) == "llama3.2:latest"
    assert is_same("a", "a:latest") and is_same("a:latest", "a") and not is_same("a:1b", "a")


def test_models_that_only_embed_do_not_write(ollama: Ollama) -> None:
    server = OllamaServer(ollama.url)
    assert f"{ollama.embedding_model}:latest" in server.models()
    (model,) = server.chat_models()
    assert (model.name, model.thinks) == (f"{ollama.chat_model}:latest", False)
    assert model.family == "llama" and model.modified > 1.7e9


def test_what_ollama_says_of_a_model_is_read(scripted: ScriptedOllama) -> None:
    scripted.models = {CHAT: Model(("completion", "thinking"), "qwen3", "2026-02-01T00:00:00Z"), OTHER: Model(())}
    assert OllamaServer(scripted.url).chat_models() == [ChatModel(CHAT, "qwen3", True, 1769904000.0)]


def test_every_chat_says_that_the_model_shall_not_think(scripted: ScriptedOllama) -> None:
    scripted.answer = Script(["Hi."])
    assert [part.text for part in OllamaServer(scripted.url).chat(CHAT, MESSAGES, 64, 2048)] == ["Hi.", ""]
    assert [call["think"] for call in scripted.asked] == [False]


def test_a_server_that_refuses_to_hear_of_thinking_is_asked_without(scripted: ScriptedOllama) -> None:
    scripted.answer, scripted.refuses_think = Script(["Hi."]), True
    assert [part.text for part in OllamaServer(scripted.url).chat(CHAT, MESSAGES, 64, 2048)] == ["Hi.", ""]
    assert scripted.paths == ["/api/chat", "/api/chat"] and "think" not in scripted.asked[0]


@pytest.mark.parametrize(
    "call", [lambda one: list(one.chat("absent", MESSAGES, 64, 2048)), lambda one: one.digest("absent")]
)
def test_a_model_that_is_not_there_is_an_error_of_its_own(ollama: Ollama, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelMissingError, match="no model 'absent'") as caught:
        call(OllamaServer(ollama.url))
    assert isinstance(caught.value, SearchAppError) and caught.value.remedy == "Fetch it: ollama pull absent."
