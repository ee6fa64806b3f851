"""The protocol as the official client speaks it, over a scripted answerer and real HTTP."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from openai import OpenAI

from searchapp.access import Scope
from searchapp.errors import ServiceUnavailableError
from searchapp.model import BROKEN_OFF, Notice, Turn
from tests.web.samples import fill
from tests.web.stand_in import StandIn
from tests.web.v1.conftest import Connect, asked, text_of, user


@pytest.fixture
def client(address: str, connect: Connect) -> OpenAI:
    return connect(address)


def streamed(client: OpenAI, *said: str, **more: Any) -> list[Any]:
    return list(client.chat.completions.create(model="searchapp", messages=user(*said), stream=True, **more))


def test_a_completion_is_an_answer_with_its_citations(client: OpenAI, library: StandIn, address: str) -> None:
    completion = asked(client, "gloves")
    (choice,) = completion.choices
    assert (completion.object, completion.model, choice.finish_reason) == ("chat.completion", "searchapp", "stop")
    text = choice.message.content or ""
    cited = [one.url_citation for one in choice.message.annotations or []]
    assert text.startswith("Operators wear cut-resistant gloves") and len(cited) == 5
    assert [text[one.start_index : one.end_index] for one in cited] == ["[1]", "[1]", "[2]", "[3]", "[3]"]
    assert cited[0].title == "Press shop safety manual, page 12"
    assert cited[0].url == f"{address}/?open=press-safety&passage=press-safety-0"
    whole = completion.model_extra["searchapp"]  # type: ignore[index]
    assert [one["support"] for one in whole["sentences"]] == ["supported", "supported", "weak", "unsupported"]
    assert "every Monday" in text.rpartition("\n> ")[2]  # what is not borne out is said in the text too
    assert [question for question, *_ in library.answerer.asked] == ["gloves"]


def test_a_stream_is_the_same_answer(client: OpenAI) -> None:
    whole = asked(client, "gloves")
    chunks = streamed(client, "gloves", stream_options={"include_usage": True})
    first, *rest, last, counted = chunks
    assert (first.choices[0].delta.role, first.choices[0].delta.content) == ("assistant", "")
    assert len({chunk.id for chunk in chunks}) == 1 and {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    pieces = [chunk.choices[0].delta.content or "" for chunk in rest]
    assert "".join(pieces) == text_of(whole) and len([piece for piece in pieces if piece]) > 3
    (annotations,) = [
        found for chunk in rest if (found := (chunk.choices[0].delta.model_extra or {}).get("annotations"))
    ]
    assert annotations == [one.model_dump() for one in whole.choices[0].message.annotations or []]
    assert [chunk.choices[0].finish_reason for chunk in (*rest, last)][-1] == "stop"
    assert last.model_extra["searchapp"]["answer"] == whole.model_extra["searchapp"]["answer"]  # type: ignore[index]
    assert counted.choices == []
    assert "usage" not in last.model_fields_set
    assert [chunk for chunk in streamed(client, "gloves") if not chunk.choices] == []


def test_tokens_are_counted_or_it_is_said_that_nobody_counted(client: OpenAI, library: StandIn) -> None:
    assert asked(client, "gloves").usage is None  # a model wrote, and its server did not count
    library.answerer.changes = {"prompt_tokens": 900, "answer_tokens": 40}
    usage = asked(client, "gloves").usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (900, 40, 940)
    assert streamed(client, "gloves", stream_options={"include_usage": True})[-1].usage == usage
    library.answerer.changes = {"model": ""}
    usage = asked(client, "gloves").usage
    assert usage is not None and usage.total_tokens == 0


def test_the_conversation_goes_along(client: OpenAI, library: StandIn) -> None:
    messages = [{"role": "system", "content": "Talk like a pirate."}, *user("Which gloves?", "Class D.", "gloves?")]
    client.chat.completions.create(model="searchapp", messages=messages)  # type: ignore[arg-type]
    assert library.answerer.conversations[-1] == ("", (Turn("Which gloves?", "Class D."),))
    assert library.answerer.asked[-1][0] == "gloves?"


def test_an_incomplete_answer_says_so(client: OpenAI, library: StandIn) -> None:
    library.answerer.changes = {"complete": False, "notices": (Notice("cut_off", "It was cut off."),)}
    completion = asked(client, "gloves", max_tokens=5)
    assert completion.choices[0].finish_reason == "length"
    assert "\n\n> It was cut off." in text_of(completion)
    assert streamed(client, "gloves")[-1].choices[0].finish_reason == "length"


def test_a_stop_ends_the_answer_and_its_writing(client: OpenAI, library: StandIn) -> None:
    completion = asked(client, "gloves", stop=["never", " [1]"])
    assert text_of(completion) == "Operators wear cut-resistant gloves of class D or higher while the press is open"
    assert completion.choices[0].finish_reason == "stop" and completion.choices[0].message.annotations == []
    assert library.answerer.closed.wait(10)
    library.answerer.closed.clear()
    chunks = streamed(client, "gloves", stop=" [1]")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == text_of(completion)
    assert chunks[-1].choices[0].finish_reason == "stop" and library.answerer.closed.wait(10)


def test_a_job_of_the_clients_own_is_not_searched_for(client: OpenAI, library: StandIn) -> None:
    chat = "<chat_history>\nUSER: Which gloves are worn?\nASSISTANT: D.\n</chat_history>"
    job = f'### Task:\nGenerate a concise title.\n### Output:\nJSON format: {{ "title": "..." }}\n{chat}'
    completion = asked(client, job)
    assert json.loads(text_of(completion)) == {"title": "Which gloves are worn"}
    assert completion.usage is not None and completion.usage.total_tokens == 0
    chunks = streamed(client, job, stream_options={"include_usage": True})
    assert chunks[0].choices[0].delta.content == text_of(completion) and chunks[-1].usage.total_tokens == 0
    assert library.answerer.asked == [] and library.searcher.requests == []


def test_errors_have_openais_form_in_the_callers_language(address: str, connect: Connect, library: StandIn) -> None:
    client = connect(address)
    with pytest.raises(openai.NotFoundError) as missing:
        asked(client, "gloves", model="gpt-4o")
    assert (missing.value.code, missing.value.type) == ("model_not_found", "invalid_request_error")
    for more, param in (
        ({"n": 2}, "n"), ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"stop": ["a"] * 5}, "stop"), ({"max_tokens": 0}, "max_tokens"),
        ({"stream_options": {"include_usage": 3}}, "stream_options.include_usage"),
        ({"extra_body": {"messages": [{"role": "tool", "content": "x"}]}}, "messages[0].role"),
        ({"extra_body": {"messages": [{"role": "user", "content": 5}]}}, "messages[0].content"),
        ({"extra_body": {"messages": []}}, "messages"), ({"extra_body": {"model": None}}, "model"),
    ):  # fmt: skip
        with pytest.raises(openai.BadRequestError) as wrong:
            asked(client, "gloves", **more)
        assert wrong.value.param == param, more
        assert wrong.value.type == "invalid_request_error" and param.partition("[")[0] in wrong.value.message
    image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]
    with pytest.raises(openai.BadRequestError, match="只读取文字"):
        connect(address, Accept_Language="zh-CN").chat.completions.create(
            model="searchapp",
            messages=[{"role": "user", "content": image}],  # type: ignore[list-item, misc]
        )
    library.searcher.error = ServiceUnavailableError("passed_on", text="The store is away.", remedy="Start it.")
    for more in ({}, {"stream": True}):
        with pytest.raises(openai.InternalServerError) as away:
            asked(client, "gloves", **more)
        assert away.value.status_code == 503 and "The store is away. Start it." in away.value.message
        assert away.value.type == "server_error"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"model": "searchapp"', b"\xff\xfe", b'{"a":' * 900])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_malformed_bodies_are_told_so(address: str, body: bytes, kind: str) -> None:
    answer = httpx.post(f"{address}/v1/chat/completions", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]["code"] == "body_not_json"


def test_paths_that_are_not_there_answer_in_the_same_form(address: str) -> None:
    for method, path, status in (
        ("GET", "/v1/embeddings", 404), ("GET", "/v1/chat/completions", 405), ("DELETE", "/v1/models", 405),
    ):  # fmt: skip
        answer = httpx.request(method, f"{address}{path}", headers={"Accept": "text/html"})
        assert answer.status_code == status and set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_an_error_in_the_middle_of_a_stream_reaches_the_client(client: OpenAI, library: StandIn) -> None:
    library.answerer.error = ServiceUnavailableError("passed_on", text="The model is gone.", remedy="")
    chunks = client.chat.completions.create(model="searchapp", messages=user("gloves"), stream=True)
    assert [next(chunks).choices[0].delta.content for _ in range(2)][1].startswith("Operators wear")
    with pytest.raises(openai.APIError, match="The model is gone"):
        list(chunks)
    library.answerer.error = RuntimeError("secret")
    with pytest.raises(openai.APIError) as hidden:
        streamed(client, "gloves")
    assert "secret" not in hidden.value.message
    with pytest.raises(openai.InternalServerError):
        asked(client, "gloves")


def test_an_answer_that_broke_off_is_an_error_behind_what_came(client: OpenAI, library: StandIn) -> None:
    notice = Notice(BROKEN_OFF, "The server broke off in the middle.")
    library.answerer.changes = {"complete": False, "notices": (notice,)}
    assert asked(client, "gloves").choices[0].finish_reason == "length"
    with pytest.raises(openai.APIError, match="broke off in the middle") as broken:
        streamed(client, "gloves")
    assert broken.value.code == BROKEN_OFF


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_ends_the_work(address: str, library: StandIn, stream: bool) -> None:
    library.answerer.gate.clear()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    body = json.dumps({"model": "searchapp", "messages": user("gloves"), "stream": stream})
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    while not library.answerer.asked:
        time.sleep(0.01)
    assert not library.answerer.closed.is_set()
    connection.close()
    assert library.answerer.closed.wait(30)


@pytest.fixture
def guarded(tmp_path: Path, served: Callable[[object], str]) -> tuple[StandIn, str]:
    app = StandIn(tmp_path, auth="required", requests_per_minute=6)
    fill(app)
    return app, served(app)


def test_keys_are_asked_for(guarded: tuple[StandIn, str], connect: Connect) -> None:
    app, address = guarded
    for key in ("sak_wrong", "none"):
        with pytest.raises(openai.AuthenticationError) as refused:
            asked(connect(address, key), "gloves")
        assert (refused.value.code, refused.value.type) == ("invalid_api_key", "authentication_error")
    answer = httpx.get(f"{address}/v1/models", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")  # no page to log in on
    _, key = app.access.keys.make("writer", frozenset(), None)
    with pytest.raises(openai.PermissionDeniedError) as forbidden:
        connect(address, key).models.list()
    assert forbidden.value.code == "scope_missing"


def test_requests_are_counted_and_told_when_to_come_back(guarded: tuple[StandIn, str], connect: Connect) -> None:
    app, address = guarded
    _, key = app.access.keys.make("reader", frozenset({Scope.READ}), None)
    client = connect(address, key)
    for _ in range(6):
        client.models.list()
    with pytest.raises(openai.RateLimitError) as busy:
        client.models.list()
    assert int(busy.value.response.headers["Retry-After"]) > 0 and busy.value.type == "rate_limit_error"


def test_questions_wait_in_the_line_of_the_page(
    tmp_path: Path, served: Callable[[object], str], connect: Connect
) -> None:
    app = StandIn(tmp_path, answers_at_once=1, answers_waiting=0)
    fill(app)
    address = served(app)
    app.answerer.gate.clear()
    with httpx.stream("POST", f"{address}/api/ask", json={"question": "gloves"}):
        with pytest.raises(openai.InternalServerError) as busy:
            asked(connect(address), "gloves")
        assert busy.value.code == "answers_queued_up" and int(busy.value.response.headers["Retry-After"]) > 0
        app.answerer.gate.set()


def test_other_sites_and_names_are_refused(address: str) -> None:
    body = {"model": "searchapp", "messages": user("gloves")}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}):
        answer = httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 403 and answer.json()["error"]["type"] == "permission_error", headers
