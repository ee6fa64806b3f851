"""Answers by a server that speaks OpenAI's protocol: two real ones, and one that fails on cue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.answer.writers import LARGEST_WINDOW, Writers
from searchapp.doctor.language_model import check_language_model
from searchapp.errors import ServiceUnavailableError, UsageError
from searchapp.findings import Severity
from searchapp.model import Answer, Done, SourcesFound
from searchapp.openai_api.chat import ChatServer
from searchapp.openai_api.leaving import all_leaving
from searchapp.settings import load_settings
from searchapp.settings.serving import LanguageProvider
from searchapp.wiring import Application
from tests.services import llama_cpp as llama
from tests.services.ollama import Ollama
from tests.services.scripted_chat import DONE, MODEL, Reply, ScriptedChat, event, refused, running, said

QUESTION = "What does the press weigh?"
RIGHT = "The press weighs 12.5 tonnes. [1]"


@pytest.fixture
def fake() -> Iterator[ScriptedChat]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    (folder / "gloves.md").write_text("# Gloves\n\n冲压机需要 D 级手套。", encoding="utf-8")
    for outcome in built(folder, "http://127.0.0.1:9/v1").ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return folder


def built(folder: Path, url: str, model: str = MODEL, **settings: object) -> Application:
    values = {
        "data_dir": folder / "data",
        "embedding_model": "hashed:256",
        "llm": f"openai:{model}",
        "llm_base_url": url,
    }
    return Application(load_settings(**{**values, **settings}))


def asked(application: Application, question: str = QUESTION, **options: object) -> Answer:
    *_, last = application.answerer.ask(question, **options)  # type: ignore[arg-type]
    assert isinstance(last, Done)
    return last.answer


def codes(answer: Answer) -> list[str]:
    return [notice.code for notice in answer.notices]


def test_an_answer_is_written_and_cited(folder: Path, fake: ScriptedChat) -> None:
    fake.replies = [said("The press weighs ", "12.5 tonnes. [1]")]
    answer = asked(built(folder, fake.url))
    assert (answer.answer, answer.model, answer.extractive, answer.complete) == (RIGHT, MODEL, False, True)
    assert [citation.title for citation in answer.citations] == ["Press"]
    assert codes(answer) == []  # it is on this machine


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (refused(401, "no"), "service_refused"),
        (refused(404, "no such model", "model_not_found"), "model_unavailable"),
        (refused(400, "maximum context length is 512 tokens"), "model_unavailable"),
        (Reply([b"data: <html>\n\n"]), "service_unavailable"),
        (Reply([b'data: {"error": {"message": "out of memory"}}\n\n']), "service_unavailable"),
    ],
)
def test_what_fails_before_the_first_word_is_quoted_and_says_why(
    folder: Path, fake: ScriptedChat, reply: Reply, code: str
) -> None:
    fake.replies = [reply]
    answer = asked(built(folder, fake.url))
    assert answer.extractive
    assert "12.5" in answer.answer
    assert codes(answer) == ["quoted", code]


def test_what_breaks_off_in_the_middle_is_kept(folder: Path, fake: ScriptedChat) -> None:
    for reply in (
        Reply([event(RIGHT), b'data: {"error": {"message": "out of memory"}}\n\n']),
        Reply([event(RIGHT), event(" And ")], cut=True),
        Reply([event(RIGHT)]),
    ):
        fake.replies = [reply]
        answer = asked(built(folder, fake.url))
        assert answer.answer.startswith(RIGHT)
        assert (answer.complete, codes(answer)) == (False, ["broken_off"])


def test_thoughts_are_left_out_and_counted(folder: Path, fake: ScriptedChat) -> None:
    fake.replies = [Reply([event(reasoning_content="Hm."), event(RIGHT), event(reason="stop"), DONE])]
    assert asked(built(folder, fake.url), think=True).answer == RIGHT
    assert fake.asked[-1]["max_tokens"] == 512 + 1024
    assert fake.asked[-1]["chat_template_kwargs"] == {"enable_thinking": True}


def test_the_prompt_fits_the_window_that_the_server_tells(folder: Path, fake: ScriptedChat) -> None:
    fake.models = [{"id": MODEL, "max_model_len": 1200}]
    fake.replies = [said(RIGHT)]
    assert asked(built(folder, fake.url)).answer == RIGHT
    assert fake.asked[-1]["max_tokens"] == 512
    fake.models = [{"id": MODEL, "max_model_len": 64}]
    with pytest.raises(UsageError):
        asked(built(folder, fake.url))


def test_the_window_is_the_servers_up_to_a_bound_or_what_was_asked(folder: Path, fake: ScriptedChat) -> None:
    fake.models = [{"id": MODEL, "max_model_len": 131072}]

    def window(**settings: object) -> int:
        writers = Writers(built(folder, fake.url, **settings).settings)
        return writers.window(writers.chosen(None))

    assert window() == LARGEST_WINDOW
    assert window(llm_context_tokens=100_000) == 100_000
    fake.models = [{"id": MODEL}]
    assert window() == 4096
    assert window(llm_context_tokens=2048) == 2048


def test_a_server_elsewhere_is_told_of_with_every_answer(folder: Path, fake: ScriptedChat) -> None:
    settings = built(folder, "https://llm.example/v1").settings
    (leaves,) = all_leaving(settings)
    assert leaves.sentence.code == "questions_leave"
    (notice,) = Writers(settings).chosen(None).notices
    assert (notice.code, notice.subject) == ("written_elsewhere", "llm.example")
    assert all_leaving(built(folder, fake.url).settings) == []
    (unencrypted,) = all_leaving(built(folder, "http://192.0.2.7/v1").settings)
    assert unencrypted.sentence.code == "questions_leave_unencrypted"


def test_no_other_model_of_a_service_is_paid_for(folder: Path, fake: ScriptedChat) -> None:
    fake.replies = [refused(404, "The model `gpt-x` does not exist", "model_not_found")]
    fake.models = [{"id": MODEL}]
    assert asked(built(folder, fake.url)).extractive
    assert len(fake.asked) == 1


@pytest.mark.parametrize("question", [QUESTION, "冲压机需要什么手套？"])
def test_a_real_llama_cpp_writes(folder: Path, llama_cpp: str, question: str) -> None:
    application = built(folder, llama_cpp, llama.MODEL, llm_context_tokens=llama.WINDOW)
    events = list(application.answerer.ask(question))
    assert isinstance(events[0], SourcesFound)
    answer = events[-1].answer  # type: ignore[union-attr]
    assert answer.model == llama.MODEL or answer.refused or answer.extractive  # too small to be right
    assert "service" not in " ".join(codes(answer))


def test_a_real_llama_cpp_counts_and_takes_as_many_tokens_as_counted(llama_cpp: str) -> None:
    server = ChatServer(llama_cpp, llama.MODEL)
    server.check(llama.MODEL)
    assert server.window(llama.MODEL) is None
    text = "The press weighs 12.5 tonnes; 冲压机需要 D 级手套。" * 20
    (counted,) = server.vocabulary(llama.MODEL).tokenizer.counts([text])
    parts = list(server.chat(llama.MODEL, [{"role": "user", "content": text}], 4, llama.WINDOW))
    # llama-cpp-python tells no counts while it streams: what it refuses tells where its window ends.
    assert "".join(part.text for part in parts)
    assert parts[-1].is_last
    assert 200 < counted < 1500
    beyond = text * (llama.WINDOW // counted + 2)
    with pytest.raises(ServiceUnavailableError) as raised:
        list(server.chat(llama.MODEL, [{"role": "user", "content": beyond}], 4, llama.WINDOW))
    assert raised.value.sentence.code == "llm_empty"  # it answers 200, and nothing


def test_ollamas_own_v1_writes(folder: Path, ollama: Ollama) -> None:
    server = ChatServer(f"{ollama.url}/v1", ollama.chat_model)
    assert any(one.name.startswith(ollama.chat_model) for one in server.chat_models())
    parts = list(server.chat(ollama.chat_model, [{"role": "user", "content": "Say hello."}], 8, 2048))
    assert "".join(part.text for part in parts).strip()
    assert parts[-1].is_last
    assert parts[-1].prompt_tokens > 0
    assert not asked(built(folder, f"{ollama.url}/v1", "no-such-model")).model


def test_doctor_tells_of_the_server(folder: Path, fake: ScriptedChat) -> None:
    fake.models = [{"id": MODEL, "max_model_len": 8192}]
    found = list(check_language_model(built(folder, fake.url)))
    assert [finding.severity for finding in found] == [Severity.OK, Severity.OK]
    (away,) = check_language_model(built(folder, "http://127.0.0.1:9/v1"))
    assert away.severity is Severity.WARNING
    _, missing = check_language_model(built(folder, fake.url, "other"))
    assert missing.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("values", "provider", "name"),
    [
        ({}, LanguageProvider.OLLAMA, "qwen3:4b-instruct"),
        ({"llm": "ollama:qwen3:8b"}, LanguageProvider.OLLAMA, "qwen3:8b"),
        ({"llm": "qwen3:8b"}, LanguageProvider.OLLAMA, "qwen3:8b"),
        ({"llm_model": "llama3"}, LanguageProvider.OLLAMA, "llama3"),
        ({"llm_model": "llama3", "llm": "ollama:qwen3"}, LanguageProvider.OLLAMA, "qwen3"),
        ({"llm": "openai:a/b:c", "llm_base_url": "http://127.0.0.1:1/v1"}, LanguageProvider.OPENAI, "a/b:c"),
    ],
)
def test_how_a_model_is_named(values: dict[str, str], provider: LanguageProvider, name: str) -> None:
    assert load_settings(**values).language_model == (provider, name)


@pytest.mark.parametrize(
    "values", [{"llm": "openai:x"}, {"llm": "ollama:"}, {"llm": "openai:", "llm_base_url": "http://a/v1"}]
)
def test_a_model_that_cannot_be_reached_is_refused_at_once(values: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        load_settings(**values)
