"""An agent answers five questions over the samples with the tools alone, and finds each quotation where it is said to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from searchapp.access import Scope
from searchapp.samples import sample_folders
from searchapp.settings import load_settings
from searchapp.web.jobs import Jobs
from searchapp.web.server import open_server
from searchapp.wiring import Application
from tests.mcp.client import asked_at, called
from tests.services import prepared_models
from tests.web.serving import serving

pytest.importorskip("rapidocr")  # one of the samples is a scan

SAID = {
    "When is the hut open?": "from 1 May to 31 October",
    "What should guests bring?": "a head torch, indoor shoes and cash",
    "Why does the stove smoke?": "whenever the wind comes from the north",
    "从松坪村怎么走？": "上山约四个半小时",
    "床位涨价吗？": "每晚加 20 元",
}


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The samples over the model that a visitor has, without Ollama: their address, and a key that reads."""
    running = Application(
        load_settings(
            data_dir=tmp_path_factory.mktemp("hut"),
            models_dir=Path(prepared_models.obtain()),
            ollama_url="http://127.0.0.1:9",
            auth="required",
        )
    )
    assert [one.error for one in running.ingester.ingest(sample_folders()) if one.error] == []
    jobs = Jobs(running)
    with serving(open_server(running, "127.0.0.1", 0, jobs)) as address:
        yield address, running.access.keys.make("agent", frozenset({Scope.READ}))[1]
    jobs.stop()


async def answered(client: Client, question: str) -> str:
    """What the agent says: the sentences of an answer whose passages it has found and read itself."""
    hits = (await called(client, "search", query=question, size=5))["hits"]
    assert hits, "nothing to read on"
    answer = await called(client, "ask", question=question)
    documents = {cited["document_id"]: await read(client, cited["document_id"]) for cited in answer["citations"]}
    assert {hit["document_id"] for hit in hits} & documents.keys(), "its own search leads elsewhere"
    for cited in answer["citations"]:
        passage = documents[cited["document_id"]][cited["chunk_id"]]
        for piece in cited["quote"].split("…"):
            assert " ".join(piece.split()) in " ".join(passage.split())
    return " ".join(sentence["text"] for sentence in answer["sentences"] if sentence["supported"])


async def read(client: Client, document_id: str) -> dict[str, str]:
    """A document's passages by their ids, from its lines, twenty at a time."""
    lines: list[str] = []
    places: dict[str, tuple[int, int]] = {}
    start: int | None = 1
    while start is not None:
        opened: dict[str, Any] = await called(client, "open_document", document_id=document_id, start=start, size=20)
        lines += [one["text"] for one in opened["lines"]]
        places |= {one["chunk_id"]: (one["first"], one["last"]) for one in opened["passages"]}
        start = opened["next"]
    assert len(lines) == opened["total"]
    return {id_: "\n".join(lines[first - 1 : last]) for id_, (first, last) in places.items()}


@pytest.mark.slow
@pytest.mark.usefixtures("multilingual")
def test_an_agent_answers_five_questions_by_tools_alone(hut: tuple[str, str]) -> None:
    async def all_of_them(client: Client) -> dict[str, str]:
        return {question: await answered(client, question) for question in SAID}

    answers = asked_at(*hut, all_of_them)
    assert {question: said in answers[question] for question, said in SAID.items()} == dict.fromkeys(SAID, True)
