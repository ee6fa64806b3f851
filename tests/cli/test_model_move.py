"""``searchapp models move``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Type

PACKAGED = "sentence-transformers:all-MiniLM-L6-v2"

TEXTS = {
    "gloves.md": "# Press shop\n\n## Hands\n\nOperators must wear cut-resistant gloves of class D.\n",
    "budget.md": "# Money\n\n## Travel\n\nThe budget of 2025 was approved in March. Travel was cut by a tenth.\n",
    "gate.md": "# Handover\n\n## Keys\n\nThe night shift locks the gate at ten. The spare key hangs in room 4.\n",
}


@pytest.fixture
def library(typed: Type) -> Type:
    for name, text in TEXTS.items():
        Path(name).write_text(text, encoding="utf-8")
    assert typed("ingest", *TEXTS).code == 0
    return typed


@pytest.mark.parametrize("typed", ["embedded"], indirect=True)
def test_there_back_and_no_way_back(library: Type) -> None:
    moved = library("models", "move", "hashed:128")
    assert moved.code == 0
    assert "to        hashed:128 (128 dimensions" in moved.out and "3 documents, 3 chunks; 3 embedded" in moved.out
    assert "Set SEARCHAPP_EMBEDDING_MODEL=hashed:128" in moved.out
    found = json.loads(library("search", "spare key", "--json").out)
    assert found["hits"][0]["title"] == "Handover"
    again = library("models", "move", "hashed:128")
    assert again.code == 2 and "is one of hashed:128 (128 dimensions, 1) already" in again.err
    back = library("models", "move", "--back", "--json")
    assert back.code == 0
    told = json.loads(back.out)
    assert {"source", "target", "documents", "chunks", "embedded", "reused", "resumed", "seconds", "set"} <= told.keys()
    assert (told["target"], told["embedded"], told["set"]) == ("hashed:64 (64 dimensions, 1)", 0, None)
    assert library("models", "move", "--discard").out == "removed   hashed:128 (128 dimensions, 1)\n"
    assert json.loads(library("models", "move", "--discard", "--json").out) == {"removed": []}
    gone = library("models", "move", "--back", "--json")
    assert gone.code == 2 and "no version to go back to" in json.loads(gone.err)["error"]["message"]


@pytest.mark.parametrize("typed", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Name a model, or --back, or --discard."),
        (["hashed:128", "--back"], "Name a model, or --back, or --discard."),
        (["--back", "--discard"], "Name a model, or --back, or --discard."),
        (["hashed:128"], "There is no index in"),
        (["--back"], "There is no index in"),
    ],
)
def test_what_cannot_be_done_is_wrong_usage(typed: Type, arguments: list[str], words: str) -> None:
    ended = typed("models", "move", *arguments)
    assert ended.code == 2 and words in ended.err and ended.out == ""


@pytest.mark.parametrize("typed", ["elasticsearch"], indirect=True)
def test_on_elasticsearch_another_command_does_it(typed: Type) -> None:
    for arguments, command in (
        (["ollama:bge-m3"], "es reindex --model ollama:bge-m3"),
        (["--back"], "es rollback"),
        (["--discard"], "es prune"),
    ):
        ended = typed("models", "move", *arguments)
        assert ended.code == 2 and f"searchapp {command}" in ended.err


@pytest.mark.slow
@pytest.mark.parametrize("typed", ["embedded"], indirect=True)
def test_a_search_finds_by_the_meaning_that_the_new_model_knows(library: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    # The documents have none of these words: hashed words find nothing by them, the model does.
    asked = {
        "expenses for journeys": "Money",
        "protective clothing for workers": "Press shop",
        "who closes the door in the evening": "Handover",
    }

    def first() -> list[str]:
        found = [library("search", question, "--mode", "semantic", "--json") for question in asked]
        return [json.loads(one.out)["hits"][0]["title"] for one in found]

    monkeypatch.setenv("SEARCHAPP_LEAST_SIMILARITY", "-1")  # what is nearest is asked, not whether it is near
    assert first() != list(asked.values())
    moved = library("models", "move", PACKAGED)
    assert moved.code == 0 and f"Set SEARCHAPP_EMBEDDING_MODEL={PACKAGED}" in moved.out
    assert first() == list(asked.values())
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", PACKAGED)
    assert first() == list(asked.values())
    assert library("models", "move", "--back").code == 0
    assert first() != list(asked.values())
