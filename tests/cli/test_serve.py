"""``searchapp serve`` as a process without a prepared model: one is made in the background."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp.backup.restore import restore
from searchapp.errors import ConflictError, UsageError
from tests.services.process import free_port

Start = Callable[[int], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server on a port; its output is one stream."""
    started: list[subprocess.Popen[str]] = []

    def serve(port: int) -> subprocess.Popen[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "searchapp.cli.run", "serve", "--port", str(port)],
            env={**kept, "SEARCHAPP_DATA_DIR": str(tmp_path / "data"), "SEARCHAPP_OLLAMA_URL": "http://127.0.0.1:9"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A shell that runs the tests in its background has them ignore Ctrl-C, and their children with them.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield serve
    for process in started:
        process.kill()
        process.communicate()


def test_a_port_that_is_taken_is_told_in_two_lines(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told, _ = start(port).communicate(timeout=120)
    assert told.splitlines() == [
        f"Error: 127.0.0.1:{port} is taken by another program, perhaps by searchapp itself.",
        f"End that program or choose another port: searchapp serve --port {port + 1} (or SEARCHAPP_PORT).",
    ]


def test_ctrl_c_while_the_model_loads_ends_it_without_an_error(start: Start) -> None:
    server = start(free_port())
    assert server.stdout is not None and server.stdout.readline().startswith("Open http://")
    server.send_signal(signal.SIGINT)
    told, _ = server.communicate(timeout=120)
    assert server.returncode == 0
    assert [line for line in told.splitlines() if not line.startswith("Loading the embedding model ")] == []


def test_a_backup_is_not_restored_under_a_server_that_rests(start: Start, tmp_path: Path) -> None:
    server = start(free_port())
    assert server.stdout is not None and server.stdout.readline().startswith("Open http://")
    with pytest.raises(ConflictError) as caught:
        restore(tmp_path / "any.tar", tmp_path / "data", replace=True)
    assert caught.value.reason == "restore_into_used_folder"
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=120)
    with pytest.raises(UsageError) as missing:  # the folder is free now, and it is the file that is wrong
        restore(tmp_path / "any.tar", tmp_path / "data", replace=True)
    assert missing.value.reason != "restore_into_used_folder"
