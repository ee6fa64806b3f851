"""A reader who leaves ends the work at the real Ollama, which then has time for the next question."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from ollama import Client

from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.services.ollama import Ollama

LIMIT = 300
WINDOW = 1024
ENDLESS = {"type": "integer"}
for _ in range(3):  # 60 lists of 60 lists of 60 numbers: more than a model writes while a test waits
    ENDLESS = {"type": "array", "minItems": 60, "items": ENDLESS}

HANDBOOK = "# Gloves\n\nOperators must wear cut-resistant gloves of class D whenever the press is open.\n"


@pytest.mark.slow
def test_ollama_is_free_once_the_reader_has_left(
    tmp_path: Path, ollama: Ollama, served: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Client.chat

    def endless(self: Client, *, options: dict[str, object], **call: object) -> object:
        return chat(self, options={**options, "num_predict": -1}, format=ENDLESS, **call)

    monkeypatch.setattr(Client, "chat", partialmethod(endless))
    application = Application(
        Settings(
            data_dir=tmp_path / "data",
            embedding_model="hashed:64",
            ollama_url=ollama.url,
            llm_model=ollama.chat_model,
            llm_context_tokens=WINDOW,
            llm_answer_tokens=256,
            llm_timeout_seconds=LIMIT,
        )
    )
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    list(application.ingester.ingest([str(tmp_path / "handbook.md")]))
    address = served(application)

    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=LIMIT)
    body = json.dumps({"question": "Which gloves must operators wear?"})
    connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
    stream = connection.getresponse()
    to_token(stream)

    answered = threading.Event()

    def next_question() -> None:
        options = {"num_predict": 1, "num_ctx": WINDOW}
        ask = {"model": ollama.chat_model, "prompt": "Hello", "stream": False, "options": options}
        httpx.post(f"{ollama.url}/api/generate", json=ask, timeout=LIMIT).raise_for_status()
        answered.set()

    thread = threading.Thread(target=next_question, daemon=True)
    thread.start()
    for _ in range(8):
        to_token(stream)
    if answered.is_set():
        pytest.skip("this Ollama writes several answers at once, so that nothing waits for the first")
    stream.close()
    connection.close()
    assert answered.wait(LIMIT)  # it stood behind an answer without an end


def to_token(stream: http.client.HTTPResponse) -> None:
    """Read on to the next word of the answer."""
    while (line := stream.readline()) != b"event: token\n":
        assert line and line != b"event: done\n" and line != b"event: error\n"
