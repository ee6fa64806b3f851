"""A fake: a licensed Elasticsearch with an inference API, which cannot be had here. It is a proxy before a real server.

What it makes up: the licence, the inference endpoints (their vectors are hashed words), the ingest processors
``inference``, ``set`` and ``remove`` with the pipelines of them, and ``query_vector_builder``. It speaks the documented wire
format of each. Everything else, indexing and searching the vectors above all, is done by the real server behind it.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.settings import load_settings

Json = dict[str, Any]
PROCESSORS = ("inference", "remove", "set")
PASSED_ON = ("accept", "content-type")


class RefusedError(Exception):
    """An error as Elasticsearch answers it."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.body = {"error": {"root_cause": [{"type": kind, "reason": reason}], "type": kind, "reason": reason}}
        self.body["status"] = status


@dataclass
class FakeInference:
    """The fake's state. A test may change ``licence``, and let the endpoints fail for texts that hold ``poison``."""

    real: str
    url: str = ""
    licence: str = "trial"
    poison: str = ""
    endpoints: dict[str, Json] = field(default_factory=dict)
    pipelines: dict[str, Json] = field(default_factory=dict)
    inferred: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    # --- endpoints

    def vectors(self, inference_id: str, texts: list[str]) -> list[list[float]]:
        """``service_settings.model_id`` ends in the number of dimensions."""
        if self.licence not in ("trial", "enterprise"):
            raise RefusedError(403, "security_exception", "current license is non-compliant for [inference]")
        if inference_id not in self.endpoints:
            raise RefusedError(404, "resource_not_found_exception", f"Inference endpoint not found [{inference_id}]")
        if any(self.poison and self.poison in text for text in texts):
            raise RefusedError(500, "status_exception", f"Received a server error for [{inference_id}]")
        dims = self.endpoints[inference_id]["service_settings"]["model_id"].rpartition("-")[2]
        return [vector.tolist() for vector in HashedEmbedder(dims, load_settings()).embed_documents(texts)]

    def put_endpoint(self, inference_id: str, body: Json) -> Json:
        settings = dict(body["service_settings"])
        if body["service"] == "openai":
            if not settings.pop("api_key", ""):
                raise RefusedError(400, "validation_exception", "[service_settings] does not contain [api_key]")
            settings["dimensions"] = int(settings["model_id"].rpartition("-")[2])
            settings["rate_limit"] = {"requests_per_minute": 3000}
        made = {"inference_id": inference_id, "task_type": "text_embedding", "service": body["service"]}
        self.endpoints[inference_id] = {**made, "service_settings": settings}
        return self.endpoints[inference_id]

    # --- pipelines

    def processed(self, name: str, source: Json) -> Json:
        """The document after the pipeline; raises RefusedError where a processor fails that has no ``on_failure``."""
        if name not in self.pipelines:
            raise RefusedError(400, "illegal_argument_exception", f"pipeline with id [{name}] does not exist")
        document = copy.deepcopy(source)
        for processor in self.pipelines[name]["processors"]:
            ((kind, options),) = processor.items()
            try:
                self._step(kind, options, document, {})
            except RefusedError as error:
                if "on_failure" not in options:
                    raise
                for handler in options["on_failure"]:
                    ((handler_kind, handler_options),) = handler.items()
                    self._step(handler_kind, handler_options, document, {"on_failure_message": str(error)})
        return document

    def _step(self, kind: str, options: Json, document: Json, ingest: Json) -> None:
        if kind == "remove":
            names = options["field"] if isinstance(options["field"], list) else [options["field"]]
            for name in names:
                if document.pop(name, None) is None and not options.get("ignore_missing"):
                    raise RefusedError(400, "illegal_argument_exception", f"field [{name}] not present")
        elif kind == "set":
            document[options["field"]] = re.sub(
                r"\{\{\{_ingest\.(\w+)\}\}\}", lambda found: ingest.get(found[1], ""), options["value"]
            )
        else:
            for pair in options["input_output"]:
                text = document.get(pair["input_field"])
                if text is None and options.get("ignore_missing"):
                    continue
                if text is None:
                    raise RefusedError(400, "illegal_argument_exception", f"field [{pair['input_field']}] not present")
                (document[pair["output_field"]],) = self.vectors(options["model_id"], [text])
                self.inferred.append(text)
                document["model_id"] = options["model_id"]  # the real processor leaves it behind too

    # --- what is sent on to the real server

    def bulk(self, body: str) -> tuple[str, dict[int, Json]]:
        """The body without pipelines, and the items that failed in one, by position."""
        lines, sent, failed = iter(body.splitlines()), [], {}
        for position, line in enumerate(line for line in lines if line.strip()):
            ((kind, header),) = json.loads(line).items()
            source = None if kind == "delete" else next(lines)
            if (name := header.pop("pipeline", "")) and source:
                try:
                    source = json.dumps(self.processed(name, json.loads(source)))
                except RefusedError as error:
                    failed[position] = {kind: {"_id": header["_id"], "status": error.status, **_cause(error)}}
                    continue
            sent.append(json.dumps({kind: header}))
            if source is not None:
                sent.append(source)
        return "".join(f"{line}\n" for line in sent), failed

    def resolved(self, search: Json) -> Json:
        """A search whose query vector is made here."""
        knn = search.get("knn") or search.get("query", {}).get("knn")
        if isinstance(knn, dict) and (builder := knn.pop("query_vector_builder", None)):
            asked = builder["text_embedding"]
            self.queries.append(asked["model_text"])
            (knn["query_vector"],) = self.vectors(asked["model_id"], [asked["model_text"]])
        return search


def _cause(error: RefusedError) -> Json:
    return {"error": {"type": error.body["error"]["type"], "reason": str(error)}}


@contextmanager
def running(real: str) -> Iterator[FakeInference]:
    """The fake before the real server at ``real``, which has no licence and no inference API."""
    fake = FakeInference(real)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            try:
                status, answer = _answer(fake, self.command, self.path, dict(self.headers), body)
            except RefusedError as error:
                status, answer = error.status, error.body
            content = b"" if self.command == "HEAD" else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("content-type", self.headers.get("accept") or "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(fake: FakeInference, method: str, target: str, headers: Json, body: bytes) -> tuple[int, Any]:
    path = [unquote(part) for part in urlsplit(target).path.strip("/").split("/")]
    if path[0] == "_license":
        return 200, {"license": {"type": fake.licence, "status": "active"}}
    if path[0] == "_inference":
        return 200, _inference(fake, method, path, json.loads(body) if body else {})
    if path[:2] == ["_ingest", "pipeline"]:
        return 200, _pipeline(fake, method, path, json.loads(body) if body else {})
    failed: dict[int, Json] = {}
    if path[-1] == "_bulk":
        sent, failed = fake.bulk(body.decode())
        body = sent.encode()
        if not sent:
            return 200, {"errors": True, "items": [failed[position] for position in sorted(failed)]}
    elif path[-1] == "_msearch":
        lines = [json.loads(line) for line in body.decode().splitlines() if line.strip()]
        lines[1::2] = [fake.resolved(search) for search in lines[1::2]]
        body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    elif path[-1] == "_search" and body:
        body = json.dumps(fake.resolved(json.loads(body))).encode()
    kept = {name: value for name, value in headers.items() if name.lower() in PASSED_ON}
    found = httpx.request(method, fake.real + target, content=body, headers=kept, timeout=60)
    answer = found.json() if found.content else {}
    if path[:2] == ["_nodes", "ingest"]:
        for node in answer["nodes"].values():
            node["ingest"]["processors"] += [{"type": kind} for kind in PROCESSORS]
    for position in sorted(failed):
        answer["errors"] = True
        answer.setdefault("items", []).insert(position, failed[position])
    return found.status_code, answer


def _inference(fake: FakeInference, method: str, path: list[str], body: Json) -> Json:
    if len(path) == 1:
        return {"endpoints": list(fake.endpoints.values())}
    inference_id = path[-1]
    if method == "PUT":
        return fake.put_endpoint(inference_id, body)
    if method == "POST":
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        return {"text_embedding": [{"embedding": vector} for vector in fake.vectors(inference_id, texts)]}
    if inference_id not in fake.endpoints:
        raise RefusedError(404, "resource_not_found_exception", f"Inference endpoint not found [{inference_id}]")
    return {"endpoints": [fake.endpoints[inference_id]]}


def _pipeline(fake: FakeInference, method: str, path: list[str], body: Json) -> Json:
    name = path[2]
    if path[-1] == "_simulate":
        return {"docs": [_simulated(fake, name, one["_source"]) for one in body["docs"]]}
    if method == "PUT":
        kinds = [next(iter(processor)) for processor in body["processors"]]
        if unknown := set(kinds) - set(PROCESSORS):
            raise RefusedError(400, "parse_exception", f"No processor type exists with name [{unknown.pop()}]")
        fake.pipelines[name] = body
        return {"acknowledged": True}
    if name not in fake.pipelines:
        raise RefusedError(404, "resource_not_found_exception", f"pipeline [{name}] is missing")
    if method == "DELETE":
        del fake.pipelines[name]
        return {"acknowledged": True}
    return {name: fake.pipelines[name]}


def _simulated(fake: FakeInference, name: str, source: Json) -> Json:
    try:
        return {"doc": {"_index": "_index", "_id": "_id", "_source": fake.processed(name, source)}}
    except RefusedError as error:
        return {"error": error.body["error"]}
