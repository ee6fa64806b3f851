"""The users of ``load.py``, as locust runs them: some search, some ask and read the answer to its end, and some
are agents, which call tools over ``/mcp``."""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from typing import Any

from locust import HttpUser, between, task

from benchmarks.agents import HEADERS, tool_call
from searchapp.samples import QUESTIONS, samples_folder

PAUSE = float(os.environ.get("LOAD_PAUSE", "1.0"))
ASKERS = int(os.environ.get("LOAD_ASKERS", "0"))
AGENTS = int(os.environ.get("LOAD_AGENTS", "0"))
KEYS = itertools.cycle(os.environ["LOAD_KEYS"].split(","))
"""Each user has one: what limits callers counts by them."""
SAMPLES = [
    path.read_text(encoding="utf-8") for path in sorted(samples_folder().rglob("*.*")) if path.suffix in (".md", ".eml")
]
ENGLISH = sorted({word for text in SAMPLES for word in text.split() if word.isascii() and word.isalpha()})
CHINESE = "山屋 床位 价格 守屋 冬季房 火炉 路线 松坪村 电池 会议 山泉 预订 雪崩".split()
ASKED = [question for asked in QUESTIONS.values() for question in asked]


def words() -> str:
    """What somebody types: mostly new each time, so that no cache answers."""
    some = CHINESE if random.random() < 0.3 else ENGLISH
    return " ".join(random.sample(some, random.randint(2, 4)))


class Caller(HttpUser):
    """Somebody with a key."""

    abstract = True

    def on_start(self) -> None:
        self.client.headers["Authorization"] = f"Bearer {next(KEYS)}"


class Searching(Caller):
    """Searches, looks at further hits, at another kind of search, and now and then at the page and the documents."""

    wait_time = between(PAUSE / 2, PAUSE * 3 / 2)

    @task(8)
    def search(self) -> None:
        self.client.get("/api/search", params={"q": words()}, name="search")

    @task(2)
    def more(self) -> None:
        query = words()
        self.client.get("/api/search", params={"q": query}, name="search")
        self.client.get("/api/search", params={"q": query, "from": 10}, name="search, second page")

    @task(2)
    def sentences(self) -> None:
        """As the page does where the hits on the screen show no word that was asked for."""
        query = words()
        self.client.get("/api/search", params={"q": query}, name="search")
        self.client.get("/api/search", params={"q": query, "sentences": "true"}, name="search, sentences")

    @task(1)
    def keywords(self) -> None:
        self.client.get("/api/search", params={"q": words(), "mode": "keyword"}, name="search by keywords")

    @task(1)
    def page(self) -> None:
        self.client.get("/", name="page")
        self.client.get("/api/documents", params={"size": 50}, name="documents")


class Agent(Caller):
    """A program that reads by tools: searches, opens the best hit, and looks at the list of documents now and then."""

    wait_time = between(PAUSE / 2, PAUSE * 3 / 2)
    fixed_count = AGENTS
    weight = 1 if AGENTS else 0

    @task(4)
    def search_and_open(self) -> None:
        found = self._called("search", query=words(), size=5)
        if found and found["hits"]:
            self._called("open_document", document_id=found["hits"][0]["document_id"], size=5)

    @task(1)
    def look_around(self) -> None:
        for method in ("tools/list", "resources/list"):
            self._sent(method, {"jsonrpc": "2.0", "id": 1, "method": method})

    def _called(self, tool: str, **arguments: Any) -> dict[str, Any] | None:
        return (self._sent(f"tool {tool}", tool_call(tool, **arguments)) or {}).get("structuredContent")

    def _sent(self, name: str, body: dict[str, Any]) -> dict[str, Any] | None:
        with self.client.post("/mcp", json=body, headers=HEADERS, name=name, catch_response=True) as response:
            if not response.ok:
                return None  # counted as failed
            result: dict[str, Any] = response.json().get("result", {"isError": True})
            if result.get("isError"):
                response.failure(response.text[:200])
            return result


class Asking(Caller):
    """Asks, and reads on until the answer is done; comes back when told to; one in five leaves after the first word."""

    wait_time = between(PAUSE / 2, PAUSE * 3 / 2)
    fixed_count = ASKERS
    weight = 1 if ASKERS else 0

    @task
    def ask(self) -> None:
        started, leaves = time.perf_counter(), random.random() < 0.2
        answer = self.client.post(
            "/api/ask",
            json={"question": random.choice(ASKED)},
            stream=True,
            catch_response=True,
            name="first event",
        )
        with answer as response:
            if response.status_code in (429, 503) and "Retry-After" in response.headers:
                response.success()
                self._note("told to come back", started)
                time.sleep(min(60, int(response.headers["Retry-After"])))
                return
            last = ""
            for line in response.iter_lines(chunk_size=None, decode_unicode=True):
                last = line.removeprefix("event: ") if line.startswith("event: ") else last
                if last == "error" and line.startswith("data: "):
                    response.failure(json.loads(line[6:])["detail"])
                    return
                if leaves and last == "token":
                    response.close()
                    response.success()
                    return
            if last != "done":
                response.failure(f"the stream ended after {last or 'nothing'}")
                return
            response.success()
        self._note("whole answer", started)

    def _note(self, name: str, started: float) -> None:
        elapsed = (time.perf_counter() - started) * 1000
        self.environment.events.request.fire(
            request_type="POST", name=name, response_time=elapsed, response_length=0, exception=None, context={}
        )
