"""The server as a process of its own, over the embedded store: what was queued survives that it is killed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from searchapp.model import DocumentState
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.ingest import chaos
from tests.services.process import free_port
from tests.waiting import eventually

DOCUMENTS = 100


@pytest.mark.slow
def test_what_was_queued_survives_a_server_that_is_killed(tmp_path: Path) -> None:
    chaos.write_corpus(tmp_path / "library", DOCUMENTS, 0)
    settings = chaos.settings_for(tmp_path / "data", "", "unused")
    queued = subprocess.run(
        chaos.command("ingest", str(tmp_path / "library"), "--queue", "--json"),
        env=chaos.environment(settings),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(queued.stdout.splitlines()[-1])["summary"]["queued"] == DOCUMENTS
    port = str(free_port())
    server = chaos.searchapp(settings, "serve", "--port", port)
    eventually(lambda: indexed(settings) > 0)
    chaos.kill(server)
    assert 0 < indexed(settings) < DOCUMENTS
    server = chaos.searchapp(settings, "serve", "--port", port)
    try:
        upload = {"file": ("late.md", b"# Late\n\nUploaded after the restart.")}
        eventually(lambda: answers(port))
        added = httpx.post(f"http://127.0.0.1:{port}/api/documents", files=upload, timeout=60)
        assert added.status_code == 202
        eventually(lambda: indexed(settings) == DOCUMENTS + 1)
    finally:
        chaos.kill(server)
    chaos.assert_settled(Application(settings))


def answers(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success
    except httpx.HTTPError:
        return False


def indexed(settings: Settings) -> int:
    """By another process' eyes."""
    counts = Application(settings).store.state_counts()
    return counts.get(DocumentState.INDEXED, 0) + counts.get(DocumentState.UNCHANGED, 0)
