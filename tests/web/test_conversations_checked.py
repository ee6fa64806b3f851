"""Kept answers over a real store: what has changed in their documents, told and checked without a language model."""

from __future__ import annotations

from pathlib import Path

from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.wiring import Application
from tests.web.test_conversations import ask, kept


def test_an_edited_and_a_deleted_document_are_told_and_their_sentences_checked_again(tmp_path: Path) -> None:
    application = Application(
        Settings(data_dir=tmp_path / "data", embedding_model="hashed:128", ollama_url="http://127.0.0.1:9")
    )
    canteen = tmp_path / "canteen.md"
    canteen.write_text("# Canteen\n\nThe canteen opens at noon on working days.", "utf-8")
    list(application.ingester.ingest([str(canteen)]))
    client = create_app(application).test_client()

    id_ = ask(client, "When does the canteen open?")
    (turn,) = kept(client, id_)["turns"]
    assert turn["state"] == "done" and turn["answer"]["extractive"] and "noon" in turn["answer"]["answer"]
    assert turn["answer"]["citations"][0]["hash"] and turn["answer"]["citations"][0]["document_hash"]
    assert kept(client, id_)["changes"] == {"cited": 1, "edited": [], "deleted": []}
    where = f"/api/conversations/{id_}/turns/1/check"
    assert [one["standing"] for one in client.get(where).json["sentences"]] == ["holds"]  # type: ignore[index]
    assert client.get(where.replace("/1/", "/2/")).status_code == 404

    canteen.write_text("# Canteen\n\nThe kitchen closes at 17:30 and bakes bread on Sundays.", "utf-8")
    list(application.ingester.ingest([str(canteen)]))
    assert kept(client, id_)["changes"] == {"cited": 1, "edited": ["Canteen"], "deleted": []}
    assert [one["standing"] for one in client.get(where).json["sentences"]] == ["undone"]  # type: ignore[index]
    assert kept(client, id_)["turns"] == [turn], "the conversation is shown as it was"

    application.trash.delete(turn["answer"]["citations"][0]["document_id"])
    assert kept(client, id_)["changes"] == {"cited": 1, "edited": [], "deleted": ["Canteen"]}
    assert [one["standing"] for one in client.get(where).json["sentences"]] == ["lost"]  # type: ignore[index]
