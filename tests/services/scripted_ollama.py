"""A fake: an Ollama whose model says what a test has scripted, where a real one cannot be made to on cue.

It speaks the wire format of ``/api/version``, ``/api/tags``, ``/api/show``, ``/api/embed`` and ``/api/chat``
(newline-delimited JSON in chunks). What it makes up: the models, their words, and how it fails. It keeps every request to ``/api/chat``, and the
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
    thoughts: Sequence[str] = ()
    """What it thinks first where a call does not say ``think: false``, in ``message.thinking``. A call's ``num_predict``
    counts these pieces too: where they use it up, nothing else is said."""
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
    prefix: str = ""
    """The path that a proxy in front serves it under."""
    authorization: str = ""
    """What the header must say, as before a proxy that asks for it."""
    asked: list[Json] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    """The paths of the requests without that header."""
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

    def _let_in(self) -> bool:
        """Note the request, and answer it as the proxy would where it comes to the wrong path, or from a stranger."""
        if self.fake.authorization and self.headers.get("Authorization") != self.fake.authorization:
            self.fake.denied.append(self.path)
            self._json({"error": f"not you: {self.headers.get('Authorization')}"}, 401)
            return False
        if not self.path.startswith(f"{self.fake.prefix}/api/"):
            self._json({"error": "404 page not found"}, 404)
            return False
        self.path = self.path.removeprefix(self.fake.prefix)
        self.fake.paths.append(self.path)
        return True

    def do_GET(self) -> None:
        if not self._let_in():
            return
        if self.path == "/api/version":
            self._json({"version": "0.17.4"})
        else:
            self._json({"models": [
                {"name": name, "model": name, "digest": "0" * 64, "modified_at": model.modified, "size": 1,
                 "details": {"family": model.family}}
                for name, model in self.fake.models.items()
            ]})  # fmt: skip

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._let_in():
            return
        model = self.fake.has(body["model"])
        if model is None:
            self._json({"error": f"model '{body['model']}' not found"}, 404)
            return
        if self.path == "/api/embed":
            self._json({"embeddings": [[float(len(text)), 1.0] for text in body["input"]]})
            return
        if self.path == "/api/show":
            info = {"general.architecture": model.family, f"{model.family}.context_length": 8192}
            self._json({"capabilities": model.capabilities, "model_info": info, "details": {}})
            return
        if self.fake.refuses_think and "think" in body:
            self._json({"error": f'"{body["model"]}" does not support thinking'}, 400)
            return
        try:
            self._chat(body, self.fake.script(body))
        except (BrokenPipeError, ConnectionResetError):
            self.fake.left.set()
            self.close_connection = True

    def _chat(self, call: Json, script: Script) -> None:
        model, left = call["model"], call.get("options", {}).get("num_predict", 128)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if script.gate:
            script.gate.wait(60)
        thoughts = script.thoughts[:left] if call.get("think") is not False else ()
        for piece in thoughts:
            message = {"role": "assistant", "content": "", "thinking": piece}
            self._line({"model": model, "message": message, "done": False})
        then = "length" if len(thoughts) == left else script.then
        said = len(thoughts) < left
        while said:
            for piece in script.pieces:
                self._line({"model": model, "message": {"role": "assistant", "content": piece}, "done": False})
            said = script.endless
        if then == "cut":
            self.close_connection = True
            return
        if then == "error":
            self._line({"error": "llama runner process has terminated"})
        elif then != "quiet":
            self._line({"model": model, "message": {"role": "assistant", "content": ""}, "done": True,
                        "done_reason": then, "prompt_eval_count": 9, "eval_count": 9})  # fmt: skip
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
