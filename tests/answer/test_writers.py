"""The configured model is not there and another one answers; models that think although they were told not to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.answer import writers
from searchapp.errors import ModelMissingError
from searchapp.model import Answer, Done, QueryRead, Rewriting, SourcesFound, Support, Turn
from searchapp.settings import Settings, load_settings
from searchapp.web.app import create_app
from searchapp.wiring import Application
from tests.services.ollama import Ollama
from tests.services.scripted_ollama import CHAT, EMBEDDING, OTHER, Model, Script, ScriptedOllama, running

QUESTION = "What does the press weigh?"
RIGHT = "The press weighs 12.5 tonnes [1]."
CONFIGURED = str(Settings.model_fields["llm"].default).removeprefix("ollama:")
NOTICE = f"The configured model {CONFIGURED} is not there; {CHAT} answered. ollama pull {CONFIGURED} fetches it."


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        fake.answer = Script([RIGHT])
        fake.models = {EMBEDDING: Model(("embedding",), "bert", "2026-03-01T00:00:00Z"), CHAT: Model()}
        yield fake


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    (folder / "gloves.md").write_text("# Gloves\n\nThe press needs gloves of class D.", encoding="utf-8")
    for outcome in built(folder, "http://127.0.0.1:9").ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return folder


def built(folder: Path, url: str, **settings: object) -> Application:
    values = {"data_dir": folder / "data", "ollama_url": url, "embedding_model": "hashed:256", **settings}
    return Application(load_settings(**values))


def asked(application: Application, question: str = QUESTION, **options: object) -> Answer:
    *_, last = application.answerer.ask(question, **options)  # type: ignore[arg-type]
    assert isinstance(last, Done)
    return last.answer


def test_another_model_answers_and_the_answer_says_which(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url)
    answer = asked(application)
    assert (answer.model, answer.extractive, answer.complete) == (CHAT, False, True)
    assert [(one.code, one.subject, one.message) for one in answer.notices] == [("substituted", CONFIGURED, NOTICE)]
    assert scripted.asked[0]["model"] == CHAT
    application.check_language_model()


def test_the_real_ollama_has_not_the_default_model_and_answers(folder: Path, ollama: Ollama) -> None:
    answer = asked(built(folder, ollama.url, llm_context_tokens=1024, llm_answer_tokens=32))
    assert (answer.model, answer.extractive) == (f"{ollama.chat_model}:latest", False)
    assert answer.notices[0].code == "substituted" and ollama.chat_model in answer.notices[0].message


def test_a_model_that_is_there_is_asked_for_nothing_but_its_digest(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url, llm_model="scripted")
    assert asked(application).notices == () and scripted.paths == ["/api/show", "/api/chat", "/api/tags"]
    asked(application)
    assert scripted.paths[3:] == ["/api/chat", "/api/tags"]


def test_a_substitute_is_looked_for_once(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url)
    asked(application)
    looked_for = scripted.paths.count("/api/show")
    scripted.paths.clear()
    assert asked(application).notices[0].code == "substituted"
    assert looked_for > 1 and scripted.paths == ["/api/chat", "/api/tags"]  # the latter for its digest


def test_a_configured_model_that_was_fetched_meanwhile_answers(
    folder: Path, scripted: ScriptedOllama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "REMEMBERED_SECONDS", 0.0)
    application = built(folder, scripted.url)
    assert asked(application).model == CHAT
    scripted.models[CONFIGURED] = Model()
    answer = asked(application)
    assert (answer.model, answer.notices) == (CONFIGURED, ())


def test_a_substitute_that_goes_too_is_not_remembered(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url)
    asked(application)
    del scripted.models[CHAT]
    scripted.models[OTHER] = Model()
    assert asked(application).extractive
    assert asked(application).model == OTHER


def test_a_model_that_is_removed_after_its_first_answer_has_a_substitute(
    folder: Path, scripted: ScriptedOllama
) -> None:
    scripted.models[CONFIGURED] = Model()
    application = built(folder, scripted.url)
    assert asked(application).model == CONFIGURED
    del scripted.models[CONFIGURED]
    events = list(application.answerer.ask(QUESTION))
    (sources,) = [event for event in events if isinstance(event, SourcesFound)]
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert answer.model == CHAT and answer.notices[0].code == "substituted"
    assert 0 < answer.passages_used <= sources.passages_used
    assert answer.citations[0].chunk_id == sources.hits[0].chunk_id


def test_a_model_that_was_asked_for_by_name_has_no_substitute(folder: Path, scripted: ScriptedOllama) -> None:
    for name in ("absent", CONFIGURED):
        answer = asked(built(folder, scripted.url), model=name)
        assert answer.extractive and answer.model == "" and f"ollama pull {name}" in answer.notice
    assert scripted.asked == [] and "/api/tags" not in scripted.paths


def test_where_no_model_can_write_the_answer_is_quoted(folder: Path, scripted: ScriptedOllama) -> None:
    del scripted.models[CHAT]
    application = built(folder, scripted.url)
    answer = asked(application)
    assert answer.extractive and [one.code for one in answer.notices] == ["quoted", "model_unavailable"]
    assert answer.notices[1].subject == CONFIGURED
    assert application.answerer.models() == ([], "")
    with pytest.raises(ModelMissingError):
        application.check_language_model()


def test_a_substitute_rewrites_follow_ups_too(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.rewriting = Script(["What does the press weigh in 2024?"])
    history = [Turn("What did the press weigh in 2023?")]
    events = list(built(folder, scripted.url).answerer.ask("and in 2024?", history=history))
    assert events[0] == QueryRead("and in 2024?", "What does the press weigh in 2024?", Rewriting.MODEL)
    scripted.rewriting = Script([""])
    answer = asked(built(folder, scripted.url), "and in 2024?", history=history)
    assert answer.rewriting is Rewriting.JOINED and f"The model {CHAT} wrote nothing" in answer.notice


def test_a_substitute_that_finds_no_evidence_is_named(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer = Script(["NO EVIDENCE"])
    answer = asked(built(folder, scripted.url))
    assert answer.refused and answer.model == CHAT and answer.notice == NOTICE


def command(folder: Path, scripted: ScriptedOllama, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        "SEARCHAPP_DATA_DIR": str(folder / "data"),
        "SEARCHAPP_OLLAMA_URL": scripted.url,
        "SEARCHAPP_EMBEDDING_MODEL": "hashed:256",
        "PATH": "/usr/bin:/bin",
        "COLUMNS": "300",
    }
    run = [sys.executable, "-m", "searchapp.cli.run", *words]
    return subprocess.run(run, env=environment, input=typed, capture_output=True, text=True, timeout=120)


def test_the_command_line_says_which_model_answered(folder: Path, scripted: ScriptedOllama) -> None:
    done = command(folder, scripted, "ask", QUESTION)
    assert (done.returncode, NOTICE in done.stdout + done.stderr) == (0, True)
    done = command(
        folder, scripted, "ask", "--chat", "--json", typed=f"{QUESTION}\nWhich gloves does the press need?\n"
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["model"], one["notices"][0]["code"]) for one in answers] == [(CHAT, "substituted")] * 2
    done = command(folder, scripted, "models")
    assert done.stdout == f"* {CHAT}\n" and f"{CONFIGURED} is not there; {CHAT} answers in its place" in done.stderr


THOUGHTS = "Okay, the user asks for a weight. The press weighs 99 tonnes, I guess.\n"


@pytest.mark.parametrize(
    ("pieces", "aloud"),
    [
        (["<think>\n", THOUGHTS, "</think>", "\n\n", RIGHT], False),
        (["<think>\n\n</think>\n\n", RIGHT], False),
        ([THOUGHTS, "More of it. Much more.\n", "</th", "ink>\n\n", RIGHT], True),
    ],
    ids=["marked", "empty", "only their end is marked"],
)
def test_thoughts_are_no_part_of_the_answer(
    folder: Path, scripted: ScriptedOllama, pieces: list[str], aloud: bool
) -> None:
    scripted.answer = Script(pieces)
    answer = asked(built(folder, scripted.url, llm_model="scripted"))
    assert answer.answer == "The press weighs 12.5 tonnes. [1]" and [one.support for one in answer.sentences] == [
        Support.SUPPORTED
    ]
    assert answer.complete and [one.code for one in answer.notices] == (["thought_aloud"] if aloud else [])


def test_an_answer_may_speak_of_the_mark(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer = Script(["The press weighs 12.5 tonnes [1]. It writes </think> at the end."])
    assert asked(built(folder, scripted.url, llm_model="scripted")).answer.startswith("The press weighs")


def test_no_evidence_after_thoughts_is_a_refusal(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer = Script([THOUGHTS, "</think>\n\n", "NO EVIDENCE"])
    assert asked(built(folder, scripted.url, llm_model="scripted")).refused


def test_thoughts_do_not_become_a_question(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.rewriting = Script(["Okay, what did they ask before?\n</think>\n\n", "What does the press weigh in 2024?"])
    application = built(folder, scripted.url, llm_model="scripted")
    answer = asked(application, "and in 2024?", history=[Turn("What did the press weigh in 2023?")])
    assert (answer.query, answer.rewriting) == ("What does the press weigh in 2024?", Rewriting.MODEL)


# --- thinking


def calls(scripted: ScriptedOllama) -> list[tuple[object, int]]:
    return [(call.get("think"), call["options"]["num_predict"]) for call in scripted.asked]


def test_a_model_is_told_not_to_think_unless_it_shall(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer = Script([RIGHT], thoughts=["Hm. "] * 600)
    silent, aloud = (built(folder, scripted.url, llm_model="scripted", llm_think=think) for think in (False, True))
    for application, think in ((silent, None), (aloud, False), (aloud, None), (silent, True)):
        answer = asked(application, think=think)
        assert (answer.extractive, answer.notices, answer.complete) == (False, (), True)
        assert answer.answer == "The press weighs 12.5 tonnes. [1]"
    assert calls(scripted) == [(False, 512), (False, 512), (True, 1536), (True, 1536)]


@pytest.mark.parametrize("settings", [{"llm_think_tokens": 64}, {"llm_context_tokens": 2048, "llm_answer_tokens": 64}])
def test_thoughts_have_tokens_of_their_own_in_the_window(
    folder: Path, scripted: ScriptedOllama, settings: dict[str, int]
) -> None:
    application = built(folder, scripted.url, llm_model="scripted", llm_think=True, **settings)
    asked(application)
    own, window = application.settings.llm_answer_tokens, application.settings.llm_context_tokens
    ((_, tokens),) = calls(scripted)
    thoughts = min(application.settings.llm_think_tokens, (window - own) // 3)
    assert own < tokens == own + thoughts


@pytest.mark.parametrize("think", [True, False])
@pytest.mark.parametrize(
    "script",
    [
        Script([RIGHT], thoughts=["Hm. "] * 5000),
        Script(["<think>\n", "Hm. Well."], then="length"),
        Script(["<|begin_of_thought|>", "Hm. Well."], then="length"),
    ],
    ids=["apart", "in the text", "another mark"],
)
def test_thoughts_that_used_up_the_tokens_are_named(
    folder: Path, scripted: ScriptedOllama, script: Script, think: bool
) -> None:
    scripted.answer = script
    answer = asked(built(folder, scripted.url, llm_model="scripted"), think=think)
    if not think and script.thoughts:
        assert not answer.extractive and answer.notices == ()
        return
    assert answer.extractive and [one.code for one in answer.notices] == ["quoted", "only_thoughts"]
    assert f"{1536 if think else 512} tokens" in answer.notice and "SEARCHAPP_LLM_THINK_TOKENS" in answer.notice
    assert "Hm" not in answer.answer and "12.5 tonnes" in answer.answer


def test_a_model_that_cannot_be_told_off_and_thinks_too_long_is_named(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer, scripted.refuses_think = Script([RIGHT], thoughts=["Hm. "] * 5000), True
    answer = asked(built(folder, scripted.url, llm_model="scripted"))
    assert [one.code for one in answer.notices] == ["quoted", "only_thoughts"]
    scripted.answer = Script([RIGHT], thoughts=["Hm. "] * 100)
    assert not asked(built(folder, scripted.url, llm_model="scripted")).extractive


def test_a_substitute_thinks_as_the_configured_model_was_asked_to(folder: Path, scripted: ScriptedOllama) -> None:
    application = built(folder, scripted.url, llm_think=True)
    assert asked(application).notices[0].code == "substituted"
    assert asked(application, think=False).notices[0].code == "substituted"
    assert [think for think, _ in calls(scripted)] == [True, False]


def test_a_follow_up_is_rewritten_without_thinking(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.rewriting = Script(["What does the press weigh in 2024?"], thoughts=["Hm. "] * 5000)
    application = built(folder, scripted.url, llm_model="scripted", llm_think=True)
    answer = asked(application, "and in 2024?", history=[Turn("What did the press weigh in 2023?")])
    assert answer.rewriting is Rewriting.MODEL and calls(scripted)[0][0] is False


def test_the_command_line_lets_a_model_think(folder: Path, scripted: ScriptedOllama) -> None:
    for option, think in (("--think", True), ("--no-think", False)):
        assert command(folder, scripted, "ask", QUESTION, option).returncode == 0
        assert scripted.asked[-1]["think"] is think
    command(folder, scripted, "ask", "--chat", "--think", typed=f"{QUESTION}\n")
    assert scripted.asked[-1]["think"] is True


def test_the_api_lets_a_model_think(folder: Path, scripted: ScriptedOllama) -> None:
    client = create_app(built(folder, scripted.url, llm_model="scripted")).test_client()
    for body, think in (({}, False), ({"think": True}, True), ({"think": None}, False), ({"think": False}, False)):
        assert "12.5 tonnes" in client.post("/api/ask", json={"question": QUESTION, **body}).text
        assert scripted.asked[-1]["think"] is think
    assert client.post("/api/ask", json={"question": QUESTION, "think": "often"}).status_code == 400
