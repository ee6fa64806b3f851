"""The stack as a test sees it: compose on one side, the page's API on the other."""

import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from reportlab.pdfgen.canvas import Canvas

from tests.services import process
from tests.services.docker import Engine
from tests.stack import stand_ins

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
UP_SECONDS = 900
"""Longest wait for anything: a machine that does much else besides is slow, not broken."""


@dataclass
class Stack:
    """One rehearsal. ``say`` keeps what happens, with the seconds since the beginning."""

    engine: Engine
    documents: Path
    project: str = "rehearsal"
    log: Path | None = None
    began: float = field(default_factory=time.monotonic)
    page_port: int = field(default_factory=process.free_port)
    elasticsearch_port: int = field(default_factory=process.free_port)

    @property
    def page(self) -> httpx.Client:
        """A client of the page's API, as a browser on this machine would name it."""
        return httpx.Client(base_url=f"http://localhost:{self.page_port}", timeout=UP_SECONDS)

    def say(self, what: str) -> None:
        """Write a line into the rehearsal's log, if one is kept."""
        line = f"{time.monotonic() - self.began:7.1f} s  {what}"
        print(line, flush=True)
        if self.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def compose(self, *arguments: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """``docker compose`` with the repository's file, what the rehearsal changes in it, and these variables."""
        files = ("--file", str(ROOT / "docker-compose.yml"), "--file", str(HERE / "rehearsal.yml"))
        settings = ("--env-file", str(HERE / "rehearsal.env"), "--project-name", self.project)
        environment = {
            "REHEARSAL_PYTHON_VERSION": stand_ins.python_version(),
            "SEARCHAPP_PORT": str(self.page_port),
            "ES_PORT": str(self.elasticsearch_port),
            "DOCUMENTS": str(self.documents),
            **variables,
        }
        self.say(f"$ docker compose {' '.join(arguments)}")
        quiet = ("--progress", "plain")
        return self.engine.run("compose", *files, *settings, *quiet, *arguments, env=environment, check=check)

    def up(self, *more: str) -> None:
        """Bring it up and wait until every service is healthy or has ended well."""
        done = self.compose("up", "--detach", "--wait", "--wait-timeout", str(UP_SECONDS), *more, check=False)
        if done.returncode:
            raise AssertionError(f"up: {done.returncode}\n{done.stdout[-2000:]}\n{self.logs()}")
        self.say("healthy: " + ", ".join(sorted(f"{one['Service']} ({one['State']})" for one in self.containers())))

    def containers(self) -> list[dict[str, Any]]:
        """What ``ps`` tells of each container, the ended ones too."""
        lines = self.compose("ps", "--all", "--format", "json").stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def inspected(self, container: str, template: str) -> str:
        """One fact of a container."""
        return self.engine.run("docker", "inspect", "--format", template, container).stdout.strip()

    def logs(self, *services: str) -> str:
        """What the services have said."""
        return self.compose("logs", "--no-color", "--no-log-prefix", *services).stdout

    def kill(self, container: str) -> None:
        """kill -9 from outside; ``docker kill`` would count as a wish of the user's, and nothing would come back."""
        os.kill(int(self.inspected(container, "{{.State.Pid}}")), signal.SIGKILL)
        self.say(f"killed {container}")

    def upload(self, name: str, data: bytes) -> str:
        """Upload a file as the page does; its document id."""
        with self.page as page:
            answer = page.post("/api/documents", files={"file": (name, io.BytesIO(data))})
        assert answer.status_code == 202, answer.text
        document = str(answer.json()["documents"][0]["id"])
        self.say(f"uploaded {name}: 202, document {document}")
        return document

    def indexed(self, document: str) -> dict[str, Any]:
        """The document's entry once it is searchable."""

        def entry() -> dict[str, Any]:
            with self.page as page:
                answer = page.get(f"/api/documents/{document}")
            return dict(answer.json()) if answer.is_success else {}

        found = until(entry, lambda one: one.get("state") in ("indexed", "failed", "quarantined"))
        assert found["state"] == "indexed", found
        self.say(f"indexed {document}: {found['chunks']} passages")
        return found

    def search(self, query: str) -> list[dict[str, Any]]:
        """The hits of the page's search."""
        with self.page as page:
            answer = page.get("/api/search", params={"q": query}).raise_for_status().json()
        self.say(
            f"searched {query!r}: {answer['total']} found, first {answer['hits'][0]['source'] if answer['hits'] else None}"
        )
        return list(answer["hits"])

    def first(self, query: str, source: str = "") -> dict[str, Any]:
        """The first hit, once there is one (from ``source``): a worker or a refresh may be a moment behind."""
        found = until(lambda: self.search(query)[:1], lambda hits: bool(hits) and hits[0]["source"].startswith(source))
        return dict(found[0])

    def ask(self, question: str) -> dict[str, list[Any]]:
        """The events of an answer, by their names."""
        events: dict[str, list[Any]] = {}
        with self.page as page, page.stream("POST", "/api/ask", json={"question": question, "size": 1}) as answer:
            for name, data in _events(answer.iter_lines()):
                events.setdefault(name, []).append(data)
        return events


def until(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """Look until it is as wanted, and return what was seen."""
    deadline = time.monotonic() + UP_SECONDS
    while not wanted(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.5)
    return seen


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for line in pages:
        canvas.drawString(72, 720, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
