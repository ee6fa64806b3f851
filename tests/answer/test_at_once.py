"""Answers that no model is asked for, models that think, and models that take too long; a fake on the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.model import Done, Rewriting, SourcesFound, ThinkingBegun, Token, Turn
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import CHAT, Model, Script, ScriptedOllama, running

QUESTION = "What does the press weigh?"


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.")
    (folder / "lathe.md").write_text("# Workshop\n\n## Other machines\n\nWhat the lathe weighs: 900 kg.")
    for outcome in built(folder, "http://127.0.0.1:9").ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return folder


def built(folder: Path, url: str, **settings: object) -> Application:
    given = {"llm_model": "scripted", "embedding_model": "hashed:256", **settings}
    return Application(load_settings(data_dir=folder / "data", ollama_url=url, **given))


def test_quotes_ask_no_model_not_even_about_a_follow_up(folder: Path, scripted: ScriptedOllama) -> None:
    answerer = built(folder, scripted.url).answerer
    for question, history in ((QUESTION, ()), ("and the lathe?", (Turn(QUESTION, "12.5 tonnes."),))):
        *events, last = answerer.ask(question, history=history, quotes=True)
        assert isinstance(last, Done) and last.answer.extractive and last.answer.model == ""
        assert ("900 kg" if history else "12.5 tonnes") in last.answer.answer and last.answer.citations
        assert [notice.code for notice in last.answer.notices] == ["quoted"]
        assert any(isinstance(event, SourcesFound) for event in events)
        assert last.answer.rewriting is (Rewriting.JOINED if history else Rewriting.NONE)
    *_, last = answerer.ask("Summarise press.md", quotes=True)
    assert isinstance(last, Done) and last.answer.extractive
    assert scripted.asked == []


def test_that_a_model_thinks_is_told_once_before_its_words(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.models[CHAT] = Model(("completion", "thinking"))
    scripted.answer = Script(["The press weighs 12.5 tonnes [1]."], thoughts=["Let ", "me ", "see."])
    events = list(built(folder, scripted.url).answerer.ask(QUESTION, think=True))
    kinds = [type(event) for event in events]
    assert kinds.count(ThinkingBegun) == 1
    assert kinds.index(SourcesFound) < kinds.index(ThinkingBegun) < kinds.index(Token)
    events = list(built(folder, scripted.url).answerer.ask(QUESTION, think=False))
    assert not any(isinstance(event, ThinkingBegun) for event in events)


def test_a_model_that_takes_too_long_is_not_one_that_is_away(folder: Path, scripted: ScriptedOllama) -> None:
    gate = threading.Event()
    scripted.answer = Script(["The press weighs 12.5 tonnes [1]."], gate=gate)
    try:
        *_, last = built(folder, scripted.url, llm_timeout_seconds=1).answerer.ask(QUESTION)
    finally:
        gate.set()
    assert isinstance(last, Done) and last.answer.extractive
    assert [notice.code for notice in last.answer.notices] == ["quoted", "service_timeout"]
    assert "did not answer in time" in last.answer.notice and "Start it" not in last.answer.notice
    *_, last = built(folder, "http://127.0.0.1:9").answerer.ask(QUESTION)
    assert isinstance(last, Done)
    assert [notice.code for notice in last.answer.notices] == ["quoted", "service_unavailable"]


def test_what_was_found_and_is_not_cited_may_come_next(folder: Path, scripted: ScriptedOllama) -> None:
    scripted.answer = Script(["The press weighs 12.5 tonnes [1]."])
    *_, last = built(folder, scripted.url).answerer.ask(QUESTION)
    assert isinstance(last, Done) and last.answer.citations
    assert last.answer.follow_ups == ("What does Workshop say about Other machines?",)
