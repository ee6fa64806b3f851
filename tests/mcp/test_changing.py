"""What agents add and delete: texts, addresses, and only what is theirs."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from searchapp import limits
from searchapp.access import Scope
from searchapp.mcp.changing import add, delete
from searchapp.mcp.context import ToolContext, local
from searchapp.mcp.tool import Tool
from searchapp.wiring import Application
from tests.waiting import eventually


def told(tool: Tool, context: ToolContext, **arguments: Any) -> str:
    result = tool.call(context, arguments)
    assert result.is_error, result.structured_content
    return str(result.content[0].text)  # type: ignore[union-attr]


def done(tool: Tool, context: ToolContext, **arguments: Any) -> dict[str, Any]:
    result = tool.call(context, arguments)
    assert not result.is_error, result.content
    structured: dict[str, Any] = result.structured_content
    return structured


def test_at_this_machine_only_who_asks_for_it_may_write(application: Application) -> None:
    assert "write" in told(add, local(application), name="a.md", text="A text.")
    writer = local(application, writes=True)
    entry = done(add, writer, name="tides", text="# Tides\n\nHigh water is at nine.")["document"]
    assert entry["title"] == "tides.md"
    # A thread of this process reads it.
    eventually(lambda: str(getattr(application.store.entry(entry["id"]), "state", "")) == "indexed")
    assert done(delete, writer, document_id=entry["id"])["title"] == "Tides"
    assert application.store.entry(entry["id"]) is None


def test_an_address_is_queued_with_its_depth(application: Application) -> None:
    submitted: list[str] = []
    context = dataclasses.replace(local(application, ("hr",), writes=True), submit=submitted.append)
    entry = done(add, context, url=" https://docs.example.org/guide/#top ", depth=2)["document"]
    assert (entry["source"], entry["state"], entry["groups"]) == ("https://docs.example.org/guide/", "queued", ["hr"])
    assert submitted == [entry["id"]]
    known = application.store.entry(entry["id"])
    assert known is not None and known.depth == 2


def test_the_same_text_of_two_groups_is_two_documents(application: Application) -> None:
    submitted: list[str] = []
    ids = []
    for groups in (("hr",), ("law",), ("hr",)):
        context = dataclasses.replace(local(application, groups, writes=True), submit=submitted.append)
        ids.append(done(add, context, name="notes.txt", text="Nobody knows.")["document"]["id"])
    assert ids[0] == ids[2] != ids[1]
    other = dataclasses.replace(local(application, ("law",), writes=True), submit=submitted.append)
    assert "no document" in told(delete, other, document_id=ids[0])
    assert application.store.entry(ids[0]) is not None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({}, "Nothing is given"),
        ({"name": "a.md", "text": "A", "url": "https://example.org"}, "Nothing is given to add, or both"),
        ({"name": "a.md", "text": "  "}, "Nothing is given"),
        ({"text": "A text."}, "has no name"),
        ({"url": "/etc/passwd"}, "address"),
        ({"url": "https://ada:secret@example.org/"}, "password"),
        ({"url": "https://example.org", "depth": limits.SITE_DEPTH + 1}, "depth"),
        ({"name": "a.md", "text": "x" * (limits.ADDED_CHARACTERS + 1)}, "text"),
        ({"name": "a.pdf", "text": "%PDF-1.7 no, it is not"}, ""),
    ],
    ids=str,
)
def test_what_cannot_be_added_is_said(application: Application, arguments: dict[str, Any], why: str) -> None:
    submitted: list[str] = []
    context = dataclasses.replace(local(application, writes=True), submit=submitted.append)
    if why:
        said = told(add, context, **arguments)
        assert why in said and "secret" not in said and submitted == []
    else:  # a text stays one, whatever it is called
        assert done(add, context, **arguments)["document"]["type"] == "markdown"


def test_what_belongs_to_everybody_is_not_for_one_group_to_delete(application: Application) -> None:
    (handbook,) = application.store.entries(contains="handbook").entries
    context = local(application, ("hr",), writes=True)
    assert "Press shop handbook" in told(delete, context, document_id=handbook.id)
    assert application.store.entry(handbook.id) is not None
    assert context.may(Scope.READ) and not context.may(Scope.OPERATE)
