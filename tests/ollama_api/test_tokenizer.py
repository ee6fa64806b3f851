"""A chat model's tokens counted by us, against what the real Ollama counted."""

from __future__ import annotations

import pytest

from searchapp.ollama_api import OllamaServer, tokenizer_of
from searchapp.tokens import EstimatingTokenizer
from tests.services.ollama import Ollama


@pytest.mark.parametrize(
    "text",
    ["The press stops when the guard is opened. " * 8, "混合检索结合关键词与语义。" * 8, "def f(x): return x ** 2"],
)
def test_counts_agree_with_ollamas_own(ollama: Ollama, text: str) -> None:
    server = OllamaServer(ollama.url)
    tokenizer = tokenizer_of(server.show(ollama.chat_model))
    counts = []
    for content in ("x", "x" + text):
        *_, last = server.chat(ollama.chat_model, [{"role": "user", "content": content}], 1, 2048)
        counts.append(last.prompt_tokens)
    ours = tokenizer.counts(["x" + text])[0] - tokenizer.counts(["x"])[0]
    assert abs((counts[1] - counts[0]) - ours) <= 2


def test_an_unknown_kind_is_estimated_upwards() -> None:
    tokenizer = tokenizer_of({"tokenizer.ggml.model": "something-new"})
    assert isinstance(tokenizer, EstimatingTokenizer)
    assert tokenizer.counts(["混合检索"])[0] >= 8
