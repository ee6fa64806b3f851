"""A fake: OpenAI's service of embeddings, which takes a key that costs money and cannot be had here.

It speaks the documented wire format over real HTTP: ``POST /v1/embeddings`` and ``GET /v1/models``, errors as
``{"error": {"message", "type", "param", "code"}}``, the limits of a request, 401 without its key. Its vectors are hashed
words. A test may script what comes instead: limits of rate with Retry-After, and answers that lie.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.settings import load_settings

Json = dict[str, Any]
KEY = "sk-fake-0123456789abcdef"
MODELS = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072, "text-embedding-ada-002": 1536}
CHOOSABLE = "text-embedding-3"
MOST_TEXTS, MOST_TOKENS, WINDOW = 2048, 300_000, 8192


@dataclass(frozen=True)
class Reply:
    """What comes instead of an answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    """An error as the service sends it."""
    body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return Reply(status, json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})


def limited(**headers: str) -> Reply:
    """Too many requests, with what the service says of when to come again."""
    return error(429, "Rate limit reached for requests", "rate_limit_exceeded", **headers)


@dataclass
class FakeOpenAI:
    """The fake's state. ``script`` is used up request by request; ``lie`` changes each true answer."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    lie: Callable[[Json], object] = lambda answer: answer
    reads: int | None = None
    """Words of a text that are read; the rest is cut in silence. None: too long texts are refused, as OpenAI does."""
    requests: list[Json] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def answer(self, body: Json, key: str) -> Reply:
        self.requests.append(body)
        self.keys.append(key)
        if self.script:
            return self.script.pop(0)
        if key != f"Bearer {KEY}":
            return error(401, f"Incorrect API key provided: {key}.", "invalid_api_key")
        model, texts, dimensions = body["model"], body["input"], body.get("dimensions")
        if model not in MODELS:
            return error(404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found")
        if dimensions and not model.startswith(CHOOSABLE):
            return error(400, "This model does not support specifying dimensions.")
        if not texts or len(texts) > MOST_TEXTS or any(text == "" for text in texts):
            return error(400, "'$.input' is invalid. Please check the API reference.")
        counts = [len(text.split()) for text in texts]
        if self.reads is None and max(counts) > WINDOW:
            asked = f"however you requested {max(counts)} tokens"
            return error(400, f"This model's maximum context length is {WINDOW} tokens, {asked}.")
        if sum(counts) > MOST_TOKENS:
            asked = f"Requested {sum(counts)} tokens, max {MOST_TOKENS} tokens per request"
            return error(400, asked, "max_tokens_per_request")
        return Reply(200, json.dumps(self.lie(self._true(model, texts, dimensions))).encode())

    def _true(self, model: str, texts: list[str], dimensions: int | None) -> Json:
        read = [" ".join(text.split()[: self.reads]) for text in texts]
        vectors = HashedEmbedder(str(dimensions or MODELS[model]), load_settings()).embed_documents(read)
        data = [
            {"object": "embedding", "index": index, "embedding": [float(value) for value in vector]}
            for index, vector in enumerate(vectors)
        ]
        used = sum(len(text.split()) for text in texts)
        usage = {"prompt_tokens": used, "total_tokens": used}
        return {"object": "list", "data": data[::-1], "model": model, "usage": usage}  # its order is not promised


@contextmanager
def serving() -> Iterator[FakeOpenAI]:
    """The fake on a free port, at ``url``."""
    fake = FakeOpenAI()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            key = self.headers.get("Authorization", "")
            data = [{"id": name, "object": "model", "owned_by": "system"} for name in MODELS]
            known = Reply(200, json.dumps({"object": "list", "data": data}).encode())
            self._send(
                known if key == f"Bearer {KEY}" else error(401, "Incorrect API key provided.", "invalid_api_key")
            )

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != "/v1/embeddings":
                self._send(Reply(404, b"<html>Not found</html>", {"Content-Type": "text/html"}))
                return
            self._send(fake.answer(body, self.headers.get("Authorization", "")))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            headers = {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(reply.body))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
