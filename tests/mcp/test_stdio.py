"""``searchapp mcp`` as a process of its own, asked by the official client: a real embedded store, and no Ollama."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from typer.testing import CliRunner

from searchapp.cli.run import app
from searchapp.errors import UsageError
from searchapp.mcp.context import local
from searchapp.mcp.server import build
from searchapp.messages import Message
from searchapp.web import create_app
from searchapp.wiring import Application
from tests.mcp.client import asked, called

COMMAND = [sys.executable, "-m", "searchapp.cli.run", "mcp"]


@pytest.fixture
def environment(settings: dict[str, str]) -> dict[str, str]:
    return {f"SEARCHAPP_{name.upper()}": value for name, value in settings.items()}


@pytest.mark.slow
def test_a_client_searches_asks_and_opens(environment: dict[str, str]) -> None:
    async def questions(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"search", "ask", "open_document", "grep", "check"} <= set(tools)
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert "scores" in json.dumps(tools["search"].output_schema)

        found = await called(client, "search", query="cut-resistant gloves", size=3)
        hit = found["hits"][0]
        assert hit["title"] == "Press shop handbook" and "class D" in hit["text"]
        chinese = await called(client, "search", query="防割手套", mode="keyword", filter=["type=markdown"])
        assert "防割手套" in chinese["hits"][0]["text"]
        assert (await called(client, "search", query="gloves", filter=["tag=none", "field=author=Li"]))["hits"] == []

        answer = await called(client, "ask", question="Which gloves must operators wear?")
        assert answer["extractive"] and "class D" in answer["answer"]
        assert answer["citations"][0]["document_id"] == hit["document_id"]

        told: list[str | None] = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            told.append(message)

        await client.call_tool("ask", {"question": "Which gloves must operators wear?"}, progress_callback=hear)
        assert told[-1] == Message("progress_sentence").text() and len(told) > 1

        opened = await called(client, "open_document", document_id=hit["document_id"], size=1)
        assert opened["total"] > 1 and [one["line"] for one in opened["lines"]] == [1] and opened["next"] == 2
        rest = await called(client, "open_document", document_id=hit["document_id"], start=2)
        assert "防割手套" in "".join(one["text"] for one in rest["lines"])

    command, *arguments = COMMAND
    asked(StdioServerParameters(command=command, args=arguments, env=environment), questions)


def test_who_asks_to_be_told_hears_how_far_an_answer_is(application: Application) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async def questions(client: Client) -> None:
        question = {"question": "Which gloves must operators wear?"}
        answer = await client.call_tool("ask", question, progress_callback=hear)
        assert answer.structured_content is not None
        checked = len(answer.structured_content["sentences"])
        await client.call_tool("search", {"query": "gloves"}, progress_callback=hear)  # it has nothing to tell
        assert [step for step, _ in heard] == list(range(1, 2 + checked))
        assert heard[0][1] == Message("progress_found", n=answer.structured_content["passages_found"]).text()
        assert {said for _, said in heard[1:]} == {Message("progress_sentence").text()}
        assert not (await client.call_tool("ask", question)).is_error and len(heard) == 1 + checked

    asked(build(local(application)), questions)


def test_a_follow_up_is_made_to_stand_alone(application: Application) -> None:
    asked_before = [{"question": "Which gloves must operators wear at press 3?", "answer": "Cut-resistant ones."}]

    async def questions(client: Client) -> list[str]:
        alone = await called(client, "ask", question="and at press 4?")
        after = await called(client, "ask", question="and at press 4?", history=asked_before)
        return [alone["query"], after["query"]]

    alone, after = asked(build(local(application)), questions)
    assert alone == "and at press 4?"
    assert "gloves" in after and "press 4" in after


@pytest.mark.parametrize("question", ["How do PPR-7001 and PPR-7002 compare?", "手套和设备分别是什么？"])
def test_the_parts_of_a_question_are_told(application: Application, question: str) -> None:
    async def questions(client: Client) -> tuple[str, dict[str, Any]]:
        (ask,) = [tool for tool in (await client.list_tools()).tools if tool.name == "ask"]
        return ask.description or "", await called(client, "ask", question=question)

    described, answer = asked(build(local(application)), questions)
    assert "`parts`" in described
    assert len(answer["parts"]) == 2 and all(isinstance(part["found"], bool) for part in answer["parts"])


def test_what_is_wrong_is_said_in_a_sentence(application: Application) -> None:
    async def questions(client: Client) -> list[str]:
        wrong = [
            ("search", {"query": " "}),
            ("search", {"query": "x", "filter": ["colour=red"]}),
            ("open_document", {"document_id": "nowhere"}),
            ("search", {"query": "x", "size": 1000}),
        ]
        results = [await client.call_tool(name, arguments) for name, arguments in wrong]
        assert all(result.is_error for result in results)
        return [result.content[0].text for result in results]  # type: ignore[union-attr]

    empty, unknown, absent, large = asked(build(local(application)), questions)
    assert "query is empty" in empty
    assert "'colour=red' is not a filter" in unknown
    assert "There is no document nowhere" in absent
    assert "100" in large


def test_what_may_be_asked_for_at_most_is_the_same_by_http(application: Application) -> None:
    async def questions(client: Client) -> dict[str, dict[str, Any]]:
        return {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}

    tools = asked(build(local(application)), questions)
    described = create_app(application).test_client().get("/openapi.json").json
    schemas = described["components"]["schemas"]

    def parameter(path: str, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = described["paths"][path]["get"]["parameters"]
        return next(one["schema"] for one in found if one["name"] == name)

    search, ask, opened = (tools[name]["properties"] for name in ("search", "ask", "open_document"))
    assert search["size"]["maximum"] == parameter("/api/search", "size")["maximum"]
    assert ask["size"]["maximum"] == schemas["Question"]["properties"]["size"]["maximum"]
    assert opened["size"]["maximum"] == parameter("/api/documents/{document_id}/lines", "size")["maximum"]
    assert ask["history"]["maxItems"] == schemas["Question"]["properties"]["history"]["maxItems"]
    by_mcp = tools["ask"]["$defs"]["AskedBefore"]["properties"]
    by_http = schemas["AskedBefore"]["properties"]
    for name in ("question", "answer"):
        assert by_mcp[name]["maxLength"] == by_http[name]["maxLength"]


def test_which_process_holds_a_document_is_nobodys_business(application: Application) -> None:
    (known, *_) = application.store.entries(contains="handbook").entries
    held = dataclasses.replace(known, owner="db-host-7:4242", lease=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    application.store.put_entries([held])

    async def questions(client: Client) -> dict[str, Any]:
        return await called(client, "open_document", document_id=known.id, size=1)

    try:
        opened = json.dumps(asked(build(local(application)), questions))
    finally:
        application.store.put_entries([known])
    assert known.id in opened and "db-host-7" not in opened and "2026-01-02" not in opened


def test_a_group_sees_its_documents_and_the_open_ones(application: Application) -> None:
    async def titles(client: Client) -> set[str]:
        return {hit["title"] for hit in (await called(client, "search", query="gloves"))["hits"]}

    assert asked(build(local(application, ("hr",))), titles) == {"Press shop handbook", "Salaries"}
    assert asked(build(local(application, ("law",))), titles) == {"Press shop handbook"}


@pytest.mark.slow
def test_nothing_but_the_protocol_goes_to_stdout(environment: dict[str, str]) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    search = {"name": "search", "arguments": {"query": "gloves"}}
    lines = [hello, ready, {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": search}]
    with subprocess.Popen(
        COMMAND, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin and process.stdout
        for line in lines:
            print(json.dumps(line), file=process.stdin, flush=True)
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()  # a client that leaves ends the server
        assert process.stdout.read() == ""
        assert process.wait(60) == 0
    assert [answer["id"] for answer in answers] == [1, 2]
    assert all(answer["jsonrpc"] == "2.0" for answer in answers)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    result = CliRunner().invoke(app, ["mcp"])
    assert isinstance(result.exception, UsageError)
    assert result.exception.remedy == "pip install 'searchapp[mcp]'"


def test_no_tool_takes_a_value_beyond_reason(application: Application) -> None:
    server = build(local(application))
    texts: list[object] = ["g" * 5_000_000, 10**400, ["g"] * 200_000]
    ints: list[object] = [10**400, -1, "g" * 5_000_000]
    lists: list[object] = [["path=g"] * 200_000, [1] * 200_000, ["path=" + "g" * 5_000_000], "g" * 5_000_000]
    valid = {"query": "gloves", "question": "gloves", "document_id": "d", "like": "d", "text": "gloves"}

    async def questions(client: Client) -> list[str]:
        taken: list[str] = []
        for tool in (await client.list_tools()).tools:
            for name, schema in tool.input_schema["properties"].items():
                kinds = {"string": texts, "integer": ints, "array": lists}
                required = {one: valid[one] for one in tool.input_schema.get("required", ())}
                for value in kinds.get(schema.get("type", "string"), texts):
                    result = await client.call_tool(tool.name, {**required, name: value})
                    told = str(result.content)
                    if not result.is_error or name not in told:
                        taken.append(f"{tool.name}.{name}: {told[:200]}")
        return taken

    assert asked(server, questions) == []
