"""What only a remote service does, against a fake that says so: the protocol, its limits, keys and failures."""

from __future__ import annotations

import datetime as dt
import logging
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest

from searchapp.errors import (
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    TextTooLongError,
)
from searchapp.openai_api.retrying import MOST_ASKED_SECONDS, asked_pause
from searchapp.settings import load_settings
from tests.embedding.conftest import SMALL, Build
from tests.services import process
from tests.services.fake_openai import KEY, FakeOpenAI, Reply, error, limited, serving

TEXTS = ["How do I restore a snapshot?", "混合检索将关键词与语义结合起来", "gloves of class D"]


def texts_of(fake: FakeOpenAI) -> list[list[str]]:
    """What was sent, request by request, but for what the fingerprint asks at first."""
    return [request["input"] for request in fake.requests[2:]]


# --- the protocol


def test_vectors_come_in_the_order_of_the_texts_whatever_the_order_of_the_answer(
    fake: FakeOpenAI, build: Build
) -> None:
    together = build().embed_documents(TEXTS)
    alone = np.vstack([build().embed_documents([text]) for text in TEXTS])
    assert together.dtype == np.float32 and together.shape == (3, 1536)
    assert np.allclose(together, alone, atol=1e-6) and np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert set(fake.requests[-1]) == {"model", "input"} and fake.requests[-1]["model"] == SMALL
    assert set(fake.keys) == {f"Bearer {KEY}"}


def test_dimensions_can_be_chosen_and_are_part_of_what_the_model_is(fake: FakeOpenAI, build: Build) -> None:
    chosen = build(embedding_dimensions=256)
    assert chosen.embed_query("gloves").shape == (256,) and fake.requests[-1]["dimensions"] == 256
    assert not chosen.fingerprint.matches(build().fingerprint)
    with pytest.raises(ModelUnavailableError, match="dimensions that are asked for"):
        _ = build("text-embedding-ada-002", embedding_dimensions=256).fingerprint


def test_dimensions_that_are_not_heeded_are_noticed(fake: FakeOpenAI, build: Build) -> None:
    fake.lie = lambda answer: {**answer, "data": [{**one, "embedding": [1.0] * 384} for one in answer["data"]]}
    with pytest.raises(ModelUnavailableError, match="gives 384 dimensions, not the 256"):
        _ = build(embedding_dimensions=256).fingerprint


def test_the_same_settings_give_the_same_fingerprint_and_other_names_another(build: Build) -> None:
    one = build().fingerprint
    assert one == build().fingerprint
    assert one.max_tokens == 8191 and one.query_prompt == one.document_prompt == ""
    others = (build("text-embedding-3-large"), build(embedding_query_model="text-embedding-ada-002"))
    assert not any(other.fingerprint.matches(one) for other in others)


def test_queries_go_to_the_model_that_is_named_for_them(fake: FakeOpenAI, build: Build) -> None:
    built = build(embedding_query_model="text-embedding-ada-002", embedding_query_prompt="find: ")
    built.embed_query("gloves")
    assert (fake.requests[-1]["model"], fake.requests[-1]["input"]) == ("text-embedding-ada-002", ["find: gloves"])
    built.embed_documents(["gloves"])
    assert (fake.requests[-1]["model"], fake.requests[-1]["input"]) == (SMALL, ["gloves"])


def test_requests_hold_no_more_texts_and_tokens_than_the_service_takes(fake: FakeOpenAI, build: Build) -> None:
    built = build(embedding_batch_size=1024, embedding_dimensions=64)
    built.embed_documents([f"{number}" for number in range(2500)])
    assert [len(texts) for texts in texts_of(fake)] == [1024, 1024, 452]
    before = len(fake.requests)
    long = [f"{number} " + "sun " * 7000 for number in range(45)]
    assert built.embed_documents(long).shape == (45, 64)
    sent = [sum(len(text.split()) for text in request["input"]) for request in fake.requests[before:]]
    assert len(sent) == 2 and max(sent) <= 300_000


def test_a_text_that_is_too_long_is_not_sent_and_a_query_is_shortened(fake: FakeOpenAI, build: Build) -> None:
    built = build(embedding_max_tokens=64)
    built.embed_query("sun " * 500)
    assert len(fake.requests[-1]["input"][0].split()) == 62
    before = len(fake.requests)
    with pytest.raises(TextTooLongError, match="longer than the 64 that"):
        built.embed_documents(["short", "sun " * 500])
    assert len(fake.requests) == before


def test_a_server_that_refuses_a_long_text_is_understood(fake: FakeOpenAI, build: Build) -> None:
    with pytest.raises(TextTooLongError, match=r"longer than it reads. Set SEARCHAPP_EMBEDDING_MAX_TOKENS"):
        build(embedding_max_tokens=20_000).embed_documents(["sun " * 9000])


@pytest.mark.parametrize("text", ["", "half a pair: \ud83d"])
def test_a_text_that_is_no_json_for_servers_is_sent_all_the_same(build: Build, text: str) -> None:
    assert build().embed_documents([text, "gloves"]).shape == (2, 1536)


# --- limits and failures


def test_limits_of_rate_are_waited_for(fake: FakeOpenAI, build: Build) -> None:
    built = build()
    _ = built.fingerprint
    fake.script = [limited(Retry_After="0"), limited(Retry_After_Ms="5"), error(503, "overloaded", Retry_After="0")]
    assert built.embed_documents(["gloves"]).shape == (1, 1536)
    assert len(fake.requests) == 2 + 4 and fake.script == []


def test_a_long_limit_is_heeded_without_waiting_for_it(fake: FakeOpenAI, build: Build) -> None:
    built = build()
    _ = built.fingerprint
    fake.script = [limited(Retry_After="200")]
    for _ in range(3):  # ingestion asks again and again, by its own patience; the service is left alone meanwhile
        with pytest.raises(ServiceUnavailableError, match="takes no more requests now"):
            built.embed_documents(["gloves"])
    with pytest.raises(ServiceUnavailableError, match="takes no more requests now"):
        built.embed_query("gloves")
    assert len(fake.requests) == 2 + 1


def test_retry_after_is_read_in_each_of_its_forms() -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=100)
    assert asked_pause({"retry-after": "7"}) == 7 and asked_pause({"retry-after": "0.5"}) == 0.5
    assert asked_pause({"retry-after": "7", "retry-after-ms": "1500"}) == 1.5
    by_date = asked_pause({"retry-after": format_datetime(soon, usegmt=True)})
    assert by_date is not None and 50 < by_date <= 100
    assert asked_pause({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert asked_pause({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}) == 0
    assert asked_pause({"retry-after": "99999999"}) == MOST_ASKED_SECONDS
    for nonsense in ({}, {"retry-after": "soon"}, {"retry-after": "nan"}, {"retry-after": ""}):
        assert asked_pause(nonsense) is None
    assert asked_pause({"retry-after": "-5"}) == 0


def test_a_server_that_goes_on_failing_is_given_up(fake: FakeOpenAI, build: Build) -> None:
    built = build()
    _ = built.fingerprint
    fake.script = [error(500, "The server had an error", Retry_After="0")] * 9
    with pytest.raises(ServiceUnavailableError, match=r"failed \(HTTP 500\)"):
        built.embed_documents(["gloves"])
    with pytest.raises(ServiceUnavailableError):
        built.embed_query("gloves")
    assert len(fake.script) == 9 - 4 - 2


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (error(401, f"Incorrect API key provided: {KEY}"), ServiceRefusedError, "SEARCHAPP_OPENAI_API_KEY"),
        (error(403, "Country not supported"), ServiceRefusedError, r"refuses the key \(HTTP 403\)"),
        (error(429, "You exceeded your quota", "insufficient_quota"), ServiceRefusedError, "credit at .* is used up"),
        (error(404, "The model does not exist", "model_not_found"), ModelUnavailableError, f"has no model '{SMALL}'"),
        (error(400, "maximum context length is 8192 tokens"), TextTooLongError, "longer than it reads"),
        (error(413, "Input is too large"), TextTooLongError, "longer than it reads"),
        (error(400, "unknown field"), ModelUnavailableError, r"refuses the request .* \(HTTP 400\)"),
        (Reply(200, b"<html>Welcome</html>"), ServiceUnavailableError, "does not speak OpenAI's protocol"),
        (Reply(404, b"<html>Not found</html>"), ServiceUnavailableError, "does not speak OpenAI's protocol"),
        (Reply(200, b"[" * 100_000), ServiceUnavailableError, "does not speak OpenAI's protocol"),
        (Reply(200, b"\xff\xfe"), ServiceUnavailableError, "does not speak OpenAI's protocol"),
        (Reply(200, b'{"object": "list"}'), ServiceUnavailableError, "does not speak OpenAI's protocol"),
        (Reply(200, b" " * 300_000), ServiceUnavailableError, "does not speak OpenAI's protocol"),
    ],
)
def test_a_refusal_is_one_sentence_with_its_remedy(
    fake: FakeOpenAI, build: Build, reply: Reply, kind: type[SearchAppError], words: str
) -> None:
    fake.script = [reply]
    with pytest.raises(kind, match=words) as refused:
        _ = build().fingerprint
    assert refused.value.remedy and KEY not in str(refused.value)
    assert fake.script == [] and len(fake.requests) == 1


def test_the_key_follows_no_redirect(fake: FakeOpenAI, build: Build) -> None:
    with serving() as elsewhere:
        fake.script = [Reply(307, b"", {"Location": f"{elsewhere.url}/embeddings"})]
        with pytest.raises(ServiceUnavailableError, match=r"another address \(HTTP 307\), where no key is sent"):
            _ = build().fingerprint
        assert elsewhere.requests == []


def test_no_proxy_of_the_environment_gets_what_is_meant_for_this_machine(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert build().embed_query("gloves").shape == (1536,)


def test_the_key_stands_in_no_log_and_no_error(
    fake: FakeOpenAI, build: Build, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    built = build()
    built.embed_documents(TEXTS)
    fake.script = [error(401, f"Incorrect API key provided: {KEY}")]
    with pytest.raises(ServiceRefusedError) as refused:
        built.embed_query("gloves")
    assert KEY not in caplog.text and KEY not in str(refused.value)
    assert KEY not in repr(load_settings(openai_api_key=KEY))
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_a_missing_server_is_named_without_the_password_in_its_address(build: Build) -> None:
    nobody = f"http://ada:hunter2hunter2@127.0.0.1:{process.free_port()}/v1"
    with pytest.raises(ServiceUnavailableError, match=r"No server of embeddings answers at 127\.0\.0\.1:") as missing:
        _ = build(openai_base_url=nobody).fingerprint
    assert "hunter2" not in str(missing.value) and missing.value.__cause__ is None


def test_whether_the_server_is_there_is_asked_without_sending_text(fake: FakeOpenAI, build: Build) -> None:
    build().check()  # type: ignore[attr-defined]
    assert fake.requests == []
    with pytest.raises(ServiceRefusedError, match="SEARCHAPP_OPENAI_API_KEY"):
        build(openai_api_key="wrong").check()  # type: ignore[attr-defined]
