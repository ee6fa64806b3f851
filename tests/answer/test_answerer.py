"""Answers over the embedded store: by the real Ollama, and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.model import Answer, Done, SentenceChecked, SourcesFound, Token
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.ollama import Ollama

HANDBOOK = """# Press shop handbook

## Gloves

Operators must wear cut-resistant gloves of class D whenever the press is open.

## Weight

The press weighs 12.5 tonnes and exerts 250 tonnes.
"""
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "手套.md").write_text(
        "# 手套规定\n\n操作人员在设备开启时必须佩戴防割手套。手套如有破损应立即更换。", encoding="utf-8"
    )
    for outcome in application(folder).ingester.ingest([str(folder)]):
        assert outcome.state == "indexed"
    return folder


def application(folder: Path, **settings: object) -> Application:
    values = {"data_dir": folder / "data", "ollama_url": NOBODY, **settings}
    return Application(load_settings(**values))


def last(events: list[object]) -> Answer:
    assert isinstance(events[-1], Done)
    return events[-1].answer


@pytest.mark.slow
def test_a_real_model_streams_an_answer_whose_sentences_are_checked(library: Path, ollama: Ollama) -> None:
    running = application(
        library, ollama_url=ollama.url, llm_model=ollama.chat_model, llm_context_tokens=1024, llm_answer_tokens=48
    )
    events = list(running.answerer.ask("Which gloves must operators wear?"))
    answer = last(events)
    assert isinstance(events[0], SourcesFound) and events[0].hits[0].title == "Press shop handbook"
    assert answer.model == ollama.chat_model and not answer.extractive
    if not answer.refused:  # a model this small may say anything; what it says is checked all the same
        assert len([event for event in events if isinstance(event, Token)]) > 1
        assert [event.sentence for event in events if isinstance(event, SentenceChecked)] == list(answer.sentences)
        cited = {number for sentence in answer.sentences for number in sentence.citations}
        assert cited == {citation.n for citation in answer.citations}
        assert all(1 <= number <= answer.passages_used for number in cited)
    assert 1 <= answer.passages_used <= answer.passages_found


def test_an_unread_answer_can_be_left_at_any_point(library: Path, ollama: Ollama) -> None:
    running = application(library, ollama_url=ollama.url, llm_model=ollama.chat_model, llm_context_tokens=1024)
    events = running.answerer.ask("Which gloves must operators wear?")
    assert isinstance(next(events), SourcesFound)
    next(events)
    events.close()


def test_without_ollama_the_answer_is_quoted_and_says_why(library: Path) -> None:
    answer = last(list(application(library).answerer.ask("Which gloves must operators wear?")))
    assert answer.extractive and answer.model == "" and not answer.refused
    assert "cut-resistant gloves of class D" in answer.answer
    assert f"Ollama does not answer at {NOBODY}" in answer.notice
    quoted = answer.sentences[0]
    assert quoted.supported and quoted.text.rpartition(" [")[0] in answer.citations[0].quote


def test_a_model_that_ollama_lacks_is_named_in_the_notice(library: Path, ollama: Ollama) -> None:
    running = application(library, ollama_url=ollama.url)
    answer = last(list(running.answerer.ask("Which gloves must operators wear?", model="absent")))
    assert answer.extractive and "ollama pull absent" in answer.notice


def test_chinese_is_answered_from_chinese(library: Path) -> None:
    answer = last(list(application(library).answerer.ask("手套破损怎么办？")))
    assert "手套如有破损应立即更换" in answer.answer


@pytest.mark.parametrize(
    ("question", "words"),
    [("Who won the football cup in Lisbon?", "no evidence"), ("明年的足球冠军是谁？", "没有找到")],
)
def test_no_evidence_no_answer(tmp_path: Path, question: str, words: str) -> None:
    (tmp_path / "a.md").write_text("# Weight\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    running = application(tmp_path, embedding_model="hashed:256")
    assert [outcome.state for outcome in running.ingester.ingest([str(tmp_path / "a.md")])] == ["indexed"]
    answer = last(list(running.answerer.ask(question)))
    assert answer.refused and words in answer.answer and answer.citations == () and answer.passages_used == 0


def test_an_empty_question_is_refused(library: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        list(application(library).answerer.ask("  "))
