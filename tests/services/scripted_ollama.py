"""A fake: an Ollama whose model says what a test has scripted, where a real one cannot be made to on cue.

It speaks the wire format of ``/api/version``, ``/api/tags``, ``/api/show`` and ``/api/chat`` (newline-delimited JSON in
chunks). What it makes up: the models, their words, and how it fails. It keeps every request to ``/api/chat``, and the
path of every request.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
CHAT, OTHER, EMBEDDING = "scripted:latest", "second:1b", "embed-only:latest"


@dataclass(frozen=True)
class Model:
    """What ``/api/tags`` and ``/api/show`` say of a model."""

    capabilities: tuple[str, ...] = ("completion",)
    family: str = "scripted"
    modified: str = "2026-01-01T00:00:00Z"


@dataclass
class Script:
    """What the model does next: the pieces it says, and then how it ends.

    ``then``: "stop" ends as a model does, "length" at the limit of tokens, "cut" closes the connection in the middle,
    "quiet" ends the response properly but without the last line, "error" reports an error in the stream. ``gate`` is
    waited for before the first piece, ``endless`` repeats the pieces until the client goes.
    """

    pieces: Sequence[str] = ()
    then: str = "stop"
    endless: bool = False
    gate: threading.Event | None = None


@dataclass
class ScriptedOllama:
    """A running fake. ``answer`` and ``rewriting`` may be scripts, or make one of the messages they are sent."""

    url: str = ""
    answer: Script | Callable[[list[Json]], Script] = field(default_factory=Script)
    rewriting: Script | Callable[[list[Json]], Script] = field(default_factory=Script)
    models: dict[str, Model] = field(
        default_factory=lambda: {CHAT: Model(), OTHER: Model(), EMBEDDING: Model(("embedding",))}
    )
    refuses_think: bool = False
    """Whether a chat that mentions ``think`` is refused, as a server before a model that cannot think might."""
    asked: list[Json] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client went before all was said."""

    @property
    def prompts(self) -> list[str]:
        """What the user messages said, call by call."""
        return [call["messages"][-1]["content"] for call in self.asked]

    def has(self, name: str) -> Model | None:
        """The model of this name; ``name`` and ``name:latest`` are the same."""
        return self.models.get(name) or self.models.get(f"{name}:latest")

    def script(self, call: Json) -> Script:
        """What is said to this call; a call that brings a conversation wants a rewriting."""
        self.asked.append(call)
        chosen = self.rewriting if "<conversation>" in call["messages"][-1]["content"] else self.answer
        return chosen(call["messages"]) if callable(chosen) else chosen


@contextmanager
def running() -> Iterator[ScriptedOllama]:
    """Serve a fake on a free port."""
    fake = ScriptedOllama()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": fake}))
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: ScriptedOllama

    def do_GET(self) -> None:
        self.fake.paths.append(self.path)
        if self.path == "/api/version":
            self._json({"version": "0.17.4"})
        else:
            self._json({"models": [
                {"name": name, "model": name, "digest": "0" * 64, "modified_at": model.modified, "size": 1,
                 "details": {"family": model.family}}
                for name, model in self.fake.models.items()
            ]})  # fmt: skip

    def do_POST(self) -> None:
        self.fake.paths.append(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = self.fake.has(body["model"])
        if model is None:
            self._json({"error": f"model '{body['model']}' not found"}, 404)
            return
        if self.path == "/api/show":
            info = {"general.architecture": model.family}
            self._json({"capabilities": model.capabilities, "model_info": info, "details": {}})
            return
        if self.fake.refuses_think and "think" in body:
            self._json({"error": f'"{body["model"]}" does not support thinking'}, 400)
            return
        try:
            self._chat(body["model"], self.fake.script(body))
        except (BrokenPipeError, ConnectionResetError):
            self.fake.left.set()
            self.close_connection = True

    def _chat(self, model: str, script: Script) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if script.gate:
            script.gate.wait(60)
        said = True
        while said:
            for piece in script.pieces:
                self._line({"model": model, "message": {"role": "assistant", "content": piece}, "done": False})
            said = script.endless
        if script.then == "cut":
            self.close_connection = True
            return
        if script.then == "error":
            self._line({"error": "llama runner process has terminated"})
        elif script.then != "quiet":
            self._line({"model": model, "message": {"role": "assistant", "content": ""}, "done": True,
                        "done_reason": script.then, "prompt_eval_count": 9, "eval_count": 9})  # fmt: skip
        self.wfile.write(b"0\r\n\r\n")

    def _line(self, value: Mapping[str, Any]) -> None:
        data = json.dumps(value).encode() + b"\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _json(self, value: Json, status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""
