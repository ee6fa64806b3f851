"""A server that speaks OpenAI's protocol for chats: whatever it sends ends as a reply or as one of our errors."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from searchapp.errors import (
    ModelMissingError,
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from searchapp.llm import ReplyPart
from searchapp.openai_api.chat import ChatServer
from searchapp.openai_api.stream import LONGEST_LINE
from searchapp.tokens import EstimatingTokenizer
from tests.services.scripted_chat import DONE, MODEL, USAGE, Reply, ScriptedChat, event, refused, running, said

MESSAGES = [{"role": "user", "content": "How heavy?"}]
KEY = "sk-test-very-secret"


@pytest.fixture
def fake() -> Iterator[ScriptedChat]:
    with running() as found:
        yield found


def server(fake: ScriptedChat, **options: object) -> ChatServer:
    return ChatServer(fake.url, MODEL, SecretStr(KEY), **options)  # type: ignore[arg-type]


def reply(fake: ScriptedChat, *, tokens: int = 64, think: bool = False, **options: object) -> list[ReplyPart]:
    return list(server(fake, **options).chat(MODEL, MESSAGES, tokens, 2048, think=think))


def text(parts: list[ReplyPart]) -> str:
    return "".join(part.text for part in parts)


def test_a_streamed_reply_comes_in_parts_with_its_counts(fake: ScriptedChat) -> None:
    fake.replies = [said("It weighs ", "12.5 t [1].", " 压力机重12.5吨。")]
    parts = reply(fake)
    assert text(parts) == "It weighs 12.5 t [1]. 压力机重12.5吨。"
    assert parts[-1] == ReplyPart(is_last=True, prompt_tokens=11, answer_tokens=7)
    (asked,) = fake.asked
    assert (asked["model"], asked["max_tokens"], asked["temperature"], asked["stream"]) == (MODEL, 64, 0, True)
    assert asked["chat_template_kwargs"] == {"enable_thinking": False}
    assert fake.keys == [f"Bearer {KEY}"]


def test_a_reply_is_the_same_however_the_bytes_are_cut(fake: ScriptedChat) -> None:
    whole = b"".join(
        [event("压力机"), b": keep-alive\n\n", event("重 12.5 吨 😀"), event(reason="length"), USAGE, DONE]
    )
    for seed in range(20):
        cuts = sorted(random.Random(seed).sample(range(1, len(whole)), 8))
        pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        fake.replies = [Reply([piece.replace(b"\n", b"\r\n") for piece in pieces])]
        parts = reply(fake)
        assert text(parts) == "压力机重 12.5 吨 😀"
        assert parts[-1].is_cut


def test_thoughts_are_told_apart(fake: ScriptedChat) -> None:
    for field in ("reasoning_content", "reasoning"):
        fake.replies = [Reply([event(**{field: "Hm."}), event("12.5 t."), event(reason="stop"), DONE])]
        parts = reply(fake, think=True)
        assert [part.is_thought for part in parts] == [True, False, False]
        assert text(parts) == "12.5 t."
    assert fake.asked[-1]["chat_template_kwargs"] == {"enable_thinking": True}


def test_a_server_that_does_not_stream_is_read_all_the_same(fake: ScriptedChat) -> None:
    body = (
        b'{"choices": [{"message": {"role": "assistant",\n "content": "12.5 t."}, "finish_reason": "stop"}],'
        b' "usage": {"prompt_tokens": 3, "completion_tokens": 4}}'
    )
    fake.replies = [Reply([body], type="application/json")]
    assert reply(fake) == [ReplyPart("12.5 t."), ReplyPart(is_last=True, prompt_tokens=3, answer_tokens=4)]


@pytest.mark.parametrize(
    "message",
    [
        "Unrecognized request argument supplied: chat_template_kwargs",
        "[{'type': 'extra_forbidden', 'loc': ('body', 'chat_template_kwargs')}]",
    ],
)
def test_what_a_server_does_not_know_is_left_out(fake: ScriptedChat, message: str) -> None:
    fake.replies = [
        refused(400, message),
        refused(422, "stream_options: extra fields not permitted"),
        refused(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refused(400, "Unsupported value: 'temperature' does not support 0"),
        said("ok"),
    ]
    assert text(reply(fake)) == "ok"
    assert sorted(fake.asked[-1]) == ["max_completion_tokens", "messages", "model", "stream"]
    assert fake.asked[-1]["max_completion_tokens"] == 64


def test_a_refusal_that_stays_ends(fake: ScriptedChat) -> None:
    fake.replies = [refused(400, "temperature temperature temperature")]
    with pytest.raises(ModelUnavailableError):
        reply(fake)
    assert len(fake.asked) == 2


@pytest.mark.parametrize(
    ("answer", "code", "kind"),
    [
        (refused(401, f"Incorrect API key provided: {KEY}"), "llm_key_refused", ServiceRefusedError),
        (refused(429, "quota", "insufficient_quota"), "llm_credit_used_up", ServiceRefusedError),
        (refused(429, "slow down"), "llm_busy", ServiceUnavailableError),
        (refused(404, "The model `x` does not exist", "model_not_found"), "llm_model_missing", ModelMissingError),
        (Reply([b"<html>nginx</html>"], 404, "text/html"), "llm_protocol_unknown", ServiceUnavailableError),
        (Reply([b"<html>nginx</html>"], 502, "text/html"), "llm_failed", ServiceUnavailableError),
        (
            Reply([b""], 302, headers=(("location", "http://127.0.0.1:1/"),)),
            "llm_server_moved",
            ServiceUnavailableError,
        ),
        (
            refused(400, "This model's maximum context length is 2048 tokens", "context_length_exceeded"),
            "llm_prompt_too_long",
            ModelUnavailableError,
        ),
        (
            refused(500, "Requested tokens (9000) exceed context window of 2048"),
            "llm_prompt_too_long",
            ModelUnavailableError,
        ),
        (refused(400, "no"), "llm_request_refused", ModelUnavailableError),
        (Reply([]), "llm_empty", ServiceUnavailableError),
        (Reply([b": ping\n\n", DONE]), "llm_empty", ServiceUnavailableError),
        (Reply([b"data: {half\n\n"]), "llm_unreadable", ServiceUnavailableError),
        (Reply([b"data: [1, 2]\n\n"]), "llm_unreadable", ServiceUnavailableError),
        (Reply([b"data: " + b"[" * 100_000 + b"\n\n"]), "llm_unreadable", ServiceUnavailableError),
        (Reply([b"data: " + b"x" * (LONGEST_LINE + 10)]), "llm_unreadable", ServiceUnavailableError),
        (
            Reply([event("It "), b'data: {"error": {"message": "CUDA error"}}\n\n']),
            "llm_broke_off",
            ServiceUnavailableError,
        ),
        (Reply([event("It "), event(reason="content_filter"), DONE]), "llm_held_back", ServiceUnavailableError),
        (Reply([event("It weighs")], cut=True), "llm_away", ServiceUnavailableError),
    ],
)
def test_what_fails_is_one_of_our_errors_without_the_key(
    fake: ScriptedChat, answer: Reply, code: str, kind: type[SearchAppError]
) -> None:
    fake.replies = [answer]
    with pytest.raises(kind) as raised:
        reply(fake)
    assert raised.value.sentence.code == code
    assert KEY not in f"{raised.value.sentence.whole}{raised.value}"


def test_odd_events_are_no_text(fake: ScriptedChat) -> None:
    odd = [
        b"data: {}\n\n", b'data: {"choices": []}\n\n', b'data: {"choices": [null]}\n\n', b"event: ping\n\n",
        b'data: {"choices": [{"delta": null, "finish_reason": 7}]}\n\n',
        b'data: {"choices": [{"delta": {"content": 5, "reasoning": {}}}], "usage": {"prompt_tokens": "x"}}\n\n',
        b'data: {"choices": [{"delta": {"content": [{"type": "text", "text": "12"}, 3, {"type": "image"}]}}]}\n\n',
        b'data: {"choices": [{"delta": {"content": "\xff tonnes"}}]}\n\n',
    ]  # fmt: skip
    fake.replies = [Reply([*odd, event(reason="stop")])]
    parts = reply(fake)
    assert text(parts) == "12\ufffd tonnes"
    assert parts[-1].is_last


def test_a_stream_that_ends_unsaid_has_no_last_part(fake: ScriptedChat) -> None:
    fake.replies = [Reply([event("It weighs 12")])]
    assert reply(fake) == [ReplyPart("It weighs 12")]
    assert server(fake).unfinished().sentence.code == "llm_closed"


def test_a_server_that_does_not_stop_is_stopped(fake: ScriptedChat) -> None:
    fake.replies = [Reply([event("word " * 200)] * 200)]
    parts = reply(fake, tokens=16)
    assert parts[-1].is_cut
    assert len(text(parts)) < 3000


def test_giving_up_ends_a_silent_stream(fake: ScriptedChat) -> None:
    gate = threading.Event()
    fake.replies = [Reply([event("It "), *[event("x" * 10_000)] * 500], gate=gate)]
    gone = threading.Event()
    parts = server(fake).chat(MODEL, MESSAGES, 64, 2048, gone.is_set)
    assert next(parts).text == "It "
    gone.set()
    started = time.monotonic()
    assert list(parts) == []
    assert time.monotonic() - started < 5
    gate.set()
    assert fake.left.wait(10)


def test_silence_is_given_up(fake: ScriptedChat) -> None:
    gate = threading.Event()
    fake.replies = [Reply([event("It "), event("x")], gate=gate)]
    with pytest.raises(ServiceUnavailableError) as raised:
        reply(fake, timeout=0.3)
    gate.set()
    assert raised.value.sentence.code == "llm_slow"


def test_nobody_there_is_said() -> None:
    with pytest.raises(ServiceUnavailableError) as raised:
        list(ChatServer("http://127.0.0.1:9/v1", MODEL).chat(MODEL, MESSAGES, 5, 2048))
    assert raised.value.sentence.code == "llm_away"


@pytest.mark.parametrize(
    ("models", "beside", "window"),
    [
        ([{"id": MODEL, "max_model_len": 8192}], {}, 8192),  # vLLM
        ([{"id": "other", "context_length": 1}, {"id": MODEL, "context_length": 131072}], {}, 131072),
        ([{"id": "file.gguf"}], {"/props": {"default_generation_settings": {"n_ctx": 3072}}}, 3072),  # llama.cpp
        ([{"id": MODEL}], {"/api/v0/models": {"data": [{"id": MODEL, "loaded_context_length": 4096}]}}, 4096),
        ([{"id": MODEL}], {"/props": {"default_generation_settings": {"n_ctx": "many"}}}, None),
        ([{"id": MODEL, "max_model_len": -1}], {"/props": {"default_generation_settings": [1]}}, None),
        ([], {}, None),
    ],
)
def test_the_window_is_what_the_server_tells(
    fake: ScriptedChat, models: list[dict[str, object]], beside: dict[str, dict[str, object]], window: int | None
) -> None:
    fake.models, fake.beside = models, {**beside}
    assert server(fake).window(MODEL) == window


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/tokenize", lambda body: {"tokens": list(range(len(body["content"])))}),  # llama.cpp
        ("/tokenize", lambda body: {"count": len(body["prompt"]), "max_model_len": 9}),  # vLLM
        ("/extras/tokenize/count", lambda body: {"count": len(body["input"])}),  # llama-cpp-python
    ],
)
def test_tokens_are_counted_by_the_server(fake: ScriptedChat, path: str, answer: object) -> None:
    fake.beside = {path: answer}  # type: ignore[dict-item]
    tokenizer = server(fake).vocabulary(MODEL).tokenizer
    assert tokenizer.counts(["abc", "压力机"]) == [3 + 2, 3 + 2]
    fake.beside = {}  # it stops counting
    assert tokenizer.counts(["abcd 压"]) == EstimatingTokenizer().counts(["abcd 压"])


def test_tokens_are_estimated_where_the_server_does_not_count(fake: ScriptedChat) -> None:
    vocabulary = server(fake).vocabulary(MODEL)
    assert vocabulary.tokenizer.counts(["压力机"]) == EstimatingTokenizer().counts(["压力机"])
    assert {"<|im_start|>", "<|eot_id|>", "[INST]"} <= vocabulary.control_tokens


def test_models_are_listed_here_and_only_named_elsewhere(fake: ScriptedChat) -> None:
    fake.models = [{"id": "b"}, {"id": "a"}, {"object": "model"}]
    assert [one.name for one in server(fake).chat_models()] == ["a", "b"]
    elsewhere = ChatServer("https://llm.example/v1", "gpt-x")
    assert [one.name for one in elsewhere.chat_models()] == ["gpt-x"]
