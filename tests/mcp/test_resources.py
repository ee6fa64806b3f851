"""Documents as resources: listed in pages, read whole or in parts that say where they go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from searchapp import limits
from searchapp.mcp import resources
from searchapp.mcp.context import local
from searchapp.mcp.server import build
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.mcp.client import asked


@pytest.fixture
def library(tmp_path: Path) -> Application:
    """Five short documents, of which four are indexed, and one of them the group hr's."""
    running = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    for number in range(5):
        path = tmp_path / f"note-{number}.md"
        path.write_text(f"# Note {number}\n\n" + " ".join(f"Sentence {n} of it." for n in range(400)) + "\n\nThe end.")
        if number == 4:
            running.ingester.queue(str(path))
        else:
            list(running.ingester.ingest([str(path)], groups=("hr",) if number == 3 else ()))
    return running


def test_every_page_of_the_list_leads_to_the_next(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "PAGE", 2)

    async def titles(client: Client) -> list[str]:
        found, cursor = [], None
        while True:
            page = await client.list_resources(cursor=cursor)
            found += [resource.title or "" for resource in page.resources]
            cursor = page.next_cursor
            if cursor is None:
                return found

    assert asked(build(local(library)), titles) == ["Note 0", "Note 1", "Note 2", "Note 3"]
    assert asked(build(local(library, ("law",))), titles) == ["Note 0", "Note 1", "Note 2"]


def test_a_long_document_is_read_to_its_end(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_AT_ONCE", 2)
    (entry,) = library.store.entries(contains="note-1").entries
    assert entry.chunks > 4

    async def read(client: Client) -> tuple[list[str], str]:
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "searchapp://documents/{id}{?start}"
        uri, parts = resources.uri_of(entry.id), []
        while True:
            text, *rest = (await client.read_resource(uri)).contents
            parts.append(text.text)  # type: ignore[union-attr]
            if not rest:
                return parts, uri
            assert f"of {entry.chunks}" in rest[0].text and str(rest[0].uri) in rest[0].text  # type: ignore[union-attr]
            uri = str(rest[0].uri)

    parts, last = asked(build(local(library)), read)
    assert len(parts) == -(-entry.chunks // 2) and last.endswith(f"?start={2 * (len(parts) - 1)}")
    assert parts[0].startswith("Note 1") or parts[0].startswith("# Note 1") or "Sentence 0 of it." in parts[0]
    assert parts[-1].endswith("The end.")
    assert all(f"Sentence {n} of it." in " ".join(parts) for n in range(0, 400, 50))


@pytest.mark.parametrize(
    "uri",
    ["searchapp://documents/", "searchapp://documents/a/b", "file:///etc/passwd", "searchapp://documents/x?start=-1"],
)
def test_an_address_of_nothing_is_said_to_be_one(library: Application, uri: str) -> None:
    async def read(client: Client) -> str:
        with pytest.raises(MCPError) as error:
            await client.read_resource(uri)
        return str(error.value)

    assert "There is no resource" in asked(build(local(library)), read)


def test_a_cursor_of_nobody_is_refused(library: Application) -> None:
    async def read(client: Client) -> str:
        with pytest.raises(MCPError) as error:
            await client.list_resources(cursor="x" * 100_000)
        return str(error.value)

    assert "cursor" in asked(build(local(library)), read)
