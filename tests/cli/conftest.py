"""Commands typed in this process, over each of the real stores; ``test_cli.Shell`` runs them in one of their own."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from searchapp.cli.run import run
from searchapp.settings import load_settings
from searchapp.wiring import Application


class Ended(NamedTuple):
    """How a command ended: its exit code, and what it printed."""

    code: int
    out: str
    err: str


Type = Callable[..., Ended]


@pytest.fixture(params=["embedded", "elasticsearch"])
def typed(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Type]:
    """Types a command of searchapp in an empty folder, for an empty store."""
    for name in [name for name in os.environ if name.startswith("SEARCHAPP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEARCHAPP_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", "hashed:64")
    if request.param == "elasticsearch":
        monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_URL", request.getfixturevalue("elasticsearch_url"))
        monkeypatch.setenv("SEARCHAPP_INDEX_PREFIX", f"test-{uuid.uuid4().hex[:8]}")

    def typed(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["searchapp", *arguments])
        with pytest.raises(SystemExit) as ended:
            run()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    yield typed
    Application(load_settings()).store.drop()
