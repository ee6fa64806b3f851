"""Tokens counted by the server that will read them, where it has a call for that; else an upper estimate.

Nothing may be cut in silence: a prompt is measured before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from searchapp.tokens import EstimatingTokenizer, Tokenizer

Asking = Callable[[str, Mapping[str, object]], dict[str, Any]]
"""A path beside the protocol and what it is sent, to what it answers; empty where it does not."""

Request = Callable[[str, str], Mapping[str, object]]
"""A text and a model to what is sent."""

CONTROL_TOKENS = frozenset(
    "<|im_start|> <|im_end|> <|endoftext|> <|begin_of_text|> <|end_of_text|> <|start_header_id|> <|end_header_id|> "
    "<|eot_id|> <|eom_id|> <|python_tag|> <start_of_turn> <end_of_turn> <bos> <eos> <s> </s> [INST] [/INST] <<SYS>> "
    "<</SYS>> <|system|> <|user|> <|assistant|> <|end|> <|start|> <|message|> <|channel|> <|return|> "
    "<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <｜User｜> <｜Assistant｜> [gMASK] <sop> <|observation|>".split()
)
"""Those of the model families that people serve: such a server does not tell its model's own."""

PROBE = "probe"
AROUND = 2
"""Tokens that a model may put around a text, beside those that are counted."""


def tokenizer_of(model: str, asking: Asking) -> Tokenizer:
    """What counts for ``model``."""
    for path, request in _CALLS:
        count = partial(_count, asking, path, request, model)
        if count(PROBE) is not None:
            return ServerTokenizer(count)
    return EstimatingTokenizer()


class ServerTokenizer(EstimatingTokenizer):
    """Counts by asking; cuts, and counts where the server fails, by the estimate."""

    def __init__(self, count: Callable[[str], int | None]) -> None:
        self._count = lru_cache(maxsize=512)(count)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return [self._counted(text) for text in texts]

    def _counted(self, text: str) -> int:
        count = self._count(text)
        return super().counts([text])[0] if count is None else count + AROUND


def _to_llama_cpp_or_vllm(text: str, model: str) -> Mapping[str, object]:
    return {"content": text, "model": model, "prompt": text}


def _to_llama_cpp_python(text: str, model: str) -> Mapping[str, object]:
    return {"input": text, "model": model}


_CALLS = (("/tokenize", _to_llama_cpp_or_vllm), ("/extras/tokenize/count", _to_llama_cpp_python))


def _count(asking: Asking, path: str, request: Request, model: str, text: str) -> int | None:
    return _counted(asking(path, request(text, model)))


def _counted(answer: Mapping[str, Any]) -> int | None:
    """VLLM and llama-cpp-python count; llama.cpp gives the tokens themselves."""
    count, tokens = answer.get("count"), answer.get("tokens")
    if isinstance(count, int) and count > 0:
        return count
    return len(tokens) if isinstance(tokens, list) and tokens else None
