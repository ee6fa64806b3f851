"""``searchapp mcp`` as a process of its own, asked by the official client: a real embedded store, and no Ollama."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.server.mcpserver import MCPServer
from typer.testing import CliRunner

from searchapp.cli.run import app
from searchapp.errors import UsageError
from searchapp.mcp_server import build
from searchapp.settings import Settings
from searchapp.web import create_app
from searchapp.wiring import Application

HANDBOOK = """# Press shop handbook

## Gloves

Operators must wear cut-resistant gloves of class D whenever the press is open. Damaged gloves are replaced at once.

"""
CHECKS = "".join(f"Check {n}: the guard of press {n} closes, locks and is greased. " for n in range(1, 80))
CHINESE = "\n\n## 手套\n\n操作人员在设备开启时必须佩戴防割手套。\n"
SALARIES = "# Salaries\n\nThe gloves inspector earns 4,100 a month.\n"
COMMAND = [sys.executable, "-m", "searchapp.cli.run", "mcp"]
T = TypeVar("T")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of an installation that holds two documents, one of them the group hr's."""
    folder = tmp_path_factory.mktemp("mcp")
    settings = {"data_dir": str(folder), "embedding_model": "hashed:64", "ollama_url": "http://127.0.0.1:9"}
    running = Application(Settings(**settings))  # type: ignore[arg-type]
    documents = [("handbook", f"{HANDBOOK}## Checks\n\n{CHECKS}{CHINESE}", ()), ("salaries", SALARIES, ("hr",))]
    for name, text, groups in documents:
        path = folder / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        assert [one.error for one in running.ingester.ingest([str(path)], groups=groups)] == [""]
    return settings


@pytest.fixture
def environment(settings: dict[str, str]) -> dict[str, str]:
    return {f"SEARCHAPP_{name.upper()}": value for name, value in settings.items()}


@pytest.fixture
def application(settings: dict[str, str]) -> Application:
    return Application(Settings(**settings))  # type: ignore[arg-type]


def asked(server: MCPServer | StdioServerParameters, questions: Callable[[Client], Awaitable[T]]) -> T:
    """What ``questions`` gets from ``server``."""

    async def run() -> T:
        with anyio.fail_after(240):
            async with Client(server) as client:
                return await questions(client)

    with ThreadPoolExecutor(1) as elsewhere:  # the browser of other tests keeps a loop running in this thread
        return elsewhere.submit(anyio.run, run).result()


async def called(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    structured: dict[str, Any] = result.structured_content
    return structured


@pytest.mark.slow
def test_a_client_searches_asks_and_opens(environment: dict[str, str]) -> None:
    async def questions(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "ask", "open_document"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert "scores" in json.dumps(tools["search"].output_schema)

        found = await called(client, "search", query="cut-resistant gloves", size=3)
        hit = found["hits"][0]
        assert hit["title"] == "Press shop handbook" and "class D" in hit["text"]
        chinese = await called(client, "search", query="防割手套", mode="keyword", filter=["type=markdown"])
        assert "防割手套" in chinese["hits"][0]["text"]

        answer = await called(client, "ask", question="Which gloves must operators wear?")
        assert answer["extractive"] and "class D" in answer["answer"]
        assert answer["citations"][0]["document_id"] == hit["document_id"]

        opened = await called(client, "open_document", document_id=hit["document_id"], size=1)
        assert opened["document"]["state"] == "indexed"
        assert opened["total"] > 1 and [one["position"] for one in opened["passages"]] == [0]
        rest = await called(client, "open_document", document_id=hit["document_id"], start=1)
        assert "防割手套" in "".join(one["text"] for one in rest["passages"])

    command, *arguments = COMMAND
    asked(StdioServerParameters(command=command, args=arguments, env=environment), questions)


def test_a_follow_up_is_made_to_stand_alone(application: Application) -> None:
    asked_before = [{"question": "Which gloves must operators wear at press 3?", "answer": "Cut-resistant ones."}]

    async def questions(client: Client) -> list[str]:
        alone = await called(client, "ask", question="and at press 4?")
        after = await called(client, "ask", question="and at press 4?", history=asked_before)
        return [alone["query"], after["query"]]

    alone, after = asked(build(application), questions)
    assert alone == "and at press 4?"
    assert "gloves" in after and "press 4" in after


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

    empty, unknown, absent, large = asked(build(application), questions)
    assert "query is empty" in empty
    assert "'colour=red' is not a filter" in unknown
    assert "There is no document nowhere" in absent
    assert "100" in large


def test_what_may_be_asked_for_at_most_is_the_same_by_http(application: Application) -> None:
    async def questions(client: Client) -> dict[str, dict[str, Any]]:
        return {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}

    tools = asked(build(application), questions)
    described = create_app(application).test_client().get("/openapi.json").json
    schemas = described["components"]["schemas"]

    def parameter(path: str, name: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = described["paths"][path]["get"]["parameters"]
        return next(one["schema"] for one in found if one["name"] == name)

    search, ask, opened = (tools[name]["properties"] for name in ("search", "ask", "open_document"))
    assert search["size"]["maximum"] == parameter("/api/search", "size")["maximum"]
    assert ask["size"]["maximum"] == schemas["Question"]["properties"]["size"]["maximum"]
    assert opened["size"]["maximum"] == parameter("/api/documents/{document_id}/passages", "size")["maximum"]
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
        opened = json.dumps(asked(build(application), questions))
    finally:
        application.store.put_entries([known])
    assert known.id in opened and "db-host-7" not in opened and "2026-01-02" not in opened


def test_a_group_sees_its_documents_and_the_open_ones(application: Application) -> None:
    async def titles(client: Client) -> set[str]:
        return {hit["title"] for hit in (await called(client, "search", query="gloves"))["hits"]}

    assert asked(build(application, ("hr",)), titles) == {"Press shop handbook", "Salaries"}
    assert asked(build(application, ("law",)), titles) == {"Press shop handbook"}


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
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    result = CliRunner().invoke(app, ["mcp"])
    assert isinstance(result.exception, UsageError)
    assert result.exception.remedy == "pip install 'searchapp[mcp]'"


def test_no_tool_takes_a_value_beyond_reason(application: Application) -> None:
    server = build(application)
    texts: list[object] = ["g" * 5_000_000, 10**400, ["g"] * 200_000]
    ints: list[object] = [10**400, -1, "g" * 5_000_000]
    lists: list[object] = [["path=g"] * 200_000, [1] * 200_000, ["path=" + "g" * 5_000_000], "g" * 5_000_000]
    valid = {"query": "gloves", "question": "gloves", "document_id": "d"}

    async def questions(client: Client) -> list[str]:
        taken: list[str] = []
        for tool in (await client.list_tools()).tools:
            for name, schema in tool.input_schema["properties"].items():
                kinds = {"string": texts, "integer": ints, "array": lists}
                required = {one: valid[one] for one in tool.input_schema["required"]}
                for value in kinds.get(schema.get("type", "string"), texts):
                    result = await client.call_tool(tool.name, {**required, name: value})
                    told = str(result.content)
                    if not result.is_error or name not in told:
                        taken.append(f"{tool.name}.{name}: {told[:200]}")
        return taken

    assert asked(server, questions) == []
