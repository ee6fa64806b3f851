"""The users of ``load.py``, as locust runs them: some search, some ask and read the answer to its end."""

from __future__ import annotations

import itertools
import json
import os
import random
import time

from locust import HttpUser, between, task

from searchapp.samples import samples_folder

PAUSE = float(os.environ.get("LOAD_PAUSE", "1.0"))
ASKERS = int(os.environ.get("LOAD_ASKERS", "0"))
KEYS = itertools.cycle(os.environ["LOAD_KEYS"].split(","))
"""Each user has one: what limits callers counts by them."""
SAMPLES = [path.read_text(encoding="utf-8") for path in sorted(samples_folder().rglob("*.md"))]
ENGLISH = sorted({word for text in SAMPLES for word in text.split() if word.isascii() and word.isalpha()})
CHINESE = "混合检索 关键词 语义搜索 嵌入模型 引用 备份 快照 索引 升级 权限 文档 页面 过滤".split()
QUESTIONS = (
    "How are keyword search and semantic search combined?",
    "What happens when Ollama is not running?",
    "How do I make a snapshot of the index?",
    "更换嵌入模型后应该怎么做？",
)


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
            json={"question": random.choice(QUESTIONS)},
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
