"""How errors are told, and who is turned away."""

import logging
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import searchapp
from searchapp.errors import ModelMismatchError, ServiceUnavailableError, StorageError, UsageError
from searchapp.web.app import create_app
from searchapp.web.guards import is_loopback
from searchapp.web.identity import LOCAL_SHARES
from searchapp.web.static_files import version
from tests.web.stand_in import StandIn

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "error",
    [
        ServiceUnavailableError("passed_on", text="No answer.", remedy="Start it."),
        ModelMismatchError("passed_on", text="Other.", remedy="Reindex."),
        StorageError("plain", text="Full."),
    ],
)
def test_each_error_becomes_problem_details(client: FlaskClient, app: StandIn, error: StorageError) -> None:
    app.searcher.error = error
    response = client.get("/api/search?q=x", headers=PAGE)  # the API speaks JSON even to browsers
    assert response.status_code == error.http_status
    assert response.mimetype == "application/problem+json"
    assert response.json["detail"] == error.message
    assert response.json["remedy"] == error.remedy
    assert response.json["code"] == error.code
    assert response.json["status"] == error.http_status
    assert response.json["type"] == "about:blank"
    assert response.json["title"]


def test_an_unexpected_error_is_logged_and_tells_nothing(
    client: FlaskClient, app: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    app.searcher.error = RuntimeError("password=hunter2")
    with caplog.at_level(logging.ERROR):
        response = client.get("/api/search?q=x")
    assert response.status_code == 500
    assert response.json["code"] == "internal"
    assert b"hunter2" not in response.data
    assert "hunter2" in caplog.text


def test_people_get_a_page_and_programs_get_json(client: FlaskClient) -> None:
    page = client.get("/nowhere/<b>", headers=PAGE)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert b"&lt;b&gt;" in page.data
    assert client.get("/nowhere").mimetype == "application/problem+json"
    assert client.get("/api/nowhere", headers=PAGE).mimetype == "application/problem+json"


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    response = client.get("/api/ask")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/", "/documents", "/api/search?q=x", "/nowhere", f"/static/{version()}/search.js", "/healthz"]
)
def test_every_response_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/documents"), ("POST", "/api/ask"), ("DELETE", "/api/documents/d")]
)
def test_other_sites_change_nothing(client: FlaskClient, method: str, path: str, headers: dict[str, str]) -> None:
    response = client.open(path, method=method, json={"url": "https://example.org"}, headers=headers)
    assert response.status_code == 403
    assert response.json["code"] == "forbidden"


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"}]
)
def test_the_page_itself_and_programs_may(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.delete("/api/documents/d", headers=headers)
    assert response.status_code == 404  # as far as the handler


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "192.168.1.5:8080", "[::1"])
def test_a_name_that_was_bent_to_loopback_is_not_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/api/documents", headers={"Host": host}).status_code in (400, 403)


def test_a_bent_name_gets_nothing_but_the_packages_own_static_files(app: StandIn) -> None:
    site = create_app(app)  # type: ignore[arg-type]
    client, bent = site.test_client(), {"Host": "evil.example:8080"}
    folder = Path(site.static_folder or "")
    assert folder == Path(searchapp.__file__).parent / "web" / "static"
    for file in folder.iterdir():
        response = client.get(f"/static/{version()}/{file.name}", headers=bent)
        assert (response.status_code, response.data) == (200, file.read_bytes())
        assert "Set-Cookie" not in response.headers and "Access-Control-Allow-Origin" not in response.headers
    for rule in site.url_map.iter_rules():
        if rule.endpoint != "static":
            path = re.sub("<.*?>", "1", rule.rule)
            for method in rule.methods or ():
                response = client.open(path, method=method, headers=bent)
                assert response.status_code == 403, (method, path)
    assert client.post(f"/static/{version()}/base.css", headers=bent).status_code == 403
    assert client.get(f"/static/{version()}/../../settings.py", headers=bent).status_code in (403, 404)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"])
def test_loopback_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/api/documents", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "search.example"])
def test_without_authentication_nothing_is_served_to_a_network(app: StandIn, host: str) -> None:
    with pytest.raises(UsageError, match="would open every document") as caught:
        create_app(app, host=host)  # type: ignore[arg-type]
    assert "SEARCHAPP_AUTH=required" in caught.value.remedy


def test_in_a_container_the_published_address_counts(tmp_path: Path) -> None:
    client = create_app(StandIn(tmp_path, published_host="127.0.0.1"), host="0.0.0.0").test_client()  # type: ignore[arg-type]
    assert client.get("/api/documents", headers={"Host": "localhost:8080"}).status_code == 200
    assert client.get("/api/documents", headers={"Host": "192.168.1.5:8080"}).status_code == 403
    with pytest.raises(UsageError, match=r"Serving on 192\.168\.1\.5 would open every document"):
        create_app(StandIn(tmp_path, published_host="192.168.1.5"), host="127.0.0.1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True), ("0.0.0.0", False), ("example", False)],
)
def test_what_loopback_is(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_health_is_about_the_process_and_readiness_about_the_store(client: FlaskClient, app: StandIn) -> None:
    assert client.get("/readyz").json == {"status": "ok"}
    app.store.error = StorageError("passed_on", text="The disk is full.", remedy="Make room.")
    assert client.get("/healthz").json == {"status": "ok"}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert (response.json["reason"], response.json["detail"]) == (
        "not_ready",
        "Searches cannot be served now (passed_on).",
    )


def test_readiness_tells_no_address(client: FlaskClient, app: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    away = ServiceUnavailableError("elasticsearch_away", where="https://10.1.2.3:9200")
    app.store.error = app.language_model_error = away
    with caplog.at_level(logging.WARNING):
        texts = [client.get("/readyz").text for _ in range(2)]
    app.store.error = None
    texts.append(client.get("/readyz").text)
    assert all("elasticsearch_away" in text and "10.1.2.3" not in text for text in texts)
    assert len([record for record in caplog.records if "10.1.2.3" in record.getMessage()]) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("path", "headers", "allowed"),
    [
        ("/api/search?q=gloves", {}, False),
        ("/api/search?q=gloves", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False),
        ("/api/search?q=gloves", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, False),
        ("/documents/d/file", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False),
        ("/documents/d/pages/1.png", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, False),
        ("/metrics", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, False),
        ("/", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, False),
        ("/openapi.json", {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, False),
        ("/", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, True),
        ("/?q=gloves", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, True),
        ("/healthz", {}, True),
    ],
)
def test_other_sites_have_nothing_computed(
    client: FlaskClient, app: StandIn, site: str, path: str, headers: dict[str, str], allowed: bool
) -> None:
    response = client.get(path, headers={**headers, "Sec-Fetch-Site": site})
    assert response.status_code == (200 if allowed else 403)
    if not allowed:
        assert response.json["reason"] == "site_foreign"
    assert app.searcher.requests == []


def test_without_a_login_there_is_a_limit_too(tmp_path: Path) -> None:
    client = create_app(StandIn(tmp_path, requests_per_minute=2)).test_client()  # type: ignore[arg-type]
    statuses = [client.get("/api/documents").status_code for _ in range(2 * LOCAL_SHARES + 1)]
    assert statuses == [200] * 2 * LOCAL_SHARES + [429]
    assert client.get("/healthz").status_code == 200
