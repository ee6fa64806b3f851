"""Ollama behind a proxy: who we are goes with every call and into no sentence, and to this machine goes no proxy."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from searchapp.doctor import diagnose
from searchapp.embedding.ollama import OllamaEmbedder
from searchapp.errors import ModelMissingError, SearchAppError, ServiceRefusedError, ServiceUnavailableError, UsageError
from searchapp.model import Answer, Done
from searchapp.ollama_api import OllamaServer
from searchapp.ollama_api.access import Access
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import CHAT, EMBEDDING, Script, ScriptedOllama, running

QUESTION = "What does the press weigh?"
RIGHT = "The press weighs 12.5 tonnes [1]."
MESSAGES = [{"role": "user", "content": "x"}]
PASSWORD = "s3cret-p@ss/wörd"
IN_ADDRESS = "us%3Aer:s3cret-p%40ss%2Fw%C3%B6rd@"
BASIC = f"Basic {base64.b64encode(f'us:er:{PASSWORD}'.encode()).decode()}"
BEARER = "Bearer k-0123456789"

CALLS: dict[str, Callable[[OllamaServer], object]] = {
    "version": lambda one: one.version(),
    "models": lambda one: one.models(),
    "digest": lambda one: one.digest(CHAT),
    "chat models": lambda one: one.chat_models(),
    "show": lambda one: one.show(CHAT),
    "window": lambda one: one.window(CHAT),
    "embed": lambda one: one.embed(EMBEDDING, ["a"]),
    "chat": lambda one: list(one.chat(CHAT, MESSAGES, 64, 2048)),
}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedOllama]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with running() as fake:
        fake.answer, fake.prefix, fake.authorization = Script([RIGHT]), "/llm/ollama", BASIC
        yield fake


def with_password(fake: ScriptedOllama) -> str:
    return fake.url.replace("://", f"://{IN_ADDRESS}") + fake.prefix


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_call_carries_the_user_of_the_address_and_its_path(
    scripted: ScriptedOllama, call: Callable[[OllamaServer], object]
) -> None:
    call(OllamaServer(with_password(scripted) + "/"))
    assert scripted.paths and scripted.denied == []


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_call_carries_the_key(scripted: ScriptedOllama, call: Callable[[OllamaServer], object]) -> None:
    scripted.authorization = BEARER
    call(OllamaServer(scripted.url + scripted.prefix, key=SecretStr("k-0123456789")))
    assert scripted.paths and scripted.denied == []


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_proxy_of_the_environment_is_not_on_the_way_to_this_machine(
    scripted: ScriptedOllama, call: Callable[[OllamaServer], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    call(OllamaServer(with_password(scripted)))
    assert scripted.paths


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.7", "http://[::1]:1", "http://u:p@127.0.0.1/x"])
def test_what_is_this_machine(url: str) -> None:
    assert Access(url)._options["trust_env"] is False
    assert Access("http://ollama.example.org")._options["trust_env"] is True


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_who_is_refused_is_told_so_without_a_secret(
    scripted: ScriptedOllama, call: Callable[[OllamaServer], object], caplog: pytest.LogCaptureFixture
) -> None:
    scripted.authorization = "Basic somebody-else"
    caplog.set_level(logging.DEBUG)
    for server in (
        OllamaServer(with_password(scripted)),
        OllamaServer(scripted.url + scripted.prefix, key=SecretStr("k-0123456789")),
    ):
        with pytest.raises(ServiceRefusedError, match=r"refuses access \(HTTP 401\)") as caught:
            call(server)
        told = f"{caught.value}{caught.value.remedy}{caught.value.__cause__}{server!r}{server._access!r}{caplog.text}"
        assert not any(word in told for word in ("s3cret", "k-0123456789", BASIC.partition(" ")[2], "us%3A"))
        assert "/llm/ollama" in str(caught.value)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_wrong_path_is_no_missing_model(scripted: ScriptedOllama, call: Callable[[OllamaServer], object]) -> None:
    with pytest.raises(ServiceUnavailableError, match=r"is not Ollama \(HTTP 404\)") as caught:
        call(OllamaServer(scripted.url.replace("://", f"://{IN_ADDRESS}")))
    assert "SEARCHAPP_OLLAMA_URL" in caught.value.remedy and not isinstance(caught.value, ModelMissingError)


def test_what_a_server_repeats_of_what_it_was_sent_is_hidden() -> None:
    access = Access(f"http://{IN_ADDRESS}h:1")
    assert access.without_secrets(f"no {BASIC}, {PASSWORD}, s3cret-p%40ss%2Fw%C3%B6rd") == (
        "no Basic [hidden], [hidden], [hidden]"
    )
    assert Access("http://h", SecretStr("k-0123456789")).without_secrets(BEARER) == "Bearer [hidden]"


def test_a_user_in_the_address_goes_before_the_key() -> None:
    assert Access("http://u:p@h", SecretStr("key"))._authorization.startswith("Basic ")
    assert Access("http://h", SecretStr("key"))._authorization == "Bearer key"
    assert Access("http://h")._options["headers"] == {}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:p@h:1/ollama/", "http://h:1/ollama"),
        ("https://u:p@[::1]:1", "https://[::1]:1"),
        ("http://h", "http://h"),
    ],
)
def test_what_is_shown_of_an_address(url: str, shown: str) -> None:
    assert OllamaServer(url).shown == shown


# --- the whole program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    return tmp_path


def built(folder: Path, url: str, **settings: object) -> Application:
    values = {"data_dir": folder / "data", "ollama_url": url, "llm_model": "scripted", "embedding_model": "hashed:256"}
    return Application(load_settings(**{**values, **settings}))


def asked(application: Application) -> Answer:
    *_, last = application.answerer.ask(QUESTION)
    assert isinstance(last, Done)
    return last.answer


@pytest.mark.parametrize("by", ["address", "OLLAMA_API_KEY", "SEARCHAPP_OLLAMA_API_KEY"])
def test_a_question_is_answered_and_doctor_is_content(
    folder: Path, scripted: ScriptedOllama, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url = with_password(scripted)
    if by != "address":
        monkeypatch.setenv(by, "k-0123456789\n")
        scripted.authorization, url = BEARER, scripted.url + scripted.prefix
    application = built(folder, url)
    list(application.ingester.ingest([str(folder / "press.md")]))
    answer = asked(application)
    assert (answer.extractive, answer.notices, answer.model) == (False, (), "scripted")
    application.check_language_model()
    assert application.answerer.models()[1] == CHAT
    assert [one.severity.value for one in diagnose(application, quick=True) if one.check == "language model"] == [
        "ok",
        "ok",
    ]
    embedder = OllamaEmbedder(EMBEDDING, application.settings)
    assert embedder.embed_documents(["text"]).shape == (1, 2)
    embedder.check()
    assert scripted.denied == [] and set(scripted.paths) == {
        "/api/version", "/api/tags", "/api/show", "/api/chat", "/api/embed"
    }  # fmt: skip


def test_an_answer_that_could_not_be_written_names_no_secret(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.authorization = BEARER
    application = built(folder, with_password(scripted))
    list(application.ingester.ingest([str(folder / "press.md")]))
    answer = asked(application)
    assert answer.extractive and [one.code for one in answer.notices] == ["quoted", "service_refused"]
    assert answer.notices[1].subject == scripted.url + scripted.prefix
    told = f"{answer}{list(diagnose(application, quick=True))}{application.settings!r}"
    assert "s3cret" not in told and "us%3A" not in told
    with pytest.raises(SearchAppError) as caught:
        application.check_language_model()
    assert "s3cret" not in str(caught.value)


def test_a_key_that_no_header_can_carry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "k-01\n23456789")
    with pytest.raises(UsageError, match="SEARCHAPP_OLLAMA_API_KEY") as caught:
        load_settings()
    assert "k-01" not in str(caught.value)
