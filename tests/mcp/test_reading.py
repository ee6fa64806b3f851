"""The tools that read a library, asked by the official client within this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from searchapp.mcp.context import local
from searchapp.mcp.server import build
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.mcp.client import asked, called

PRESS = "# Press\n\nWear gloves of class D.\n\nThe press weighs 41 tonnes.\n"
TEXTS = {
    "docs/press.md": PRESS,
    "docs/zh/手套.md": "# 手套\n\n操作人员必须佩戴防割手套。",
    "docs/boots.txt": "Wear boots and gloves.\r\nThe boots weigh 2 kilograms.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tools")


@pytest.fixture(scope="module")
def application(folder: Path) -> Application:
    running = Application(
        Settings(
            data_dir=folder / "data",
            embedding_model="hashed:256",
            least_similarity=-1.0,
            ollama_url="http://127.0.0.1:9",
        )  # type: ignore[call-arg]
    )
    for name, text in {**TEXTS, "pay/pay.txt": "The director wears no gloves."}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    assert {one.error for one in running.ingester.ingest([str(folder / "docs")])} == {""}
    assert {one.error for one in running.ingester.ingest([str(folder / "pay")], groups=["hr"])} == {""}
    return running


def test_a_program_finds_its_way_and_reads(application: Application, folder: Path) -> None:
    async def questions(client: Client) -> None:
        first = await called(client, "list_documents")
        assert first["total"] == 4 and first["documents"] == []
        (place,) = first["folders"]
        level = await called(client, "list_documents", below=place["place"])
        assert {one["place"] for one in level["folders"]} == {f"{folder}/docs/", f"{folder}/pay/"}
        docs = await called(client, "list_documents", below=f"{folder}/docs/", size=1)
        assert [one["title"] for one in docs["documents"]] == ["boots"]
        rest = await called(client, "list_documents", below=f"{folder}/docs/", after=docs["next"])
        assert [one["title"] for one in rest["documents"]] == ["Press"] and rest["next"] is None
        press = rest["documents"][0]["document_id"]

        read = await called(client, "open_document", document_id=press, size=3)
        assert [one["text"] for one in read["lines"]] == ["Press", "", "Wear gloves of class D."]
        assert (read["total"], read["next"]) == (5, 4)
        last = await called(client, "open_document", document_id=press, start=4, end=5)
        assert last["lines"][-1]["text"] == "The press weighs 41 tonnes." and last["next"] is None

        found = await called(client, "grep", words="gloves", lines_around=1)
        assert found["total"] == 3 and found["read"] == 3
        codes = await called(client, "grep", pattern=r"weighs? \d+|防割", filter=["type=markdown"], per_document=0)
        assert sorted(one["total"] for one in codes["documents"]) == [1, 1]

        chunk = read["passages"][0]["chunk_id"]
        around = await called(client, "open_document", document_id=press, passage=chunk)
        assert around["lines"][0]["line"] == 1
        for like in (chunk, press):
            similar = await called(client, "similar", like=like, by_document=True)
            assert similar["hits"] and press not in {one["document_id"] for one in similar["hits"]}

        checked = await called(client, "check", text="The press weighs 41 tonnes. 数据库每天备份一次。")
        assert [one["support"] for one in checked["sentences"]] == ["supported", "unsupported"]
        given = await called(client, "check", text="The press weighs 40 tonnes.", passages=[chunk])
        assert given["sentences"][0]["missing"] == ["40"]

    asked(build(local(application)), questions)


def test_what_is_wrong_is_said_in_a_sentence(application: Application) -> None:
    (press,) = application.store.entries(contains="press").entries

    async def questions(client: Client) -> list[str]:
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("open_document", {"document_id": press.id, "start": 6}),
            ("open_document", {"document_id": "nowhere"}),
            ("grep", {}),
            ("grep", {"pattern": "(gloves"}),
            ("grep", {"pattern": "a" * 201}),
            ("list_documents", {"collection": "nowhere"}),
            ("similar", {"like": "nowhere"}),
            ("check", {"text": "…"}),
            ("check", {"text": "x", "passages": ["nowhere"]}),
        ]
        results = [await client.call_tool(name, arguments) for name, arguments in wrong]
        assert all(result.is_error for result in results)
        return [result.content[0].text for result in results]  # type: ignore[union-attr]

    beyond, absent, empty, unfit, long, collection, like, nothing, passage = asked(build(local(application)), questions)
    assert "ends with line 5" in beyond and "There is no document nowhere" in absent
    assert "Neither words nor a pattern" in empty and "RE2" in unfit and "200" in long
    assert "nowhere" in collection and "nowhere" in like and "no sentence" in nothing and "nowhere" in passage


def test_groups_are_walls(application: Application, folder: Path) -> None:
    pay = next(one for one in application.store.entries().entries if one.groups)

    async def questions(client: Client) -> tuple[int, int, int, bool, bool]:
        listed = await called(client, "list_documents", below=f"{folder}/")
        found = await called(client, "grep", words="gloves")
        named = await called(client, "grep", pattern=".", filter=[f"document={pay.id}"])
        opened = await client.call_tool("open_document", {"document_id": pay.id})
        checked = await called(client, "check", text="The director wears no gloves.")
        return listed["total"], found["total"], named["read"], opened.is_error, checked["supported"]

    assert asked(build(local(application, ("hr",))), questions) == (4, 3, 1, False, True)
    assert asked(build(local(application, ("law",))), questions) == (3, 2, 0, True, False)


def test_a_document_that_is_deleted_meanwhile_is_told(application: Application, tmp_path: Path) -> None:
    (tmp_path / "soon.txt").write_text("Lathes are oiled.", encoding="utf-8")
    assert [one.error for one in application.ingester.ingest([str(tmp_path / "soon.txt")])] == [""]
    (entry,) = application.store.entries(contains="soon").entries

    async def questions(client: Client) -> list[bool]:
        opened = await called(client, "open_document", document_id=entry.id)
        application.store.delete_document(entry.id)
        chunk = opened["passages"][0]["chunk_id"]
        again = [
            await client.call_tool("open_document", {"document_id": entry.id}),
            await client.call_tool("similar", {"like": chunk}),
            await client.call_tool("check", {"text": "Lathes are oiled.", "passages": [chunk]}),
        ]
        assert (await called(client, "grep", words="lathes"))["total"] == 0
        return [bool(one.is_error) for one in again]

    assert asked(build(local(application)), questions) == [True, True, True]
