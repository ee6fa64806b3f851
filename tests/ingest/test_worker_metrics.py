"""A worker's metrics have no login: they are this machine's own, unless a setting says otherwise."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from searchapp.errors import UsageError
from searchapp.ingest.worker import serve_metrics
from searchapp.settings import Settings

ANOTHER_ADDRESS = "127.0.0.2"
"""Of this machine; who listens on 127.0.0.1 alone is not there, who listens everywhere is."""


@pytest.fixture
def shown() -> Iterator[Callable[[str], int]]:
    with ExitStack() as servers:

        def start(host: str) -> int:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port: int = free.getsockname()[1]
            servers.callback(serve_metrics(host, port))
            return port

        yield start


def answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=5) as answer:
            return b"searchapp" in answer.read()
    except OSError:
        return False


def test_metrics_are_shown_to_this_machine_alone(shown: Callable[[str], int]) -> None:
    host = Settings().metrics_host  # type: ignore[call-arg]
    port = shown(host)
    assert (answers("127.0.0.1", port), answers(ANOTHER_ADDRESS, port)) == (True, False)


def test_a_setting_shows_them_to_others(shown: Callable[[str], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHAPP_METRICS_HOST", "0.0.0.0")
    port = shown(Settings().metrics_host)  # type: ignore[call-arg]
    assert answers("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(UsageError, match="SEARCHAPP_METRICS_HOST"):
            serve_metrics(host, 9)
