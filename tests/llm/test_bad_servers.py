"""Whatever a server of language models sends, in either protocol, ends as a reply or as one of our errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from searchapp.errors import (
    ModelUnavailableError,
    SearchAppError,
    ServiceTimeoutError,
    ServiceUnavailableError,
)
from searchapp.llm import LanguageServer, ReplyPart
from searchapp.ollama_api import OllamaServer
from searchapp.openai_api.chat import ChatServer

MODEL = "scripted"
TEXT = "压力机重 12.5 吨 😀"


@dataclass(frozen=True)
class Protocol:
    """How one kind of server says things."""

    server: Callable[[str, float], LanguageServer]
    word: Callable[[str], bytes]
    end: bytes
    error: bytes
    too_long: bytes


def _ollama_word(text: str) -> bytes:
    said = {"model": MODEL, "message": {"role": "assistant", "content": text}, "done": False}
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _openai_word(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False).encode() + b"\n\n"


OLLAMA = Protocol(
    lambda url, seconds: OllamaServer(url, timeout=seconds),
    _ollama_word,
    b'{"model": "scripted", "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop"}\n',
    b'{"error": "llama runner process has terminated"}\n',
    b'{"error": "the input length exceeds the context length"}',
)
OPENAI = Protocol(
    lambda url, seconds: ChatServer(f"{url}/v1", MODEL, timeout=seconds),
    _openai_word,
    b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n',
    b'data: {"error": {"message": "CUDA error"}}\n\n',
    b'{"error": {"message": "the request exceeds the available context size", "type": "exceed_context_size_error"}}',
)
each_protocol = pytest.mark.parametrize("protocol", [OLLAMA, OPENAI], ids=["ollama", "openai"])


@contextmanager
def sending(pieces: Sequence[bytes], status: int = 200, gate: threading.Event | None = None) -> Iterator[str]:
    """A server that answers each POST with these pieces, one chunk each; it waits for ``gate`` after the first."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if status != 200 else "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for number, piece in enumerate(pieces):
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                    self.wfile.flush()
                    if number == 0 and gate is not None:
                        gate.wait(60)
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        if gate is not None:
            gate.set()
        server.shutdown()
        server.server_close()


def reply(protocol: Protocol, url: str, seconds: float = 30.0) -> list[ReplyPart]:
    return list(protocol.server(url, seconds).chat(MODEL, [{"role": "user", "content": "How heavy?"}], 64, 2048))


@each_protocol
def test_a_character_may_come_in_two_pieces(protocol: Protocol) -> None:
    whole = protocol.word(TEXT) + protocol.end
    with sending([whole[at : at + 1] for at in range(len(whole))]) as url:
        parts = reply(protocol, url)
    assert "".join(part.text for part in parts) == TEXT and parts[-1].is_last


@each_protocol
def test_half_a_character_is_no_failure(protocol: Protocol) -> None:
    broken = protocol.word("12 吨").replace("吨".encode(), "吨".encode()[:2])
    with sending([broken, protocol.end]) as url:
        parts = reply(protocol, url)
    assert "".join(part.text for part in parts).startswith("12 ") and parts[-1].is_last


@each_protocol
@pytest.mark.parametrize(
    "garbage",
    [
        b"data: \x00\xff\xfe\n\n",
        b"data: <html>504</html>\n\n",
        b"data: [1, 2]\n\n",
        b"data: " + b"[" * 50_000 + b"\n\n",
    ],
    ids=["bytes", "a proxy's page", "another JSON", "deep"],
)
def test_garbage_in_the_stream_is_an_error(protocol: Protocol, garbage: bytes) -> None:
    with (
        sending([protocol.word("It weighs "), garbage, protocol.end]) as url,
        pytest.raises(ServiceUnavailableError) as raised,
    ):
        reply(protocol, url)
    assert raised.value.reason in ("ollama_unreadable", "llm_unreadable")


@each_protocol
def test_an_error_in_the_middle_is_one_of_ours(protocol: Protocol) -> None:
    with (
        sending([protocol.word("It weighs "), protocol.error]) as url,
        pytest.raises(ServiceUnavailableError) as raised,
    ):
        reply(protocol, url)
    assert raised.value.reason in ("ollama_broke_off", "llm_broke_off")


@each_protocol
@pytest.mark.parametrize("status", [400, 500])
def test_a_window_that_is_smaller_than_the_prompt_is_told(protocol: Protocol, status: int) -> None:
    with sending([protocol.too_long], status) as url, pytest.raises(ModelUnavailableError) as raised:
        reply(protocol, url)
    assert raised.value.reason in ("ollama_text_too_long", "llm_prompt_too_long")


@each_protocol
def test_a_server_that_hangs_is_given_up(protocol: Protocol) -> None:
    gate = threading.Event()
    with sending([protocol.word("It weighs "), protocol.end], gate=gate) as url:
        parts: list[ReplyPart] = []
        with pytest.raises(ServiceTimeoutError):
            parts.extend(protocol.server(url, 0.5).chat(MODEL, [], 64, 2048))
        gate.set()


@each_protocol
def test_a_stream_that_just_ends_has_no_last_part(protocol: Protocol) -> None:
    with sending([protocol.word("It weighs ")]) as url:
        parts = reply(protocol, url)
        assert [part.text for part in parts] == ["It weighs "] and not parts[-1].is_last
        assert isinstance(protocol.server(url, 1.0).unfinished(), SearchAppError)
