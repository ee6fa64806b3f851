"""A call is given up while the server is silent: the connection ends, and with it the server's work."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from searchapp.errors import ServiceUnavailableError
from searchapp.ollama_api import OllamaServer
from tests.services.ollama import Ollama

LIMIT = 60


class SilentServer:
    """Accepts connections and says nothing, or only ``answer``; ``left`` is set when the client hangs up."""

    def __init__(self, answer: bytes = b"") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.asked, self.left = threading.Event(), threading.Event()
        self.answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self.answer)
            self.asked.set()
            connection.settimeout(LIMIT)
            while connection.recv(65536):
                pass
            self.left.set()


FIRST_WORD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"
    b'{"model":"m","message":{"role":"assistant","content":"Hello"},"done":false}\n'
)


@pytest.fixture(params=[b"", FIRST_WORD], ids=["before the first word", "after it"])
def server(request: pytest.FixtureRequest) -> Iterator[SilentServer]:
    server = SilentServer(request.param)
    yield server
    server.listener.close()


def test_a_silent_server_is_left_when_nobody_waits(server: SilentServer) -> None:
    items = list(OllamaServer(server.url).chat("m", [{"role": "user", "content": "x"}], 64, 2048, server.asked.is_set))
    assert [item.text for item in items] == (["Hello"] if server.answer else [])
    assert server.left.wait(LIMIT)


def test_closing_the_stream_hangs_up() -> None:
    server = SilentServer(FIRST_WORD)
    items = OllamaServer(server.url).chat("m", [{"role": "user", "content": "x"}], 64, 2048)
    assert next(items).text == "Hello"
    items.close()
    assert server.left.wait(LIMIT)
    server.listener.close()


def test_silence_beyond_the_limit_is_an_error() -> None:
    server = SilentServer()
    with pytest.raises(ServiceUnavailableError, match="did not answer in time"):
        list(OllamaServer(server.url, timeout=0.5).chat("m", [{"role": "user", "content": "x"}], 64, 2048))
    server.listener.close()


def test_the_real_server_streams_through_it(ollama: Ollama) -> None:
    items = list(OllamaServer(ollama.url).chat(ollama.chat_model, [{"role": "user", "content": "Hello"}], 8, 2048))
    assert items[-1].is_last and items[-1].answer_tokens <= 8 and len(items) > 1
