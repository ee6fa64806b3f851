"""A greeting, thanks, or a question about the program is answered as such; whatever asks more is a question."""

from __future__ import annotations

from typing import Any

import pytest

from searchapp.answer.small_talk import small_talk
from searchapp.messages import read_in
from searchapp.model import Done, QueryRead, Token, Turn
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("hello", "greeted"),
        ("Hi there!", "greeted"),
        ("Hello, how are you?", "greeted"),
        ("你好", "greeted"),
        ("您好呀！", "greeted"),
        ("こんにちは", "greeted"),
        ("안녕하세요", "greeted"),
        ("Thanks a lot!", "thanked"),
        ("谢谢", "thanked"),
        ("bye", "parted"),
        ("再见", "parted"),
        ("what can you do", "introduced"),
        ("Who are you?", "introduced"),
        ("help", "introduced"),
        ("Hello! What can I ask you?", "introduced"),
        ("你是谁", "introduced"),
        ("你好，请问你能做什么？", "introduced"),
        ("怎么使用？", "introduced"),
        ("何ができますか？", "introduced"),
    ],
)
def test_small_talk_is_known(said: str, code: str) -> None:
    found = small_talk(said)
    assert found is not None and found.code == code


@pytest.mark.parametrize(
    "question",
    [
        "hello, who signs PPR-9087?",
        "Hi, which gloves must operators wear?",
        "help desk phone",
        "hello world program",
        "What can you do with the press?",
        "Who are you to call when the press fails?",
        "thanks for the press manual",
        "你好，设备的重量是多少？",
        "你好世界",
        "帮助文档在哪里",
        "早餐时间",
        "感谢信模板",
        '"help"',
        "history",
        "",
        "?",
        "hello " * 40,
    ],
)
def test_a_question_is_none(question: str) -> None:
    assert small_talk(question) is None


class Nothing:
    """Stands for a searcher and an embedder that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def asked(question: str, **options: Any) -> list[Any]:
    from searchapp.answer import Answerer

    return list(Answerer(Nothing(), Nothing(), load_settings()).ask(question, **options))  # type: ignore[arg-type]


def test_it_is_answered_from_messages_alone_in_the_readers_language() -> None:
    events = asked("Hello!")
    assert [type(event) for event in events] == [Token, Done]
    answer = events[-1].answer
    assert answer.answer.startswith("Hello!") and events[0].text == answer.answer
    assert (answer.model, answer.refused, answer.extractive, answer.citations) == ("", False, False, ())
    assert asked("你好")[-1].answer.answer.startswith("您好")
    assert "searchapp" in asked("你是谁")[-1].answer.answer
    with read_in("zh"):
        assert asked("hello")[-1].answer.answer.startswith("您好")


def test_within_a_conversation_no_model_reads_it() -> None:
    events = asked("thank you", history=[Turn("Who signs PPR-9087?", "Anna Berg [1].")])
    assert not any(isinstance(event, QueryRead) for event in events)
    assert events[-1].answer.answer.startswith("You are welcome")


def test_a_greeting_before_a_question_is_no_answer(tmp_path: Any) -> None:
    (tmp_path / "a.md").write_text("# Valves\n\nThe valve of boiler 3 is opened by hand.", encoding="utf-8")
    settings = load_settings(data_dir=tmp_path / "d", embedding_model="hashed:256", ollama_url="http://127.0.0.1:9")
    running = Application(settings)
    list(running.ingester.ingest([str(tmp_path / "a.md")]))
    *_, last = running.answerer.ask("Hello, which valve is opened by hand?")
    assert isinstance(last, Done) and "boiler 3" in last.answer.answer
