"""Jobs of Open WebUI are told from questions, and answered in the JSON that they ask for."""

from __future__ import annotations

import json

import pytest

from searchapp.errors import UsageError
from searchapp.web.v1.background import reply_to_client
from searchapp.web.v1.bodies import ChatMessage, Role

CHAT = "### Chat History:\n<chat_history>\nUSER: 请问手套多久更换一次？\nASSISTANT: 六个月。\n</chat_history>"


def job(wanted: str, chat: str = CHAT) -> list[ChatMessage]:
    text = f"### Task:\nDo something with the chat.\n### Guidelines:\n- Be brief.\n### Output:\nJSON format: {wanted}\n{chat}"
    return [ChatMessage(role=Role.USER, content=text)]


@pytest.mark.parametrize(
    ("wanted", "reply"),
    [
        ('{ "title": "your concise title here" }', {"title": "手套多久更换一次"}),
        ('{ "tags": ["tag1", "tag2"] }', {"tags": []}),
        ('{ "follow_ups": ["Question 1?"] }', {"follow_ups": []}),
        ('{\n  "queries": ["query1"]\n}', {"queries": []}),
        ('{ "text": "<continuation>" }', {"text": ""}),
        ('{\n    "prompt": "Your description." }', {"prompt": ""}),
        ("something else", {}),
    ],
)
def test_each_job_gets_the_json_that_it_wants(wanted: str, reply: dict[str, object]) -> None:
    said = reply_to_client(job(wanted))
    assert said is not None and json.loads(said) == reply


def test_a_rewritten_prompt_is_known_by_the_chat_in_it() -> None:
    text = 'Gib dem Gespräch einen Titel: {"title": "..."}\n<chat_history>\nUSER: How heavy is it?\n</chat_history>'
    assert reply_to_client([ChatMessage(role=Role.USER, content=text)]) == '{"title": "How heavy is it"}'


@pytest.mark.parametrize(
    "text",
    ["What does the task say?", "### Task: which gloves?", "What is a <chat_history> tag?", 'Who is "title": of what?'],
)
def test_questions_are_none(text: str) -> None:
    assert reply_to_client([ChatMessage(role=Role.USER, content=text)]) is None


def test_a_job_is_one_message() -> None:
    (one,) = job('{ "tags": [] }')
    before = ChatMessage(role=Role.USER, content="Hello")
    assert reply_to_client([before, ChatMessage(role=Role.ASSISTANT, content="Hi"), one]) is None


@pytest.mark.parametrize("before", [(), (ChatMessage(role=Role.SYSTEM, content="Be kind."),)])
def test_a_question_with_the_clients_own_files_is_refused(before: tuple[ChatMessage, ...]) -> None:
    text = (
        "### Task:\nRespond to the user query using the provided context.\n<context>\nA file.\n</context>\nHow heavy?"
    )
    with pytest.raises(UsageError) as raised:
        reply_to_client([*before, ChatMessage(role=Role.USER, content=text)])
    assert raised.value.reason == "client_files_unread"


def test_a_file_with_such_words_in_it_is_no_job() -> None:
    text = '### Task:\nRespond using the context.\n<context>\n{"title": "A file"}\n</context>\nHow heavy?'
    with pytest.raises(UsageError):
        reply_to_client([ChatMessage(role=Role.USER, content=text)])


def test_a_chat_of_blank_lines_is_read_at_once() -> None:
    (one,) = job('{ "title": "" }', "<chat_history>" + "\n" * 100_000 + "</chat_history>")
    assert reply_to_client([one]) == '{"title": ""}'
