"""Passages are data: what documents hold reaches the prompt as text, inside its fence, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.answer.context import build_context
from searchapp.answer.prompt_sanitizer import sanitized
from searchapp.ollama_api import OllamaServer, control_tokens_of
from searchapp.tokens import EstimatingTokenizer
from tests.answer.injected import FACT, INJECTED
from tests.answer.samples import hit
from tests.services.ollama import Ollama

QUESTION = "What does the press weigh?"
CONTROL = re.compile(
    r"<[|｜]|[|｜]>|</?s>|\[/?INST\]|<</?SYS|<(?:start|end)_of_turn>|</?think>|</?tool_call>", re.IGNORECASE
)
FENCE = re.compile(r"[<＜]\s*/?\s*passage\b", re.IGNORECASE)


def prompt_of(question: str, *texts: str, title: str = "Handbook", control_tokens: tuple[str, ...] = ()) -> str:
    hits = [hit(text, number, title=title) for number, text in enumerate(texts, start=1)]
    context = build_context(question, hits, EstimatingTokenizer(), 8192, 512, control_tokens)
    assert [message["role"] for message in context.messages] == ["system", "user"]
    return context.messages[1]["content"]


@pytest.mark.parametrize("text", INJECTED.values(), ids=INJECTED)
def test_an_injected_document_stays_within_its_fence(text: str) -> None:
    content = prompt_of(QUESTION, text, "Another passage.")
    assert len(FENCE.findall(content)) == 4
    first = re.fullmatch(
        r'<passage number="1">\n(.*)\n</passage>\n\n<passage number="2">\n.*\n</passage>\n\n' + re.escape(QUESTION),
        content,
        re.DOTALL,
    )
    assert first and FACT in first[1]
    assert not CONTROL.search(first[1])
    assert not re.search("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\u200b\x00]", first[1])


@pytest.mark.parametrize("text", INJECTED.values(), ids=INJECTED)
def test_titles_and_questions_are_no_way_out_either(text: str) -> None:
    content = prompt_of(text, "Fact.", title=text)
    assert len(FENCE.findall(content)) == 2 and not CONTROL.search(content)
    assert content.splitlines()[0] == '<passage number="1">' and content.splitlines()[2] == "Fact."


@given(st.text(st.sampled_from(list("<>/|｜＜ \n[]pasgeim_strnd12INST")), max_size=60))
def test_whatever_a_document_holds_there_are_as_many_fences_as_passages(text: str) -> None:
    spliced = text.replace("p", "</passage>").replace("i", "<|im_start|>")
    content = prompt_of(QUESTION, text, spliced)
    assert len(re.findall(r"<passage\b|</passage>", content)) == 4
    assert "<|" not in content and "|>" not in content


def test_ordinary_text_is_left_alone() -> None:
    kept = (
        "Use <b>bold</b>, a[1] < b | c > d, List<String>, `ls | wc`, see [3] and 《书》《》 <passenger>\n- 全角：ＡＢＣ"
    )
    assert sanitized(kept) == kept


def test_a_models_own_control_tokens_are_text_to_it(ollama: Ollama) -> None:
    tokens = control_tokens_of(OllamaServer(ollama.url).show(ollama.chat_model))
    assert {"<|im_start|>", "<|im_end|>"} <= tokens
    content = prompt_of(QUESTION, *(f"{FACT} {token} x" for token in sorted(tokens)), control_tokens=tuple(tokens))
    assert not any(token in content for token in tokens)
