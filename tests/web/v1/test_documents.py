"""The documents behind the protocol: a real store, groups and collections, and a language model that is scripted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from searchapp.access import LOCAL, Scope
from searchapp.answer.metrics import ANSWERS
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.services.ollama import Ollama
from tests.services.scripted_chat import MODEL, Reply, ScriptedChat, event, refused, said
from tests.waiting import eventually
from tests.web.v1.conftest import Connect, asked, text_of, user

OPEN = "# Gloves\n\nOperators must wear cut-resistant gloves of class D whenever the press is open.\n"
CHINESE = "# 手套\n\n操作人员在压力机开启时必须佩戴防割手套。手套最长使用六个月。\n"
SECRET = "# Salaries\n\nThe salary of the director is 90000 a year, and the parrot costs extra.\n"
READ = frozenset({Scope.READ})


def built(folder: Path, writer: str, **settings: object) -> Application:
    values: dict[str, object] = {
        "data_dir": folder / "data", "embedding_model": "hashed:256", "llm": f"openai:{MODEL}", "llm_base_url": writer,
        "requests_per_minute": 10_000,
    }  # fmt: skip
    application = Application(Settings(**{**values, **settings}))  # type: ignore[arg-type]
    for name, text, groups in (("gloves.md", OPEN, None), ("手套.md", CHINESE, None), ("salaries.md", SECRET, ("hr",))):
        (folder / name).write_text(text, encoding="utf-8")
        (outcome,) = application.ingester.ingest([str(folder / name)], groups=groups)
        assert not outcome.error
    return application


def file_in(application: Application, collection: str, name: str, *, groups: tuple[str, ...] = ()) -> None:
    """Put the document of this file in a new collection."""
    application.collections.create(collection, LOCAL, groups=groups)
    (id_,) = [one.id for one in application.store.entries(size=50).entries if one.source.endswith(name)]
    assert application.collections.put_in(collection, [id_], LOCAL).changed


def sources(completion: Any) -> set[str]:
    cited = completion.choices[0].message.annotations or []
    return {one.url_citation.title.partition(",")[0] for one in cited}


def test_groups_are_walls(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    application = built(tmp_path, writer.url, auth="required")
    file_in(application, "薪资", "salaries.md", groups=("hr",))
    file_in(application, "Handbooks", "gloves.md")
    address = served(application)
    keys = {name: application.access.keys.make(name, READ, (name,))[1] for name in ("hr", "law")}
    member, other = connect(address, keys["hr"]), connect(address, keys["law"])
    everything = ["searchapp", "searchapp/Handbooks", "searchapp/薪资"]
    assert [one.id for one in member.models.list()] == everything
    assert [one.id for one in other.models.list()] == everything[:2]
    assert member.models.retrieve("searchapp/薪资").id == "searchapp/薪资"

    writer.replies = [said("The salary of the director is 90000 a year [1].")]
    question = "What is the salary of the director?"
    for model in ("searchapp", "searchapp/薪资"):
        completion = asked(member, question, model=model)
        assert "90000" in text_of(completion) and sources(completion) == {"Salaries"}
    writer.asked.clear()
    refusal = asked(other, question)
    assert refusal.model_extra is not None and refusal.model_extra["searchapp"]["refused"]
    assert refusal.choices[0].finish_reason == "stop" and refusal.choices[0].message.refusal is None
    told = json.dumps(refusal.model_dump(), ensure_ascii=False)
    assert "90000" not in told and "Salaries" not in told and writer.asked == []
    absent = _fault(other, "searchapp/nowhere")
    hidden = _fault(other, "searchapp/薪资")
    assert hidden.replace("薪资", "nowhere") == absent  # as if it were not there
    with pytest.raises(openai.NotFoundError):
        other.models.retrieve("searchapp/薪资")


def _fault(client: OpenAI, model: str) -> str:
    with pytest.raises(openai.NotFoundError) as missing:
        asked(client, "What is the salary?", model=model)
    return missing.value.message


def test_a_collections_model_sees_the_collection_alone(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    application = built(tmp_path, writer.url)
    file_in(application, "A/B 手册", "手套.md")
    client = connect(served(application))
    writer.replies = [said("Gloves of class D [1].")]
    question = "Which cut-resistant gloves must operators wear?"
    assert sources(asked(client, question)) == {"Gloves"}
    assert client.models.retrieve("searchapp/A/B 手册").id == "searchapp/A/B 手册"
    within = asked(client, question, model="searchapp/A/B 手册")
    assert "class D" not in text_of(within) and sources(within) <= {"手套"}


def test_a_chinese_question_is_answered_and_told_of_in_chinese(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    client = connect(served(built(tmp_path, writer.url)))
    writer.replies = [said("操作人员必须佩戴防割手套 [1]。", "手套最长使用六个月 [1]。", reason="length")]
    completion = asked(client, "操作人员必须佩戴什么手套？")
    assert text_of(completion).startswith("操作人员必须佩戴防割手套。 [1]") and sources(completion) == {"手套"}
    assert completion.choices[0].finish_reason == "length"
    notice = text_of(completion).rpartition("\n> ")[2]
    assert "词元" in notice or "回答" in notice  # the client says no language: the question's is taken


def test_a_follow_up_is_searched_for_with_what_was_asked_before(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    client = connect(served(built(tmp_path, writer.url)))

    def reply(call: dict[str, Any]) -> Reply:
        rewrites = "<conversation>" in call["messages"][-1]["content"]
        return said("When must operators wear cut-resistant gloves?" if rewrites else "Whenever the press is open [1].")

    writer.replies = [reply]
    completion = asked(client, "Which gloves must operators wear?", "Cut-resistant gloves of class D [1].", "And when?")
    whole = (completion.model_extra or {})["searchapp"]
    assert (whole["question"], whole["rewriting"]) == ("And when?", "model")
    assert whole["query"] == "When must operators wear cut-resistant gloves?"
    assert sources(completion) == {"Gloves"} and len(writer.asked) == 2
    assert completion.usage is not None  # of both calls
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (22, 14)


def test_the_limit_of_tokens_reaches_the_model(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    client = connect(served(built(tmp_path, writer.url, llm_answer_tokens=300)))
    writer.replies = [said("Gloves of class D [1].", reason="length")]
    question = "Which gloves must operators wear?"
    assert asked(client, question, max_tokens=20).choices[0].finish_reason == "length"
    asked(client, question, max_completion_tokens=9_000, max_tokens=40)
    asked(client, question, max_completion_tokens=9_000)
    assert [call["max_tokens"] for call in writer.asked] == [20, 40, 300]


def test_without_a_model_the_documents_are_quoted_and_that_is_said(
    tmp_path: Path, served: Callable[[object], str], connect: Connect
) -> None:
    client = connect(served(built(tmp_path, "http://127.0.0.1:9/v1")))
    completion = asked(client, "Which gloves must operators wear?")
    assert "class D" in text_of(completion) and "\n\n> " in text_of(completion)
    assert completion.usage is not None and completion.usage.total_tokens == 0
    (whole,) = [(completion.model_extra or {})["searchapp"]]
    assert whole["extractive"] and whole["notices"]


def test_a_model_on_another_machine_is_told_of_with_every_answer(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    elsewhere = writer.url.replace("127.0.0.1", "localhost.localdomain")
    client = connect(served(built(tmp_path, elsewhere)))
    whole = (asked(client, "Which gloves must operators wear?").model_extra or {})["searchapp"]
    codes = [one["code"] for one in whole["notices"]]
    assert "written_elsewhere" in codes or "service_unavailable" in codes  # where the name leads nowhere, nothing left


@pytest.mark.parametrize(
    "reply", [Reply([event("Gloves of class D [1]. "), event("More")], cut=True), refused(500, "CUDA")]
)
def test_a_model_that_fails_is_told_of(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect, reply: Reply
) -> None:
    client = connect(served(built(tmp_path, writer.url)))
    writer.replies = [reply]
    question = user("Which gloves must operators wear?")
    chunks: list[Any] = []
    stream = client.chat.completions.create(model="searchapp", messages=question, stream=True)
    if reply.cut:
        with pytest.raises(openai.APIError) as broken:
            chunks.extend(stream)
        assert broken.value.code == "broken_off"
    else:  # nothing was written: the documents are quoted
        chunks.extend(stream)
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert chunks[-1].model_extra["searchapp"]["extractive"]


def test_a_client_that_leaves_stops_the_model(
    tmp_path: Path, writer: ScriptedChat, served: Callable[[object], str], connect: Connect
) -> None:
    client = connect(served(built(tmp_path, writer.url)))
    gate = threading.Event()
    more = [event("x" * 10_000)] * 500  # more than lies in the buffers of a connection that nobody reads
    writer.replies = [Reply([event("Gloves of class D [1]. They "), *more], gate=gate)]
    stream = client.chat.completions.create(
        model="searchapp", messages=user("Which gloves must operators wear?"), stream=True
    )
    next(stream)
    given_up = ANSWERS.labels("given_up")
    before = given_up._value.get()  # type: ignore[attr-defined]
    stream.close()
    eventually(lambda: given_up._value.get() > before)  # type: ignore[attr-defined]
    gate.set()
    assert writer.left.wait(60)


@pytest.mark.slow
def test_a_real_ollama_answers(
    tmp_path: Path, ollama: Ollama, served: Callable[[object], str], connect: Connect
) -> None:
    application = built(
        tmp_path, "", llm=f"ollama:{ollama.chat_model}", ollama_url=ollama.url, llm_context_tokens=1024,
        llm_answer_tokens=48, llm_timeout_seconds=300,
    )  # fmt: skip
    client = connect(served(application)).with_options(timeout=600)
    began = int(time.time())
    messages = user("Which gloves must operators wear?")
    chunks = list(
        client.chat.completions.create(
            model="searchapp", messages=messages, stream=True, stream_options={"include_usage": True}
        )
    )
    whole = (chunks[-2].model_extra or {})["searchapp"]
    assert chunks[0].created >= began and whole["model"].startswith(ollama.chat_model)
    usage = chunks[-1].usage
    assert usage is not None and usage.prompt_tokens > 50 and usage.completion_tokens > 0
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.startswith(whole["answer"])
