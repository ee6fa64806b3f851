"""Batches of queued documents, as the web process and the workers do them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from searchapp.errors import ServiceUnavailableError
from searchapp.ingest import retry
from searchapp.ingest.queue import run_batch
from searchapp.messages import Message
from searchapp.model import DocumentState
from tests.ingest.worlds import World
from tests.interleaving import before


@pytest.mark.parametrize("call", ["fingerprint", "known_entries"])
def test_a_store_that_is_away_when_a_batch_begins_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE_SECONDS", 0.01)
    world = World(tmp_path)
    path = world.write("a.md", "# One\n\nAlpha.")
    document = world.ingester.queue(str(path)).id

    def away() -> None:
        raise ServiceUnavailableError("plain", text="The store does not answer.")

    before(monkeypatch, world.store, call, away)
    told: list[Message | None] = []
    assert run_batch(world.ingester, [document], threading.Event(), told.append)
    assert world.entry(path).state is DocumentState.INDEXED
    assert "The store does not answer." in str(told[0]) and told[-1] is None
