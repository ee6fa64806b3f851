"""Traces as a collector gets them: over OTLP/HTTP, read back with the protocol's own messages."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from searchapp.errors import SearchAppError
from searchapp.model import Done
from searchapp.settings import load_settings
from searchapp.telemetry import tracing
from searchapp.web.app import create_app
from searchapp.wiring import Application
from tests.services.ollama import Ollama
from tests.web.samples import fill
from tests.web.stand_in import StandIn


class Collector(ThreadingHTTPServer):
    """Takes what an exporter sends to /v1/traces; ``spans`` by name, in the order in which they ended."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[tuple[str, bytes, bytes, dict[str, object], int, int]] = []
        self.services: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def tree(self) -> dict[str, set[str]]:
        """Names of each span's children; a root is a child of ""."""
        names = {identity: name for name, identity, *_ in self.spans}
        found: dict[str, set[str]] = {}
        for name, _, parent, *_ in self.spans:
            found.setdefault(names.get(parent, ""), set()).add(name)
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {one.key: one.value.string_value for one in sent.resource.attributes}
            self.server.services.add(attributes["service.name"])
            for scope in sent.scope_spans:
                for span in scope.spans:
                    facts = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
                    times = span.start_time_unix_nano, span.end_time_unix_nano
                    self.server.spans.append((span.name, span.span_id, span.parent_span_id, facts, *times))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    yield server
    tracing.stop()
    server.shutdown()
    server.server_close()


@pytest.fixture
def library(tmp_path: Path) -> Application:
    note = tmp_path / "gloves.md"
    note.write_text("# Gloves\n\nOperators wear cut-resistant gloves of class D whenever the press is open.\n")
    application = Application(load_settings(data_dir=tmp_path / "data", ollama_url="http://127.0.0.1:9"))
    assert [outcome.state for outcome in application.ingester.ingest([str(note)])] == ["indexed"]
    return application


def test_a_search_is_one_tree_of_its_stages(collector: Collector, library: Application) -> None:
    from searchapp.model import SearchRequest

    provider = tracing.start(load_settings(traces_url=collector.url), "searchapp-test")
    library.searcher.search(SearchRequest("gloves"))
    provider.shutdown()
    assert (tree := collector.tree()).pop("search") - {"facets"} == {"encode", "keyword", "vector", "fusion"}
    assert tree == {"": {"search"}}
    assert collector.services == {"searchapp-test"}
    (whole,) = [span for span in collector.spans if span[0] == "search"]
    assert whole[3] == {"mode": "hybrid"}
    assert all(whole[4] <= start <= end <= whole[5] for _, _, _, _, start, end in collector.spans)


def test_a_failure_marks_its_span_and_leaves_none_open(collector: Collector, library: Application) -> None:
    from searchapp.model import SearchRequest

    provider = tracing.start(load_settings(traces_url=collector.url), "searchapp-test")
    with pytest.raises(SearchAppError):
        library.searcher.search(SearchRequest("  "))
    assert tracing.trace_id() == ""
    provider.shutdown()
    assert [span[0] for span in collector.spans] == ["search"]


@pytest.mark.slow
def test_a_question_is_one_tree_from_encoding_to_tokens(
    collector: Collector, library: Application, ollama: Ollama
) -> None:
    settings = library.settings.model_copy(
        update={"ollama_url": ollama.url, "llm_model": ollama.chat_model, "llm_answer_tokens": 32}
    )
    provider = tracing.start(load_settings(traces_url=collector.url), "searchapp-test")
    events = list(Application(settings).answerer.ask("Which gloves do operators wear?"))
    provider.shutdown()
    tree = collector.tree()
    assert tree[""] == {"ask"}
    assert {"search", "prompt", "tokens"} <= tree["ask"]
    assert tree["search"] - {"facets"} == {"encode", "keyword", "vector", "fusion"}
    done = events[-1]
    assert isinstance(done, Done)
    facts = {name: facts for name, _, _, facts, *_ in collector.spans}
    assert facts["ask"]["outcome"] == ("refused" if done.answer.refused else "generated")
    assert facts["tokens"]["model"] == ollama.chat_model
    assert int(str(facts["tokens"]["answer_tokens"])) > 0


def test_nothing_of_it_is_imported_where_it_is_off() -> None:
    code = (
        "import sys, searchapp.telemetry.tracing as tracing, searchapp.wiring\n"
        "from searchapp.settings import load_settings\n"
        "tracing.start(load_settings(), 'x')\n"
        "with tracing.span('a'), tracing.begun('b') as b, b.within(): pass\n"
        "assert tracing.trace_id() == ''\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_request_is_the_root_and_goes_on_where_the_caller_began(collector: Collector, tmp_path: Path) -> None:
    app = StandIn(tmp_path, traces_url=collector.url)
    fill(app)
    provider = tracing.start(app.settings, "searchapp-test")
    client = create_app(app).test_client()  # type: ignore[arg-type]
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert client.get("/api/search?q=confidential", headers={"traceparent": parent}).status_code == 200
    asked = client.post("/api/ask", json={"question": "gloves"})
    assert "event: done" in asked.text
    asked.close()
    assert client.get("/nowhere").status_code == 404
    provider.shutdown()
    assert [name for name, *_ in collector.spans] == ["GET api.search", "POST api.ask", "GET none"]
    assert [parent.hex() for _, _, parent, *_ in collector.spans] == ["b7ad6b7169203331", "", ""]
    assert "confidential" not in repr(collector.spans)
