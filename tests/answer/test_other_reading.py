"""A follow-up that can be read in two ways is answered by the one that the documents speak of."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.model import Done, QueryRead, Rewriting, Turn
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import Script, running

EARLIER = [Turn("When is the valve number 3 of boiler 3 opened by hand?", "In week 3 [1].")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("boilers")
    for number in range(1, 7):
        text = f"The valve number {number} of boiler {number} is opened by hand in week {number}."
        (folder / f"v{number}.txt").write_text(text, encoding="utf-8")
    for outcome in built(folder).ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return folder


def built(folder: Path, url: str = "http://127.0.0.1:9") -> Application:
    values = {"data_dir": folder / "data", "ollama_url": url, "llm_model": "scripted"}
    return Application(load_settings(**values, embedding_model="hashed:256"))


@pytest.mark.parametrize("question", ["And boiler 4?", "what about boiler 5?", "and 6?", "And boiler 2 then?"])
def test_another_number_is_answered(folder: Path, question: str) -> None:
    events = list(built(folder).answerer.ask(question, history=EARLIER))
    (number,) = [character for character in question if character.isdigit()]
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert not answer.refused and f"boiler {number} is opened by hand in week {number}" in answer.answer.split("\n")[0]
    assert answer.query == f"When is the valve number {number} of boiler {number} opened by hand?"
    assert answer.question == question and answer.rewriting is Rewriting.JOINED
    read = [event for event in events if isinstance(event, QueryRead)]
    assert read[-1].query == answer.query


def test_a_number_that_no_document_has_is_refused(folder: Path) -> None:
    *_, last = built(folder).answerer.ask("And boiler 40?", history=EARLIER)
    assert isinstance(last, Done) and last.answer.refused and last.answer.lacking == ("40",)


def test_where_a_models_rewriting_finds_nothing_the_words_are_joined(folder: Path) -> None:
    with running() as fake:
        fake.rewriting = Script(["When is the valve number 3 of boiler 5 opened by hand?"])
        fake.answer = Script(["It is opened by hand in week 5. [1]"])
        *_, last = built(folder, fake.url).answerer.ask("and boiler 5?", history=EARLIER)
    assert isinstance(last, Done) and not last.answer.refused and last.answer.model
    assert last.answer.rewriting is Rewriting.JOINED and "number 5 of boiler 5" in last.answer.query
