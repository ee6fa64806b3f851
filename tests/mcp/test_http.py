"""``/mcp`` on a real port, asked by the official client of each generation of the protocol."""

from __future__ import annotations

from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from searchapp.access import Scope
from searchapp.audit import Outcome, Wanted, What
from tests.mcp.client import asked_at, called, refused
from tests.mcp.conftest import Served

READING = {"search", "similar", "ask", "check", "list_documents", "grep", "open_document"}
CHANGING = {"add", "delete"}
MODES = ["legacy", "auto"]
"""With the handshake of 2025, and without, as from 2026 on."""


def tools_of(served: Served, key: str, mode: str = "auto") -> set[str]:
    async def names(client: Client) -> set[str]:
        return {tool.name for tool in (await client.list_tools()).tools}

    return asked_at(served.address, key, names, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_an_agent_searches_asks_and_opens(served: Served, mode: str) -> None:
    async def questions(client: Client) -> None:
        found = await called(
            client, "search", query="cut-resistant gloves", size=1, facets=True, filter=["type=markdown"]
        )
        (hit,) = found["hits"]
        assert "class D" in hit["text"] and found["total"] > 1 and found["facets"]["type"]["markdown"] >= 1
        (second,) = (await called(client, "search", query="cut-resistant gloves", size=1, start=1))["hits"]
        assert second["rank"] == 2 and second["chunk_id"] != hit["chunk_id"]
        grouped = await called(client, "search", query="gloves", group=True, sort="newest")
        assert len({one["document_id"] for one in grouped["hits"]}) == len(grouped["hits"])

        answer = await called(client, "ask", question="Which gloves must operators wear?")
        assert "class D" in answer["answer"] and answer["citations"]
        before = [{"question": "Which gloves must operators wear at press 3?", "answer": "Cut-resistant ones."}]
        after = await called(client, "ask", question="and at press 4?", history=before)
        assert "gloves" in after["query"]

        opened = await called(client, "open_document", document_id=hit["document_id"], size=1)
        assert opened["total"] > 1 and len(opened["lines"]) == 1

    asked_at(served.address, served.key(), questions, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_only_who_may_write_sees_the_tools_that_change(served: Served, mode: str) -> None:
    assert tools_of(served, served.key(), mode) == READING
    assert tools_of(served, served.key(Scope.READ, Scope.WRITE), mode) == READING | CHANGING

    async def told(client: Client) -> list[str]:
        return [
            await refused(client, "add", name="a.md", text="A text."),
            await refused(client, "delete", document_id="d"),
        ]

    assert all("write" in one for one in asked_at(served.address, served.key(), told, mode=mode))


def test_the_tools_that_change_say_so(served: Served) -> None:
    async def hints(client: Client) -> dict[str, Any]:
        return {tool.name: tool.annotations for tool in (await client.list_tools()).tools}

    found = asked_at(served.address, served.key(Scope.READ, Scope.WRITE), hints)
    assert all(found[name].read_only_hint and not found[name].destructive_hint for name in READING)
    assert not found["add"].read_only_hint and not found["add"].destructive_hint and found["add"].open_world_hint
    assert found["delete"].destructive_hint and not found["delete"].read_only_hint


def test_a_text_is_added_found_and_deleted(served: Served) -> None:
    key = served.key(Scope.READ, Scope.WRITE)

    async def add(client: Client) -> dict[str, Any]:
        told = await refused(client, "add", text="No name.")
        assert "name" in told
        assert "Nothing is given" in await refused(client, "add", name="x.md")
        assert "file://" in await refused(client, "add", url="file:///etc/passwd")
        added = await called(client, "add", name="minutes", text="# Minutes\n\nThe zeppelin lands on Tuesday.")
        entry: dict[str, Any] = added["document"]
        return entry

    entry = asked_at(served.address, key, add)
    assert entry["title"] == "minutes.md" and entry["state"] == "queued"
    served.jobs.wait()

    async def find_and_delete(client: Client) -> None:
        opened = await called(client, "open_document", document_id=entry["id"])
        assert opened["state"] == "indexed"
        (hit,) = (await called(client, "search", query="zeppelin", mode="keyword"))["hits"]
        assert hit["document_id"] == entry["id"]
        deleted = await called(client, "delete", document_id=entry["id"])
        assert deleted["title"] == "Minutes" and deleted["restorable_until"]
        assert (await called(client, "search", query="zeppelin", mode="keyword"))["hits"] == []
        assert "no document" in await refused(client, "open_document", document_id=entry["id"])

    asked_at(served.address, key, find_and_delete)
    deletion, addition, nameless = served.application.audit.page(Wanted(), 3).records
    assert (deletion.what, deletion.outcome, deletion.where) == (What.DELETE, Outcome.DONE, "127.0.0.1")
    assert deletion.on.startswith(entry["id"]) and deletion.who.startswith("key:agent (")
    assert (addition.what, addition.outcome, addition.details["documents"]) == (
        What.UPLOAD,
        Outcome.DONE,
        [entry["id"]],
    )
    assert (nameless.outcome, nameless.error) == (Outcome.REFUSED, "scheme_unsupported")


def test_queries_are_recorded_where_a_setting_says_so_and_refusals_always(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def calls(client: Client) -> None:
        await called(client, "search", query="gloves", filter=["type=markdown"])
        await called(client, "ask", question="Which gloves must operators wear?")
        await refused(client, "add", name="a.md", text="A text.")

    key = served.key()
    asked_at(served.address, key, calls)
    refusal, before = served.application.audit.page(Wanted(), 2).records
    assert (refusal.what, refusal.outcome, refusal.error) == (What.UPLOAD, Outcome.REFUSED, "scope_missing")
    assert before.what not in (What.SEARCH, What.ASK)
    monkeypatch.setattr(served.application.audit, "of_queries", True)
    asked_at(served.address, key, calls)
    _, ask, search = served.application.audit.page(Wanted(), 3).records
    assert (ask.what, ask.details["query"]) == (What.ASK, "Which gloves must operators wear?")
    assert (search.what, search.details) == (What.SEARCH, {"query": "gloves", "filters": ["type=markdown"]})


def test_groups_are_walls(served: Served) -> None:
    own = served.key(Scope.READ, Scope.WRITE, groups=("hr",))
    other = served.key(Scope.READ, Scope.WRITE, groups=("law",))

    async def look(client: Client) -> tuple[set[str], set[str], set[str]]:
        hits = (await called(client, "search", query="gloves"))["hits"]
        listed = (await client.list_resources()).resources
        answer = await called(client, "ask", question="How much does the gloves inspector earn?")
        return (
            {hit["title"] for hit in hits},
            {resource.title or "" for resource in listed},
            {cited["title"] for cited in answer["citations"]},
        )

    for found in asked_at(served.address, own, look)[:2]:
        assert found == {"Press shop handbook", "Salaries"}
    for found in asked_at(served.address, other, look):
        assert "Salaries" not in found

    (salaries,) = served.application.store.entries(contains="salaries").entries

    async def reach(client: Client) -> None:
        for document_id in (salaries.id, "nowhere"):
            told = [
                await refused(client, "open_document", document_id=document_id),
                await refused(client, "delete", document_id=document_id),
            ]
            with pytest.raises(MCPError) as error:
                await client.read_resource(f"searchapp://documents/{document_id}")
            told.append(str(error.value))
            assert all(f"no document {document_id}" in one for one in told), told

    asked_at(served.address, other, reach)
    assert served.application.store.entry(salaries.id) is not None
