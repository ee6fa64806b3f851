"""A fake: a server of language models with OpenAI's wire format that sends what a test has scripted, byte by byte.

Real servers of that format are llama.cpp and Ollama's ``/v1``; neither fails on cue, nor is OpenAI's own to be had.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
MODEL = "scripted"


@dataclass(frozen=True)
class Reply:
    """What comes: ``pieces`` as they go over the wire. ``cut``: the connection ends in the middle of the body.

    ``gate`` is waited for after the first piece.
    """

    pieces: Sequence[bytes] = ()
    status: int = 200
    type: str = "text/event-stream"
    cut: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    gate: threading.Event | None = None


def event(text: str = "", *, reason: str | None = None, **delta: object) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": {**({"content": text} if text else {}), **delta}, "finish_reason": reason}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}\n\n'
DONE = b"data: [DONE]\n\n"


def said(*texts: str, reason: str = "stop") -> Reply:
    """A whole reply, streamed."""
    return Reply([event(role="assistant"), *map(event, texts), event(reason=reason), USAGE, DONE])


def refused(status: int, message: str, code: str = "", **headers: str) -> Reply:
    """An error as such servers send it."""
    body = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    found = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply([json.dumps(body).encode()], status, "application/json", headers=found)


@dataclass
class ScriptedChat:
    """The fake's state. ``replies`` are used up call by call, and the last one stays; ``beside`` are answers by path."""

    url: str = ""
    replies: list[Reply | Callable[[Json], Reply]] = field(default_factory=lambda: [said("ok")])
    beside: dict[str, Json | Callable[[Json], Json]] = field(default_factory=dict)
    models: Sequence[Json] = ({"id": MODEL},)
    asked: list[Json] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client went before all was said."""


@contextmanager
def running() -> Iterator[ScriptedChat]:
    """Serve one on a free port."""
    fake = ScriptedChat()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._note()
            if self.path == "/v1/models":
                self._json({"data": list(fake.models)})
            else:
                self._beside({})

        def do_POST(self) -> None:
            self._note()
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path != "/v1/chat/completions":
                self._beside(body)
                return
            fake.asked.append(body)
            reply = fake.replies.pop(0) if len(fake.replies) > 1 else fake.replies[0]
            self._send(reply(body) if callable(reply) else reply)

        def _note(self) -> None:
            fake.paths.append(self.path)
            fake.keys.append(self.headers.get("authorization", ""))

        def _beside(self, body: Json) -> None:
            answer = fake.beside.get(self.path)
            if answer is None:
                self._send(Reply([b"not found"], 404, "text/plain"))
            else:
                self._json(answer(body) if callable(answer) else answer)

        def _json(self, answer: Json) -> None:
            self._send(Reply([json.dumps(answer).encode()], 200, "application/json"))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("content-type", reply.type)
            self.send_header("transfer-encoding", "chunked")
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            try:
                for number, piece in enumerate(reply.pieces):
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                    self.wfile.flush()
                    if number == 0 and reply.gate:
                        reply.gate.wait(20)
                if not reply.cut:
                    self.wfile.write(b"0\r\n\r\n")
            except OSError:
                fake.left.set()
            if reply.cut:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(2)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
