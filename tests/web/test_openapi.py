"""The description of the API: it has every route and nothing else, and what the routes answer is what it says."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp.access import LOCAL
from searchapp.errors import ServiceUnavailableError
from searchapp.model import DocumentState
from searchapp.web.answers import EVENTS
from searchapp.web.app import create_app
from searchapp.web.openapi import document
from tests.web.samples import fill, fill_registry
from tests.web.stand_in import StandIn, entry
from tests.web.test_api import events

DESCRIBED = (
    "/operations",
    "/settings",
    "/access",
    "/conversations",
    "/c/",
    "/api/",
    "/documents",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/v1/",
    "/llms.txt",
)


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json
    return found


def check(described: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    jsonschema.Draft202012Validator({**schema, "components": described["components"]}).validate(value)


def checked(described: dict[str, Any], path: str, response: TestResponse) -> TestResponse:
    """``response``, after its status, media type, headers and body were found in the description of ``path``."""
    told = described["paths"][path][response.request.method.lower()]["responses"]
    assert str(response.status_code) in told
    told = told[str(response.status_code)]
    if response.data:
        media = told["content"][response.mimetype]
        if "json" in response.mimetype:
            check(described, media["schema"], response.json)
    else:
        assert not told.get("content")
    return response


# --- the document --------------------------------------------------------------------------------------------


def test_it_has_every_route_and_nothing_else(app: StandIn) -> None:
    site = create_app(app)  # type: ignore[arg-type]
    there = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in site.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(DESCRIBED)
    }
    paths = document(site, app.settings.auth)["paths"]
    told = {(path, method) for path, methods in paths.items() for method in methods}
    assert told - {("/", "get")} == there, "give the route an @operation (searchapp/web/operation.py)"


def test_it_keeps_to_the_standard(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    ids = [told["operationId"] for methods in described["paths"].values() for told in methods.values()]
    assert len(set(ids)) == len(ids)
    for path, methods in described["paths"].items():
        for told in methods.values():
            parameters = [(one["in"], one["name"]) for one in told.get("parameters", [])]
            assert len(set(parameters)) == len(parameters)
            assert {name for place, name in parameters if place == "path"} == set(re.findall(r"{(\w+)}", path))
    text = json.dumps(described)
    for name in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        jsonschema.Draft202012Validator.check_schema(described["components"]["schemas"][name])


def test_every_error_is_a_problem_or_in_openais_form(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for told in methods.values():
            for status, response in told["responses"].items():
                if int(status) >= 400:
                    ((media, content),) = response["content"].items()
                    in_openai_form = path.startswith("/v1/")
                    assert media == ("application/json" if in_openai_form else "application/problem+json")
                    named = "ErrorBody" if in_openai_form else "Problem"
                    assert content["schema"] == {"$ref": f"#/components/schemas/{named}"}
                    assert response["description"].strip()


def test_lists_are_paged_in_one_way(described: dict[str, Any]) -> None:
    paged = 0
    for path, methods in described["paths"].items():
        for told in methods.values():
            for status, response in told["responses"].items():
                schema = response.get("content", {}).get("application/json", {}).get("schema")
                if schema is None or not status.startswith("2"):
                    continue
                if "$ref" in schema:
                    schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                assert schema["type"] == "object", path
                takes = {one["name"] for one in told.get("parameters", ()) if one["in"] == "query"}
                gives = set(schema.get("properties", ()))
                if "from" in takes and not path.endswith("/layers"):  # whose `from` is the number of a page
                    assert "size" in takes and "total" in gives, path
                    paged += 1
                assert ("cursor" in takes) <= ("next" in gives), path
    assert paged > 4


def test_it_says_who_may_call(tmp_path: Path, described: dict[str, Any]) -> None:
    assert described["security"] == [{}]
    guarded = StandIn(tmp_path, auth="required")
    site = create_app(guarded, host="0.0.0.0")  # type: ignore[arg-type]
    told = site.test_client().get("/openapi.json").json
    assert told["security"] == [{"key": []}, {"session": []}]
    assert told["paths"]["/api/documents"]["post"]["x-scope"] == "write"
    assert "401" in told["paths"]["/api/documents"]["post"]["responses"]
    assert told["paths"]["/healthz"]["get"]["security"] == []
    assert set(told["components"]["securitySchemes"]) == {"key", "session"}


# --- what the routes answer ----------------------------------------------------------------------------------


def test_searches_answer_as_described(client: FlaskClient, library: StandIn, described: dict[str, Any]) -> None:
    found = checked(described, "/api/search", client.get("/api/search?q=gloves&filter=language%3Den&size=2"))
    assert found.json["hits"]
    checked(described, "/api/search", client.get("/api/search?q=gloves&mode=semantic&from=3"))
    for wrong in ("q=", "mode=keyword", "q=x&size=0"):
        assert checked(described, "/api/search", client.get(f"/api/search?{wrong}")).status_code == 400
    library.searcher.error = ServiceUnavailableError("passed_on", text="No answer.", remedy="Start it.")
    assert checked(described, "/api/search", client.get("/api/search?q=x")).status_code == 503
    library.searcher.error = RuntimeError()
    assert checked(described, "/api/search", client.get("/api/search?q=x")).status_code == 500


def test_every_event_of_an_answer_is_as_described(
    client: FlaskClient, library: StandIn, described: dict[str, Any]
) -> None:
    stream = described["paths"]["/api/ask"]["post"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
    told = {one["properties"]["event"]["const"]: one["properties"]["data"]["contentSchema"] for one in stream["oneOf"]}
    seen = events(client.post("/api/ask", json={"question": "gloves", "conversation": "new"}).data)
    earlier = [{"question": "Which gloves?", "answer": "Those of class D."}]
    seen += events(client.post("/api/ask", json={"question": "and gloves?", "history": earlier}).data)
    seen += events(client.post("/api/ask", json={"question": "summarise gloves", "think": True}).data)
    library.answerer.error = RuntimeError()
    seen += events(client.post("/api/ask", json={"question": "gloves"}).data)
    assert {name for name, _ in seen} == set(told) == set(EVENTS)
    for name, data in seen:
        check(described, told[name], data)


def test_conversations_answer_as_described(client: FlaskClient, library: StandIn, described: dict[str, Any]) -> None:
    id_ = events(client.post("/api/ask", json={"question": "gloves", "conversation": "new"}).data)[0][1]["id"]
    one = "/api/conversations/{conversation_id}"
    at = f"/api/conversations/{id_}"
    for path, response in (
        ("/api/conversations", client.get("/api/conversations?q=gloves")), (one, client.get(at)),
        (f"{one}/share", client.put(f"{at}/share")), (one, client.patch(at, json={"title": "Gloves"})),
        (f"{one}/share", client.delete(f"{at}/share")), (one, client.delete(at)),
        (f"{one}/restore", client.post(f"{at}/restore")), (f"{one}/export", client.get(f"{at}/export?format=json")),
    ):  # fmt: skip
        assert checked(described, path, response).status_code < 300, path
    for response in (client.get("/api/conversations/nowhere"), client.delete("/api/conversations/nowhere")):
        assert checked(described, one, response).status_code == 404
    shared = client.put(f"{at}/share").json["shared"].replace("/c/", "/api/shared/")
    checked(described, "/api/shared/{shared_id}", client.get(shared))
    assert checked(described, "/api/shared/{shared_id}", client.get("/api/shared/nowhere")).status_code == 404


def test_models_answer_as_described(client: FlaskClient, library: StandIn, described: dict[str, Any]) -> None:
    listed = checked(described, "/api/models", client.get("/api/models")).json
    assert [one["name"] for one in listed["models"]] == ["scripted:latest", "another:1b"]
    assert listed["configured"] == library.settings.language_model.name and listed["problem"] is None
    assert [(one["configured"], one["answers"]) for one in listed["models"]] == [(False, True), (False, False)]
    library.answerer.error = ServiceUnavailableError("passed_on", text="Ollama does not answer.", remedy="Start it.")
    without = checked(described, "/api/models", client.get("/api/models")).json
    assert without["models"] == [] and without["problem"]["remedy"] == "Start it."


def test_models_of_openais_protocol_answer_as_described(client: FlaskClient, library: StandIn, described: Any) -> None:
    library.collections.create("手套", LOCAL)
    listed = checked(described, "/v1/models", client.get("/v1/models")).json
    assert [one["id"] for one in listed["data"]] == ["searchapp", "searchapp/手套"]
    one = "/v1/models/{model}"
    assert checked(described, one, client.get("/v1/models/searchapp/手套")).json["id"] == "searchapp/手套"
    assert checked(described, one, client.get("/v1/models/gpt-4o")).status_code == 404
    path, question = "/v1/chat/completions", {"model": "searchapp", "messages": [{"role": "user", "content": "gloves"}]}
    assert checked(described, path, client.post(path, json=question)).json["choices"]
    assert checked(described, path, client.post(path, json={**question, "n": 3})).status_code == 400
    assert checked(described, path, client.post(path, json={**question, "model": "x"})).status_code == 404


def test_documents_answer_as_described(client: FlaskClient, app: StandIn, described: dict[str, Any]) -> None:
    fill(app)
    fill_registry(app)
    listed = checked(described, "/api/documents", client.get("/api/documents?state=failed,indexed&size=5")).json
    assert listed["total"] > 5
    uploaded = client.post("/api/documents", data={"file": [(io.BytesIO(b"# One"), "one.md")]})
    assert checked(described, "/api/documents", uploaded).status_code == 202
    for body, status in [({"url": "https://example.org/"}, 202), ({"url": "/etc/passwd"}, 422), ({"link": ""}, 400)]:
        assert checked(described, "/api/documents", client.post("/api/documents", json=body)).status_code == status
    app.store.put(entry("bad", "/srv/bad.md", state=DocumentState.FAILED, error="No."))
    one = "/api/documents/{document_id}"
    assert checked(described, f"{one}/retry", client.post("/api/documents/bad/retry")).status_code == 202
    assert checked(described, f"{one}/retry", client.post("/api/documents/lockout/retry")).status_code == 400
    assert checked(described, one, client.get("/api/documents/lockout")).status_code == 200
    file = "/documents/{document_id}/file"
    assert checked(described, file, client.get("/documents/press-safety/file")).mimetype == "application/pdf"
    assert checked(described, file, client.get("/documents/nowhere/file")).status_code == 404
    assert checked(described, one, client.delete("/api/documents/lockout")).status_code == 204
    assert checked(described, one, client.delete("/api/documents/lockout")).status_code == 404


def test_the_rest_answers_as_described(client: FlaskClient, app: StandIn, described: dict[str, Any]) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/documents", "/", "/openapi.json", "/llms.txt"):
        assert checked(described, path, client.get(path)).status_code == 200
    app.store.error = ServiceUnavailableError("plain", text="No answer.")
    assert checked(described, "/readyz", client.get("/readyz")).status_code == 503


@pytest.mark.parametrize("path", ["/api/documents?size=2", "/api/documents/lockout", "/openapi.json"])
def test_what_is_known_is_not_sent_again(
    client: FlaskClient, library: StandIn, described: dict[str, Any], path: str
) -> None:
    first = client.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    told = path.partition("?")[0].replace("lockout", "{document_id}")
    again = checked(described, told, client.get(path, headers={"If-None-Match": first.headers["ETag"]}))
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"another"'}).data == first.data


def test_an_entry_that_changed_is_sent(client: FlaskClient, library: StandIn) -> None:
    etag = {"If-None-Match": client.get("/api/documents/lockout").headers["ETag"]}
    library.store.put(entry("lockout", "/srv/x.md", state=DocumentState.RUNNING))
    assert client.get("/api/documents/lockout", headers=etag).json["state"] == "running"


@pytest.mark.parametrize("document_id", ["press-safety", "gloves-zh", "lockout"])
def test_an_original_that_is_known_is_not_sent_again(client: FlaskClient, library: StandIn, document_id: str) -> None:
    first = client.get(f"/documents/{document_id}/file")
    again = client.get(f"/documents/{document_id}/file", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


# --- what is said of a wrong request -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("mode=keyword", "q is missing."),
        ("q=x&mode=magic", "mode must be one of hybrid, keyword, semantic."),
        ("q=x&size=0", "size must be a whole number from 1 to 100."),
        ("q=x&from=many", "from must be a whole number from 0 to 999."),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_may_be(client: FlaskClient, query: str, detail: str) -> None:
    assert client.get(f"/api/search?{query}").json["detail"] == detail


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("{}", "question is missing."),
        ('{"question": 5}', "question must be a string."),
        ('{"question": "x", "size": "8"}', "size must be a whole number from 1 to 50."),
        ('{"question": "x", "size": true}', "size must be a whole number from 1 to 50."),
        ('{"question": "x", "filter": "type=pdf"}', "filter must be a list of strings."),
        ('{"question": "x", "filters": []}', "There is no field 'filters' here."),
        ('{"question": "\\ud800"}', "The request's body is not a JSON object."),
        ("[" * 100_000, "The request's body is not a JSON object."),
        ("5", "The request's body is not a JSON object."),
    ],
)
def test_a_wrong_field_is_named_with_what_it_may_be(client: FlaskClient, body: str, detail: str) -> None:
    response = client.post("/api/ask", data=body, content_type="application/json")
    assert (response.status_code, response.json["detail"]) == (400, detail)


@pytest.mark.parametrize("state", ["failed,lost", "failed,", ""])
def test_a_state_that_is_none_is_told_with_those_there_are(client: FlaskClient, state: str) -> None:
    response = client.get(f"/api/documents?state={state}")
    assert response.status_code == 400 and "each one of queued, running" in response.json["detail"]
