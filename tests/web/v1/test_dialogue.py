"""A chat becomes a question and the turns before it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from searchapp import limits
from searchapp.errors import UsageError
from searchapp.model import Turn
from searchapp.web.v1.bodies import ChatBody, ChatMessage, Role
from searchapp.web.v1.dialogue import Dialogue, read_dialogue


def chat(*said: tuple[Role, str]) -> list[ChatMessage]:
    return [ChatMessage(role=role, content=content) for role, content in said]


def test_the_turns_before_are_the_history() -> None:
    said = chat(
        (Role.SYSTEM, "Be kind."), (Role.ASSISTANT, "Welcome."), (Role.USER, "Which gloves?"),
        (Role.ASSISTANT, "Class D. [1]"), (Role.ASSISTANT, "More?"), (Role.USER, "Hm."), (Role.DEVELOPER, "Brief."),
        (Role.USER, "多久更换？"),
    )  # fmt: skip
    assert read_dialogue(said) == Dialogue(
        "多久更换？", (Turn("Which gloves?", "Class D. [1]\n\nMore?"), Turn("Hm.")),
    )  # fmt: skip


def test_of_a_long_chat_the_latest_turns_are_read() -> None:
    said = chat(*[(Role.USER, f"q{n}") for n in range(400)])
    found = read_dialogue(said)
    assert found.question == "q399" and len(found.history) == limits.TURNS and found.history[-1] == Turn("q398")


@pytest.mark.parametrize("roles", [(Role.SYSTEM,), (Role.USER, Role.ASSISTANT), (Role.ASSISTANT,)])
def test_the_last_message_is_the_question(roles: tuple[Role, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        read_dialogue(chat(*[(role, "x") for role in roles]))
    assert raised.value.reason == "field_last_message"


def test_a_question_has_a_bound_of_its_own() -> None:
    with pytest.raises(UsageError, match="4,001 characters"):
        read_dialogue(chat((Role.SYSTEM, "x"), (Role.USER, "y" * (limits.QUERY_CHARACTERS + 1))))


def body(**changes: object) -> ChatBody:
    import json

    known = {"model": "searchapp", "messages": [{"role": "user", "content": "Which gloves?"}]}
    return ChatBody.model_validate_json(json.dumps({**known, **changes}), strict=True)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Which?", "Which?"),
        ([{"type": "text", "text": "Which"}, {"type": "text", "text": "gloves?"}], "Which\ngloves?"),
        ([{"type": "refusal", "refusal": "No."}], "No."),
        (None, ""),
        ([], ""),
    ],
)
def test_content_is_a_string_or_parts_of_text(content: object, text: str) -> None:
    assert body(messages=[{"role": "user", "content": content}]).messages[0].content == text


@pytest.mark.parametrize("content", [3, [3], ["x"], [{"text": "x"}], [{"type": "text"}], [{"type": "text", "text": 1}]])
def test_other_content_is_wrong(content: object) -> None:
    with pytest.raises(ValidationError):
        body(messages=[{"role": "user", "content": content}])


def test_what_is_nothing_refuses_nothing_and_the_rest_is_ignored() -> None:
    found = body(
        tools=[], functions=None, logprobs=False, response_format={"type": "text"}, modalities=["text"], n=1,
        temperature=0.7, top_p=1, seed=5, user="ada", metadata={"a": "b"}, max_tokens=50, max_completion_tokens=40,
        stop="END", stream=None,
    )  # fmt: skip
    assert (found.most_tokens, found.stop, found.stream) == (40, ["END"], None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tools", [{"type": "function"}]), ("functions", [{"name": "x"}]), ("response_format", {"type": "json_object"}),
        ("logprobs", True), ("modalities", ["text", "audio"]),
    ],
)  # fmt: skip
def test_what_would_change_the_answer_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError) as raised:
        body(**{name: value})
    assert (raised.value.reason, raised.value.sentence.values["name"]) == ("field_refused", name)
