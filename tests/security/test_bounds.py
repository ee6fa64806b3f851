"""Every field of every operation with a value beyond any reason, generated from ``/openapi.json``.

A new field without a bound fails here: whatever it is sent must be refused with problem details that name it, before
anything is done with it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp import limits
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application

MANY, DEEP = 200_000, 100_000
BODIES = {  # as JSON; what is larger than a body may be is cut off before it is read
    "a string of 5 MB": (f'"{"g" * 5_000_000}"', 413),
    "a string that fits": (f'"{"g" * 1_000_000}"', 400),
    "a list of strings": (json.dumps([""] * MANY, separators=(",", ":")), 400),
    "a list of numbers": (json.dumps([1] * MANY), 400),
    "a list of long strings": (json.dumps(["path=" + "g" * 100] * MANY), 413),
    "a list in a list": ("[" * DEEP + "]" * DEEP, 400),
    "an object in an object": ('{"a":' * DEEP + "1" + "}" * DEEP, 400),
    "a number of 400 digits": (f"1{'0' * 400}", 400),
    "a number below all": (f"-1{'0' * 400}", 400),
    "an endless number": ("1e999", 400),
}
TEXTS = {
    "a string of 5 MB": "g" * 5_000_000,
    "many names": "," * MANY,
    "a number of 400 digits": f"1{'0' * 400}",
    "a number of 5,000 digits": "9" * 5_000,
    "a number below all": f"-1{'0' * 400}",
}
VALID = {
    "model": "searchapp", "messages": [{"role": "user", "content": "gloves"}], "url": "https://example.org/", "action": "retry", "paused": True, "grade": None,
    "scopes": ["read"], "documents": ["1"], "ids": ["1"], "change": "delete", "password": "correct horse battery", "address": "/?q=gloves",
}  # fmt: skip
"""What the other required fields get."""


class IdleJobs(Jobs):
    """Takes in nothing."""

    def submit(self, source: str) -> None:
        pass


class Place(NamedTuple):
    """A field of an operation: in its path, behind the question mark or in the JSON body."""

    method: str
    path: str
    kind: str
    name: str
    schema: dict[str, Any]
    others: dict[str, Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("bounds")
    application = Application(
        Settings(data_dir=folder / "data", embedding_model="hashed:64", ollama_url="http://127.0.0.1:9")  # type: ignore[call-arg]
    )
    page = folder / "page.md"
    page.write_text("# Gloves\n\nWear gloves.", encoding="utf-8")
    assert [one.error for one in application.ingester.ingest([str(page)])] == [""]
    return create_app(application, jobs=IdleJobs(application))


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    return site.test_client()


def places(site: Flask) -> Iterator[Place]:
    described = site.test_client().get("/openapi.json").get_json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", [])
            asked = {one["name"]: "gloves" for one in parameters if one["in"] == "query" and one["required"]}
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            sent = _required(_resolved(body["schema"], described["components"]["schemas"])) if body else {}
            for one in parameters:
                if one["in"] != "header":
                    others = {name: value for name, value in asked.items() if name != one["name"]}
                    others = sent if one["in"] == "path" else others
                    yield Place(method, path, one["in"], one["name"], one["schema"], others)
            if body:
                yield from _of_body(method, path, body["schema"], described["components"]["schemas"])


def _of_body(method: str, path: str, schema: dict[str, Any], named: dict[str, Any]) -> Iterator[Place]:
    schema = _resolved(schema, named)
    required = _required(schema)
    for name, field in schema["properties"].items():
        others = {other: value for other, value in required.items() if other != name}
        yield Place(method, path, "body", name, field, others)


def _resolved(schema: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    return named[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _required(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: VALID.get(name, "gloves") for name in schema.get("required", ())}


def filled(path: str, name: str = "", value: str = "") -> str:
    return re.sub(r"{(\w+)}", lambda part: value if part[1] == name else "1", path)


def test_the_description_names_the_fields_that_are_attacked(site: Flask) -> None:
    found = [(place.path, place.kind, place.name) for place in places(site)]
    assert len(found) > 60
    assert {("/api/ask", "body", "filter"), ("/api/search", "query", "q"), ("/api/documents", "body", "url")} <= {
        *found
    }


def test_no_field_takes_a_value_beyond_reason(site: Flask, client: FlaskClient) -> None:
    wrong: list[str] = []
    for place in places(site):
        for what, (response, statuses) in attacks(client, place):
            told = response.get_json(silent=True) or {}
            form = "application/json" if place.path.startswith("/v1/") else "application/problem+json"
            told = _as_problem(told["error"]) if "error" in told else told
            is_problem = response.content_type == form and len(response.data) < 5_000
            names = place.kind != "body" or response.status_code == 413 or told.get("reason") == "body_not_json"
            names = names or place.name in told.get("detail", "")
            if response.status_code not in statuses or not is_problem or not names:
                wrong.append(f"{place[:4]} with {what}: {response.status_code} {response.text[:200]}")
        assert client.get("/healthz").status_code == 200
    assert wrong == []


def _as_problem(error: dict[str, Any]) -> dict[str, Any]:
    """An error of ``/v1`` in the words of problem details."""
    return {"detail": error["message"], "reason": error["code"]}


def attacks(client: FlaskClient, place: Place) -> Iterator[tuple[str, tuple[Any, set[int]]]]:
    method = place.method
    if place.kind == "path":
        for what, text in TEXTS.items():
            yield (
                what,
                (client.open(filled(place.path, place.name, text), method=method.upper(), json=place.others), {404}),
            )
    elif place.kind == "query":
        address = filled(place.path)
        for what, text in TEXTS.items():
            if unbounded_by_nature(place, text):
                continue
            yield (
                what,
                (client.open(address, method=method.upper(), query_string={**place.others, place.name: text}), {400}),
            )
        if place.schema.get("type") == "array":
            query = "&".join([f"{place.name}=type%3Dpdf"] * MANY)
            yield "many of it", (client.open(f"{address}?{query}", method=method.upper()), {400})
    else:
        for what, (text, status) in BODIES.items():
            others = json.dumps(place.others)[1:-1]
            body = f"{{{others}{',' if others else ''}{json.dumps(place.name)}: {text}}}"
            response = client.open(
                filled(place.path), method=method.upper(), data=body, content_type="application/json"
            )
            yield what, (response, {status})


def unbounded_by_nature(place: Place, text: str) -> bool:
    """A number of 400 digits is a query like another, where a text is asked for."""
    most = place.schema.get("maxLength")
    return most is not None and len(text) <= most


def test_unknown_fields_and_other_bodies(client: FlaskClient) -> None:
    many = "{" + ",".join(f'"f{n}":1' for n in range(80_000)) + "}"
    for body in (many, "[" * DEEP, "1" * 900_000, '"' + "g" * 900_000 + '"', '{"a":' * DEEP, ""):
        response = client.post("/api/ask", data=body, content_type="application/json")
        assert response.status_code == 400 and len(response.data) < 5_000


def test_a_body_that_does_not_say_its_length_is_bounded_too(client: FlaskClient) -> None:
    stream = io.BytesIO(b"g" * 8 * limits.BODY_BYTES)
    response = client.post(
        "/api/ask",
        input_stream=stream,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert response.status_code in (400, 413)  # what was read of it is no JSON
    assert stream.tell() < 2 * limits.BODY_BYTES


def test_only_the_route_of_uploads_takes_more_than_other_bodies(client: FlaskClient) -> None:
    large = (
        b"--b\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\n"
        + b"g" * 3_000_000
        + b"\r\n--b--\r\n"
    )
    for path, status in (("/api/documents", 202), ("/api/ask", 400)):
        response = client.post(path, data=large, content_type="multipart/form-data; boundary=b")
        assert response.status_code == status, path
    form = client.post("/api/documents", data={"url": "g" * 3_000_000})
    assert form.status_code in (400, 413)


@pytest.mark.parametrize(
    "name",
    ["Accept", "Accept-Language", "Authorization", "Cookie", "If-Match", "If-None-Match", "Origin", "Range",
     "Sec-Fetch-Site", "X-CSRF-Token", "X-Request-ID"],
)  # fmt: skip
def test_no_header_ends_in_a_failure(client: FlaskClient, name: str) -> None:
    for value in ("g" * 200_000, "en;q=0.5," * 20_000, '"g",' * 40_000, "bytes=" + "0-1," * 40_000, "http://["):
        for path, method in (("/api/documents", "GET"), ("/api/documents/1", "DELETE"), ("/api/ask", "POST")):
            response = client.open(path, method=method, headers={name: value})
            assert response.status_code < 500, (path, value[:20], response.text[:200])


def test_as_many_filters_as_fit_are_answered(client: FlaskClient) -> None:
    """As long and as many as a body takes, of each field that lists alternatives."""
    for field, value in (("path", "/docs/{}"), ("site", "{}.example.org"), ("heading", "h{}"), ("document", "{}")):
        texts = [f"{field}={value.format(n)}" for n in range(limits.FILTERS)]
        response = client.post("/api/ask", json={"question": "gloves", "filter": texts})
        assert response.status_code == 200, response.text
        longest = f"{field}={value.format('g' * 7_000)}"
        assert client.get(f"/api/search?q=gloves&filter={quote(longest)}").status_code == 200
    one_more = client.post("/api/ask", json={"question": "gloves", "filter": ["type=pdf"] * (limits.FILTERS + 1)})
    assert one_more.status_code == 400 and "100" in one_more.get_json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "q=gloves+in%3A~nosuchuser",
        "q=gloves+in%3A~root",
        "q=gloves&filter=path%3D~nosuchuser/x",
        "q=gloves&filter=path%3D~",
        "q=gloves&filter=year%3D0001",
        "q=gloves&filter=before%3D0001-01-02",
        "q=gloves&filter=after%3D0800-01-02T00:00:00",
    ],
)
def test_these_filters_find_nothing_and_fail_at_nothing(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/search?{query}")
    assert (response.status_code == 200 and response.get_json()["hits"] == []) or "after" in query, response.text


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("q=gloves&filter=after%3D0001-01-01T00:00:00%2B23:59", "date_wrong"),
        ("q=gloves&filter=before%3D9999-12-31T23:59:59-23:59", "date_wrong"),
        ("q=gloves&filter=before%3D9999-12-31T23:59:59-00:01", "date_wrong"),
        ("q=gloves&filter=year%3D1", "year_wrong"),
        ("q=gloves&filter=year%3D99999", "year_wrong"),
        ("q=gloves&filter=year%3D9999", "year_wrong"),
        (f"q=gloves+%22{'a+' * 1_900}%22", "phrase_too_long"),
        (f"q=gloves+-%22{'a+' * 1_900}%22", "phrase_too_long"),
        (f"q=gloves+-%22{quote('手' * 1_900)}%22", "phrase_too_long"),
        (f"q=gloves+-{'ab-' * 1_200}x", "phrase_too_long"),
    ],
)
def test_what_no_store_can_compare_is_refused_in_a_sentence(client: FlaskClient, query: str, reason: str) -> None:
    response = client.get(f"/api/search?{query}")
    assert (response.status_code, response.get_json()["reason"]) == (400, reason)


def test_the_longest_phrases_are_searched_for(client: FlaskClient) -> None:
    for word in ("a", "手", "ſtraße"):
        phrase = " ".join([word] * limits.PHRASE_WORDS)
        response = client.get("/api/search", query_string={"q": f'gloves "{phrase}" -"{phrase} "'})
        assert response.status_code == 200, response.text
    word = "g" * (limits.QUERY_CHARACTERS - 10)
    assert client.get("/api/search", query_string={"q": f"gloves -{word}"}).status_code == 200


def test_a_path_is_the_same_for_every_user_name(tmp_path: Path) -> None:
    from searchapp.search import parse_filters

    for name in ("root", "nosuchuser", "daemon/x"):
        assert parse_filters([f"path=~{name}"]).paths == (f"~{name}",)
